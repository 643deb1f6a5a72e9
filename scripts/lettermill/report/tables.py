"""The numbers of the plots, as the tables that are written beside them."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.dataset.account import PARTS
from lettermill.errors import CorruptedFileError
from lettermill.files import atomic_writer
from lettermill.report.funnel import Step
from lettermill.report.letters import BINS, Letters
from lettermill.report.shapes import MEASURES, Shapes

COARSE = 40
"""Bars of the distribution of confidences."""

BARS = 24
"""Those of the other distributions, at most."""


class ConfidenceBin(NamedTuple):
    """Letters with a confidence from low to high."""

    low: float
    high: float
    delivered: int
    rejected: int


class ShapeBin(NamedTuple):
    """Share of the letters whose measure is from low to high (the last of a measure: or more)."""

    measure: str
    low: float
    high: float
    share: float


class ReliabilityBin(NamedTuple):
    """A line of the recogniser's reliability table, with an interval of 95 % of the share that is right."""

    low: float
    high: float
    letters: float
    confidence: float
    right: float
    right_low: float
    right_high: float


class FunnelLine(NamedTuple):
    """Rows that a stage has stopped for a reason (none: reason empty), and what is left after the stage."""

    stage: str
    reason: str
    rows: int
    left: int


def funnel_lines(rows: int, steps: Sequence[Step]) -> list[FunnelLine]:
    """The funnel, from the rows of the table."""
    lines = [FunnelLine("", "", 0, rows)]
    for step in steps:
        lines += [FunnelLine(step.stage, loss.reason, loss.rows, step.left) for loss in step.losses]
        lines += [] if step.losses else [FunnelLine(step.stage, "", 0, step.left)]
    return lines


def confidence_bins(letters: Letters) -> list[ConfidenceBin]:
    """The distribution of confidences."""
    size = BINS // COARSE
    return [
        ConfidenceBin(
            start / BINS,
            (start + size) / BINS,
            sum(letters.delivered[start : start + size]),
            sum(letters.rejected[start : start + size]),
        )
        for start in range(0, BINS, size)
    ]


def shape_bins(shapes: Shapes) -> list[ShapeBin]:
    """The distributions of sizes and thicknesses; the last bar has the one per cent that are largest as well."""
    bins = []
    for measure, column in zip(MEASURES, shapes.values.T, strict=True):
        known = ~np.isnan(column)
        values, weights = column[known], shapes.weights[known]
        if not len(values):
            continue
        edges = _edges(float(values.min()), float(np.quantile(values, 0.99)), whole=measure in ("height", "width"))
        counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges, weights=weights)
        for low, high, count in zip(edges, edges[1:], counts, strict=False):
            bins.append(ShapeBin(measure, round(low, 4), round(high, 4), round(float(count / weights.sum()), 5)))
    return bins


def _edges(low: float, high: float, whole: bool) -> list[float]:
    """Even edges from low to past high, at round numbers."""
    size = max((high - low) / BARS, 1.0 if whole else 0.01)
    if whole:
        size = math.ceil(size)
    else:
        digit = 10 ** math.floor(math.log10(size))
        size = next(step * digit for step in (1, 2, 2.5, 5, 10) if step * digit >= size * (1 - 1e-9))
    first, last = math.floor(low / size), math.floor(high / size) + 1
    return [number * size for number in range(first, last + 1)]


def read_reliability(path: Path | None) -> list[ReliabilityBin]:
    """The table that ``learn`` has written to ``path``; empty when there is none or nothing was learnt.

    Read as text: its type is with what learns, which needs packages that are not needed here.
    """
    if path is None:
        return []
    bins = []
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                values = [float(row[name]) for name in ("low", "high", "letters", "confidence", "right")]
            except (KeyError, TypeError, ValueError) as error:
                raise CorruptedFileError(f"{path}: {error}. Make it anew: snakemake -R learn.") from error
            bins.append(ReliabilityBin(*values, *_wilson(values[4], values[2])))
    return bins


def _wilson(share: float, count: float) -> tuple[float, float]:
    """An interval of 95 % of a share (Wilson, "Probable inference, the law of succession, and statistical inference",
    1927)."""
    z = 1.96
    middle, half = share + z * z / (2 * count), z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    low, high = (end / (1 + z * z / count) for end in (middle - half, middle + half))
    return round(max(low, 0.0), 4), round(min(high, 1.0), 4)


def write_classes(path: Path, letters: Letters, shapes: Shapes) -> None:
    """Write a line for each class: its letters by part, those that are rejected, mean confidence, median measures."""
    with atomic_writer(path, text=True) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", *PARTS, "letters", "rejected", "confidence", *MEASURES])
        for label, this in letters.classes.items():
            sure = "" if this.confidence is None else round(this.confidence, 4)
            medians = ["" if value is None else round(value, 2) for value in shapes.medians(label)]
            counts = [this.parts[part] for part in PARTS]
            writer.writerow([label, *counts, this.letters, this.rejected, sure, *medians])
