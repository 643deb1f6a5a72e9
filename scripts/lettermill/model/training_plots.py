"""Plots of training and evaluation: learning curves and confusion matrix."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def draw_curves(history: Sequence[tuple[str, dict[str, float]]], path: Path) -> None:
    """Draw the learning curves to the PNG ``path``. history: (phase, metrics) of every epoch."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    epochs = np.arange(1, len(history) + 1)
    for axis, measure in zip(axes, ("loss", "accuracy"), strict=True):
        for key, label in ((measure, "training (augmented)"), (f"val_{measure}", "validation")):
            if key in history[0][1]:
                axis.plot(epochs, [row[key] for _, row in history], marker=".", label=label)
        for number in range(1, len(history)):
            if history[number][0] != history[number - 1][0]:
                axis.axvline(number + 0.5, color="grey", linestyle=":")
                axis.text(number + 0.6, axis.get_ylim()[0], history[number][0], va="bottom")
        axis.set_xlabel("epoch")
        axis.set_ylabel(measure)
        axis.grid(alpha=0.3)
        axis.legend()
    figure.suptitle("Learning curves")
    _save(figure, path)


def draw_confusion(counts: np.ndarray, labels: Sequence[str], title: str, path: Path) -> None:
    """Draw a confusion matrix to the PNG ``path``. counts: (classes, classes) int, one row per true label."""
    side = max(4.0, 0.34 * len(labels) + 1)
    figure, axis = plt.subplots(figsize=(side, side), layout="constrained")
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    axis.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)  # the square root makes rare errors visible
    for line, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[line, column] > 0.4 else "black"
        axis.text(column, line, str(counts[line, column]), ha="center", va="center", color=colour, fontsize=6)
    axis.set_xticks(range(len(labels)), labels)
    axis.set_yticks(range(len(labels)), labels)
    axis.tick_params(length=0)
    axis.set_xlabel("predicted label")
    axis.set_ylabel("true label")
    axis.set_title(title)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)
