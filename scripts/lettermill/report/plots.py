"""The plots of the report. Each is drawn to a PNG, and returned as a figure of the page; numbers are in tables beside
them, see ``lettermill.report.plot_data``."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from lettermill.base.split import PARTS
from lettermill.report.figures import GRID, INK, MAIN, MUTED, OTHER, THIRD, WIDTH, Figure, save
from lettermill.report.funnel import Step
from lettermill.report.letter_statistics import LetterStatistics
from lettermill.report.plot_data import ReliabilityBin, confidence_bins, shape_bins
from lettermill.report.shapes import MEASURES, Shapes
from lettermill.workflow.run_times import Time

LINE = 30
"""Classes in a line of bars."""

UNITS = {"height": "height, pixels", "width": "width, pixels", "aspect": "width / height", "stroke": "stroke, pixels"}


def draw_funnel(rows: int, steps: Sequence[Step], path: Path) -> Figure:
    """Rows that are left after each stage, of ``rows``; what each has stopped is beside it."""
    names = ["rows of the table", *(step.name for step in steps), "delivered"]
    left = np.array([rows, *(step.left for step in steps), steps[-1].left])
    lost = np.array([0, *(step.lost for step in steps), 0])
    figure, axis = plt.subplots(figsize=(WIDTH, 0.42 * len(names) + 0.3), layout="constrained")
    places = np.arange(len(names))
    axis.barh(places, left, color=MAIN, height=0.62)
    axis.barh(places, lost, left=left, color=OTHER, height=0.62)
    for place, remaining, gone in zip(places, left.tolist(), lost.tolist(), strict=True):
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


def draw_classes(letters: LetterStatistics, labels: Sequence[str], path: Path) -> Figure:
    """Letters of each class, by part of the split."""
    lines = [labels[start : start + LINE] for start in range(0, len(labels), LINE)] or [[]]
    width = max(map(len, lines))
    figure, axes = plt.subplots(
        len(lines), figsize=(WIDTH, 1.0 + 1.5 * len(lines)), sharey=True, squeeze=False, layout="constrained"
    )
    for axis, line in zip(axes[:, 0], lines, strict=True):
        below = np.zeros(len(line))
        for part, colour in zip(PARTS, (MAIN, THIRD, OTHER), strict=True):
            counts = np.array([letters.classes[label].parts[part] for label in line], float)
            axis.bar(np.arange(len(line)), counts, bottom=below, color=colour, width=0.74, label=part)
            below += counts
        axis.set_xticks(range(len(line)), line)
        axis.tick_params(axis="x", labelcolor=INK)
        axis.set_xlim(-0.6, max(width, 6) - 0.4)
        axis.yaxis.set_major_formatter("{x:,.0f}")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper left", ncols=3)
    return save(figure, path)


def draw_confidence(letters: LetterStatistics, threshold: float, path: Path) -> Figure:
    """How many letters are how sure: those that are delivered, and those that are not."""
    bins = confidence_bins(letters)
    figure, axis = plt.subplots(figsize=(WIDTH, 2.9), layout="constrained")
    edges, width = [each.low for each in bins], bins[0].high - bins[0].low
    below = np.zeros(len(bins))
    for name, colour, counts in (
        ("delivered", MAIN, [each.delivered for each in bins]),
        ("rejected", OTHER, [each.rejected for each in bins]),
    ):
        axis.bar(edges, counts, bottom=below, width=0.86 * width, align="edge", color=colour, label=name)
        below += counts
    axis.axvline(threshold, color=MUTED, linewidth=1, linestyle=(0, (3, 2)))
    axis.set_yscale("symlog", linthresh=1)
    axis.set_ylim(0, max(below.max(), 1) * 3)
    axis.yaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_minor_locator(plt.NullLocator())
    axis.set_xlim(0, 1.01)
    axis.set_xlabel("confidence")
    axis.set_ylabel("letters")
    figure.legend(loc="outside upper left", ncols=2)
    return save(figure, path)


def draw_reliability(bins: Sequence[ReliabilityBin], path: Path) -> Figure:
    """What share of the letters is right, by their confidence, with intervals of 95 %."""
    figure, axis = plt.subplots(figsize=(WIDTH, 3.6), layout="constrained")
    axis.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (3, 2)), label="as good as they say")
    sure = [each.confidence for each in bins]
    right = np.array([each.right for each in bins])
    ends = np.array([[each.right_low, each.right_high] for each in bins]).reshape(-1, 2)
    axis.vlines(sure, ends[:, 0], ends[:, 1], color=MAIN, linewidth=1.4, alpha=0.7)
    sizes = [18 + 12 * np.log10(max(each.letters, 1)) for each in bins]
    axis.scatter(sure, right, s=sizes, color=MAIN, zorder=3, label="letters of known words")
    axis.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04), xlabel="mean confidence", ylabel="share right")
    axis.grid(axis="x", color=GRID)
    figure.legend(loc="outside upper left", ncols=2)
    return save(figure, path)


def draw_shapes(shapes: Shapes, path: Path) -> Figure:
    """How letters are distributed over sizes and thicknesses of strokes."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 3.9), layout="constrained")
    bins = shape_bins(shapes)
    for axis, measure in zip(axes.flat, MEASURES, strict=True):
        here = [each for each in bins if each.measure == measure]
        axis.bar(
            [each.low for each in here],
            [100 * each.share for each in here],
            width=[0.9 * (each.high - each.low) for each in here],
            align="edge",
            color=MAIN,
        )
        axis.set_title(UNITS[measure])
        axis.yaxis.set_major_formatter("{x:.0f} %")
    return save(figure, path)


def draw_times(times: Sequence[Time], path: Path) -> Figure:
    """Seconds that the jobs of each rule took."""
    figure, axis = plt.subplots(figsize=(WIDTH, 0.42 * max(len(times), 1) + 0.7), layout="constrained")
    places = np.arange(len(times))
    axis.barh(places - 0.19, [time.wall for time in times], height=0.36, color=MAIN, label="by the clock, all jobs")
    axis.barh(places + 0.19, [time.cpu for time in times], height=0.36, color=THIRD, label="of processors")
    for place, time in zip(places, times, strict=True):
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
