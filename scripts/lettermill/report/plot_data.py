"""The numbers of the plots, as tables."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from lettermill.base.split import PARTS
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Reliability
from lettermill.report.funnel import Step
from lettermill.report.letter_statistics import LetterStatistics
from lettermill.report.rejected_letters import BINS
from lettermill.report.shapes import MEASURES

CONFIDENCE_BARS = 40
"""Bars of the histogram of confidences."""

SHAPE_BARS = 24
"""Largest number of bars of the other histograms."""


def funnel_table(rows: int, steps: Sequence[Step]) -> pd.DataFrame:
    """The funnel as a table. Columns: stage, reason (empty if it rejected no row), rows rejected for it, left: rows
    that remain after the stage."""
    lines = [("", "", 0, rows)]
    for step in steps:
        lines += [(step.stage, loss.reason, loss.rows, step.left) for loss in step.losses]
        lines += [] if step.losses else [(step.stage, "", 0, step.left)]
    return pd.DataFrame(lines, columns=["stage", "reason", "rows", "left"])


def confidence_histogram(letters: LetterStatistics) -> pd.DataFrame:
    """Delivered and rejected letters per bin of confidence, from low to high."""
    size = BINS // CONFIDENCE_BARS
    starts = np.arange(0, BINS, size)
    counts = letters.confidences[["delivered", "rejected"]].groupby(np.arange(BINS) // size).sum()
    return pd.DataFrame({"low": starts / BINS, "high": (starts + size) / BINS}).join(counts)


def shape_histograms(shapes: pd.DataFrame) -> pd.DataFrame:
    """The distributions of letter size and stroke width: share of the letters per bin, from low to high. The last
    bin of a measure includes the largest 1 %."""
    bars = []
    for measure in MEASURES:
        letters = shapes.dropna(subset=measure)
        if letters.empty:
            continue
        values, weights = letters[measure].to_numpy(), letters["weight"].to_numpy()
        edges = _edges(float(values.min()), float(np.quantile(values, 0.99)), whole=measure in ("height", "width"))
        counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges, weights=weights)
        for low, high, count in zip(edges, edges[1:], counts, strict=False):
            bars.append((measure, round(low, 4), round(high, 4), round(float(count / weights.sum()), 5)))
    return pd.DataFrame(bars, columns=["measure", "low", "high", "share"], dtype=object)  # some edges are integers


def _edges(low: float, high: float, whole: bool) -> list[float]:
    """Equidistant bin edges at round numbers that cover low to high."""
    size = max((high - low) / SHAPE_BARS, 1.0 if whole else 0.01)
    if whole:
        size = math.ceil(size)
    else:
        digit = 10 ** math.floor(math.log10(size))
        size = next(step * digit for step in (1, 2, 2.5, 5, 10) if step * digit >= size * (1 - 1e-9))
    first, last = math.floor(low / size), math.floor(high / size) + 1
    return [number * size for number in range(first, last + 1)]


def read_reliability(path: Path | None) -> pd.DataFrame:
    """The table ``path`` that ``learn`` wrote, see ``Reliability``. Empty if there is no table or no recogniser was
    trained."""
    lines = list(read_records(path, Reliability)) if path else []
    return pd.DataFrame(lines, columns=list(Reliability._fields), dtype=float)


def class_table(letters: LetterStatistics, shapes: pd.DataFrame) -> pd.DataFrame:
    """``letters.classes`` with the medians of the ``MEASURES``, NaN if no letter was measured."""
    medians = shapes.groupby("label")[list(MEASURES)].median()
    return letters.classes[[*PARTS, "letters", "rejected", "confidence"]].join(medians)


def rounded_classes(classes: pd.DataFrame) -> pd.DataFrame:
    """``class_table``, rounded for the CSV file."""
    digits = {"confidence": 4, **dict.fromkeys(MEASURES, 2)}
    return classes.assign(
        **{name: [round(value, count) for value in classes[name]] for name, count in digits.items()}
    ).reset_index()
