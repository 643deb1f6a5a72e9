"""The numbers of the plots, as the tables that are written beside them."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from lettermill.base.intervals import wilson
from lettermill.base.split import PARTS
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Reliability
from lettermill.report.funnel import Step
from lettermill.report.letter_statistics import BINS, LetterStatistics
from lettermill.report.shapes import MEASURES

CONFIDENCE_BARS = 40
"""Bars of the distribution of confidences."""

SHAPE_BARS = 24
"""Those of the other distributions, at most."""


def funnel_table(rows: int, steps: Sequence[Step]) -> pd.DataFrame:
    """The funnel, from the rows of the table: stage, reason (empty where it has stopped none), rows that it has stopped
    for it, and left: rows after the stage."""
    lines = [("", "", 0, rows)]
    for step in steps:
        lines += [(step.stage, loss.reason, loss.rows, step.left) for loss in step.losses]
        lines += [] if step.losses else [(step.stage, "", 0, step.left)]
    return pd.DataFrame(lines, columns=["stage", "reason", "rows", "left"])


def confidence_histogram(letters: LetterStatistics) -> pd.DataFrame:
    """Letters delivered and rejected with a confidence from low to high."""
    size = BINS // CONFIDENCE_BARS
    starts = np.arange(0, BINS, size)
    counts = letters.confidences[["delivered", "rejected"]].groupby(np.arange(BINS) // size).sum()
    return pd.DataFrame({"low": starts / BINS, "high": (starts + size) / BINS}).join(counts)


def shape_histograms(shapes: pd.DataFrame) -> pd.DataFrame:
    """The distributions of sizes and stroke widths: share of the letters whose measure is from low to high. The last
    bar of a measure has the one per cent that are largest as well."""
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
    return pd.DataFrame(bars, columns=["measure", "low", "high", "share"], dtype=object)  # some edges are whole numbers


def _edges(low: float, high: float, whole: bool) -> list[float]:
    """Even edges from low to past high, at round numbers."""
    size = max((high - low) / SHAPE_BARS, 1.0 if whole else 0.01)
    if whole:
        size = math.ceil(size)
    else:
        digit = 10 ** math.floor(math.log10(size))
        size = next(step * digit for step in (1, 2, 2.5, 5, 10) if step * digit >= size * (1 - 1e-9))
    first, last = math.floor(low / size), math.floor(high / size) + 1
    return [number * size for number in range(first, last + 1)]


def read_reliability(path: Path | None) -> pd.DataFrame:
    """The table that ``learn`` has written to ``path``, see ``Reliability``, with 95 % intervals of the share that is
    right (accuracy_low, accuracy_high); empty when there is none or nothing was learnt."""
    lines = []
    for line in read_records(path, Reliability) if path else []:
        low, high = wilson(line.accuracy * line.letters, line.letters)
        lines.append((*line, round(low, 4), round(high, 4)))
    columns = [*Reliability._fields, "accuracy_low", "accuracy_high"]
    return pd.DataFrame(lines, columns=columns, dtype=float)


def class_table(letters: LetterStatistics, shapes: pd.DataFrame) -> pd.DataFrame:
    """``letters.classes`` with the medians of the ``MEASURES``, NaN where none is measured."""
    medians = shapes.groupby("label")[list(MEASURES)].median()
    return letters.classes[[*PARTS, "letters", "rejected", "confidence"]].join(medians)


def rounded_classes(classes: pd.DataFrame) -> pd.DataFrame:
    """``class_table`` as it is written."""
    digits = {"confidence": 4, **dict.fromkeys(MEASURES, 2)}
    return classes.assign(
        **{name: [round(value, count) for value in classes[name]] for name, count in digits.items()}
    ).reset_index()
