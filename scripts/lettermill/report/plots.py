"""The plots of the report. Each function draws one plot to a PNG and returns it as a figure for the page. The numbers
come from ``lettermill.report.plot_data``."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from lettermill.base.split import PARTS
from lettermill.report.figures import WIDTH, save
from lettermill.report.funnel import Step
from lettermill.report.page_figure import GRID, INK, MAIN, MUTED, OTHER, THIRD, PageFigure
from lettermill.report.shapes import MEASURES
from lettermill.workflow.run_times import Time

CLASSES_PER_LINE = 30
"""Classes in one row of bars."""

MEASURE_LABELS = {
    "height": "height (pixels)",
    "width": "width (pixels)",
    "aspect": "aspect ratio (width / height)",
    "stroke": "stroke width (pixels)",
}


def draw_funnel(rows: int, steps: Sequence[Step], path: Path) -> PageFigure:
    """Draw the rows that remain after each stage, and those that the stage rejected. rows: rows in the table."""
    names = ["in the table", *(step.name for step in steps), "delivered"]
    left = np.array([rows, *(step.left for step in steps), steps[-1].left])
    lost = np.array([0, *(step.lost for step in steps), 0])
    figure, axis = plt.subplots(figsize=(WIDTH, 0.42 * len(names) + 0.75), layout="constrained")
    places = np.arange(len(names))
    axis.barh(places, left, color=MAIN, height=0.62, label="remaining")
    axis.barh(places, lost, left=left, color=OTHER, height=0.62, label="rejected by this stage")
    for place, remaining, gone in zip(places.tolist(), left.tolist(), lost.tolist(), strict=True):
        text = f"\u2009{remaining:,}" + (f"\u2002−{gone:,}" if gone else "")
        axis.text(remaining + gone, place, text, va="center", color=INK)
    axis.set_yticks(places, names)
    axis.tick_params(axis="y", labelcolor=INK)
    axis.set_xlim(0, max(rows, 1) * 1.3)
    axis.set_xticks([])
    axis.set_xlabel("rows")
    axis.invert_yaxis()
    axis.grid(False)
    axis.spines["bottom"].set_visible(False)
    _title(figure, "Rows remaining after each stage")
    _legend(axis)
    return save(figure, path)


def draw_classes(classes: pd.DataFrame, path: Path) -> PageFigure:
    """Draw the delivered letters per class and split. classes: see ``LetterStatistics``."""
    labels = list(classes.index)
    lines = [labels[start : start + CLASSES_PER_LINE] for start in range(0, len(labels), CLASSES_PER_LINE)] or [[]]
    width = max(map(len, lines))
    figure, axes = plt.subplots(
        len(lines), figsize=(WIDTH, 1.3 + 1.5 * len(lines)), sharey=True, squeeze=False, layout="constrained"
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
    axes[-1, 0].set_xlabel("class")
    figure.supylabel("letters delivered", fontsize="medium", color=MUTED)
    _title(figure, "Letters per class and split")
    _legend(axes[0, 0])
    return save(figure, path)


def draw_confidence(histogram: pd.DataFrame, min_confidence: float, path: Path) -> PageFigure:
    """Draw the distribution of confidences, delivered and rejected letters.

    histogram: see ``confidence_histogram``. min_confidence: the threshold for delivery.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.1), layout="constrained")
    low, width = histogram["low"], histogram["high"] - histogram["low"]
    below = np.zeros(len(histogram))
    for name, colour in (("delivered", MAIN), ("rejected", OTHER)):
        counts = histogram[name].to_numpy()
        axis.bar(low, counts, bottom=below, width=0.86 * width[0], align="edge", color=colour, label=name)
        below += counts
    axis.axvline(min_confidence, color=MUTED, linewidth=1, linestyle=(0, (3, 2)), label="threshold")
    axis.set_yscale("symlog", linthresh=1)
    axis.set_ylim(0, max(below.max(), 1) * 3)
    axis.yaxis.set_major_formatter("{x:,.0f}")
    axis.yaxis.set_minor_locator(NullLocator())
    axis.set_xlim(0, 1.01)
    axis.set_xlabel("confidence")
    axis.set_ylabel("letters (log scale)")
    _title(figure, "Distribution of confidences")
    _legend(axis)
    return save(figure, path)


def draw_reliability(bins: pd.DataFrame, path: Path) -> PageFigure:
    """Draw the reliability diagram, with 95 % intervals. bins: see ``read_reliability``."""
    figure, axis = plt.subplots(figsize=(WIDTH, 3.8), layout="constrained")
    axis.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (3, 2)), label="perfect calibration")
    axis.vlines(bins["confidence"], bins["accuracy_low"], bins["accuracy_high"], color=MAIN, linewidth=1.4, alpha=0.7)
    sizes = 18 + 12 * np.log10(bins["letters"].clip(lower=1))
    axis.scatter(
        bins["confidence"], bins["accuracy"], s=sizes, color=MAIN, zorder=3, label="held-out letters, 95 % interval"
    )
    axis.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.02, 1.04),
        xlabel="predicted accuracy (mean confidence)",
        ylabel="observed accuracy",
    )
    axis.grid(axis="x", color=GRID)
    _title(figure, "Calibration: predicted against observed accuracy")
    _legend(axis)
    return save(figure, path)


def draw_shapes(histograms: pd.DataFrame, path: Path) -> PageFigure:
    """Draw the distributions of letter size and stroke width. histograms: see ``shape_histograms``."""
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 4.4), layout="constrained")
    for axis, measure in zip(axes.flat, MEASURES, strict=True):
        bars = histograms[histograms["measure"] == measure].drop(columns="measure").astype(float)
        axis.bar(bars["low"], 100 * bars["share"], width=0.9 * (bars["high"] - bars["low"]), align="edge", color=MAIN)
        axis.set_xlabel(MEASURE_LABELS[measure])
        axis.yaxis.set_major_formatter("{x:.0f} %")
    figure.supylabel("share of letters", fontsize="medium", color=MUTED)
    _title(figure, "Distribution of letter size and stroke width")
    return save(figure, path)


def draw_times(times: Sequence[Time], path: Path) -> PageFigure:
    """Draw the seconds that the jobs of each rule took."""
    figure, axis = plt.subplots(figsize=(WIDTH, 0.42 * max(len(times), 1) + 1.1), layout="constrained")
    places = np.arange(len(times))
    axis.barh(places - 0.19, [time.wall for time in times], height=0.36, color=MAIN, label="wall-clock time")
    axis.barh(places + 0.19, [time.cpu for time in times], height=0.36, color=THIRD, label="CPU time")
    for place, time in zip(places.tolist(), times, strict=True):
        axis.text(max(time.wall, time.cpu), place, f"\u2009{time.wall:,.1f} s", va="center", color=INK)
    axis.set_yticks(places, [time.rule for time in times])
    axis.tick_params(axis="y", labelcolor=INK)
    axis.set_xlim(0, max([0.1, *(max(time.wall, time.cpu) for time in times)]) * 1.2)
    axis.invert_yaxis()
    axis.grid(False)
    axis.grid(axis="x", color=GRID)
    axis.spines["bottom"].set_visible(False)
    axis.set_xlabel("seconds, summed over all jobs of the rule")
    _title(figure, "Run time per rule")
    _legend(axis)
    return save(figure, path)


def _title(figure: Figure, text: str) -> None:
    figure.suptitle(text, x=0.01, ha="left", fontsize=10.5, fontweight="bold")


def _legend(axis: Axes) -> None:
    """Put the legend between the title and the axes."""
    axis.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=3, handlelength=1.4, columnspacing=1.2
    )
