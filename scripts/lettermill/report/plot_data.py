"""The numbers of the plots, as the tables that are written beside them."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.base.files import atomic_writer
from lettermill.base.intervals import wilson
from lettermill.base.split import PARTS
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Reliability
from lettermill.report.funnel import Step
from lettermill.report.letter_statistics import BINS, LetterStatistics
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


def confidence_bins(letters: LetterStatistics) -> list[ConfidenceBin]:
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
    """The table that ``learn`` has written to ``path``; empty when there is none or nothing was learnt."""
    lines = read_records(path, Reliability) if path else []
    ends = [wilson(line.accuracy * line.letters, line.letters) for line in lines]
    return [ReliabilityBin(*line, round(low, 4), round(high, 4)) for line, (low, high) in zip(lines, ends, strict=True)]


def write_classes(path: Path, letters: LetterStatistics, shapes: Shapes) -> None:
    """Write a line for each class: its letters by part, those that are rejected, mean confidence, median measures."""
    with atomic_writer(path, text=True) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", *PARTS, "letters", "rejected", "confidence", *MEASURES])
        for label, this in letters.classes.items():
            sure = "" if this.confidence is None else round(this.confidence, 4)
            medians = ["" if value is None else round(value, 2) for value in shapes.medians(label)]
            counts = [this.parts[part] for part in PARTS]
            writer.writerow([label, *counts, this.letters, this.rejected, sure, *medians])
