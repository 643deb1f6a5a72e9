"""The plots of the report. Each is drawn to a PNG, and returned as a figure of the page; numbers are in tables beside
them, see ``lettermill.report.plot_data``."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import NullLocator

from lettermill.base.split import PARTS
from lettermill.report.figures import GRID, INK, MAIN, MUTED, OTHER, THIRD, WIDTH, PageFigure, save
from lettermill.report.funnel import Step
from lettermill.report.shapes import MEASURES
from lettermill.workflow.run_times import Time

CLASSES_PER_LINE = 30
"""Classes in a line of bars."""

TITLES = {"height": "height, pixels", "width": "width, pixels", "aspect": "width / height", "stroke": "stroke, pixels"}


def draw_funnel(rows: int, steps: Sequence[Step], path: Path) -> PageFigure:
    """Rows that are left after each stage, of ``rows``; what each has stopped is beside it."""
    names = ["rows of the table", *(step.name for step in steps), "delivered"]
    left = np.array([rows, *(step.left for step in steps), steps[-1].left])
    lost = np.array([0, *(step.lost for step in steps), 0])
    figure, axis = plt.subplots(figsize=(WIDTH, 0.42 * len(names) + 0.3), layout="constrained")
    places = np.arange(len(names))
    axis.barh(places, left, color=MAIN, height=0.62)
    axis.barh(places, lost, left=left, color=OTHER, height=0.62)
    for place, remaining, gone in zip(places.tolist(), left.tolist(), lost.tolist(), strict=True):
        text = f"\u2009{remaining:,}" + (f"\u2002−{gone:,}" if gone else "")
        axis.text(remaining + gone, place, text, va="center", color=INK)
    axis.set_yticks(places, names)
    axis.tick_params(axis="y", labelcolor=INK)
    axis.set_xlim(0, max(rows, 1) * 1.3)
    axis.set_xticks([])
    axis.invert_yaxis()
    axis.grid(False)
    axis.spines["bottom"].set_visible(False)
    return save(figure, path)


def draw_classes(classes: pd.DataFrame, path: Path) -> PageFigure:
    """Letters of each class, by part of the split. classes: see ``LetterStatistics``."""
    labels = list(classes.index)
    lines = [labels[start : start + CLASSES_PER_LINE] for start in range(0, len(labels), CLASSES_PER_LINE)] or [[]]
    width = max(map(len, lines))
    figure, axes = plt.subplots(
        len(lines), figsize=(WIDTH, 1.0 + 1.5 * len(lines)), sharey=True, squeeze=False, layout="constrained"
    )
    for axis, line in zip(axes[:, 0], lines, strict=True):
        below = np.zeros(len(line))
        for part, colour in zip(PARTS, (MAIN, THIRD, OTHER), strict=True):
            counts = classes.loc[line, part].to_numpy(float)
            axis.bar(np.arange(len(line)), counts, bottom=below, color=colour, width=0.74, label=part)
            below += counts
        axis.set_xticks(range(len(line)), line)
        axis.tick_params(axis="x", labelcolor=INK)
        axis.set_xlim(-0.6, max(width, 6) - 0.4)
        axis.yaxis.set_major_formatter("{x:,.0f}")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=3)
    return save(figure, path)


def draw_confidence(histogram: pd.DataFrame, min_confidence: float, path: Path) -> PageFigure:
    """How many letters have which confidence: those that are delivered, and those that are not.

    histogram: see ``confidence_histogram``. min_confidence: that from which letters are delivered.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 2.9), layout="constrained")
    low, width = histogram["low"], histogram["high"] - histogram["low"]
    below = np.zeros(len(histogram))
    for name, colour in (("delivered", MAIN), ("rejected", OTHER)):
        counts = histogram[name].to_numpy()
        axis.bar(low, counts, bottom=below, width=0.86 * width[0], align="edge", color=colour, label=name)
        below += counts
    axis.axvline(min_confidence, color=MUTED, linewidth=1, linestyle=(0, (3, 2)))
    axis.set_yscale("symlog", linthresh=1)
    axis.set_ylim(0, max(below.max(), 1) * 3)
    axis.yaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_minor_locator(NullLocator())
    axis.set_xlim(0, 1.01)
    axis.set_xlabel("confidence")
    axis.set_ylabel("letters")
    figure.legend(loc="outside upper left", ncols=2)
    return save(figure, path)


def draw_reliability(bins: pd.DataFrame, path: Path) -> PageFigure:
    """What share of the letters is right, by their confidence, with intervals of 95 %. bins: see
    ``read_reliability``."""
    figure, axis = plt.subplots(figsize=(WIDTH, 3.6), layout="constrained")
    axis.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (3, 2)), label="perfectly calibrated")
    axis.vlines(bins["confidence"], bins["accuracy_low"], bins["accuracy_high"], color=MAIN, linewidth=1.4, alpha=0.7)
    sizes = 18 + 12 * np.log10(bins["letters"].clip(lower=1))
    axis.scatter(bins["confidence"], bins["accuracy"], s=sizes, color=MAIN, zorder=3, label="held-out letters")
    axis.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04), xlabel="mean confidence", ylabel="accuracy")
    axis.grid(axis="x", color=GRID)
    figure.legend(loc="outside upper left", ncols=2)
    return save(figure, path)


def draw_shapes(histograms: pd.DataFrame, path: Path) -> PageFigure:
    """How letters are distributed over sizes and stroke widths. histograms: see ``shape_histograms``."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 3.9), layout="constrained")
    for axis, measure in zip(axes.flat, MEASURES, strict=True):
        bars = histograms[histograms["measure"] == measure].drop(columns="measure").astype(float)
        axis.bar(bars["low"], 100 * bars["share"], width=0.9 * (bars["high"] - bars["low"]), align="edge", color=MAIN)
        axis.set_title(TITLES[measure])
        axis.yaxis.set_major_formatter("{x:.0f} %")
    return save(figure, path)


def draw_times(times: Sequence[Time], path: Path) -> PageFigure:
    """Seconds that the jobs of each rule took."""
    figure, axis = plt.subplots(figsize=(WIDTH, 0.42 * max(len(times), 1) + 0.7), layout="constrained")
    places = np.arange(len(times))
    axis.barh(places - 0.19, [time.wall for time in times], height=0.36, color=MAIN, label="wall clock, all jobs")
    axis.barh(places + 0.19, [time.cpu for time in times], height=0.36, color=THIRD, label="CPU")
    for place, time in zip(places.tolist(), times, strict=True):
        axis.text(max(time.wall, time.cpu), place, f"\u2009{time.wall:,.1f} s", va="center", color=INK)
    axis.set_yticks(places, [time.rule for time in times])
    axis.tick_params(axis="y", labelcolor=INK)
    axis.set_xlim(0, max([0.1, *(max(time.wall, time.cpu) for time in times)]) * 1.2)
    axis.invert_yaxis()
    axis.grid(False)
    axis.grid(axis="x", color=GRID)
    axis.spines["bottom"].set_visible(False)
    figure.legend(loc="outside upper left", ncols=2)
    return save(figure, path)
