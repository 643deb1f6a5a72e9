"""Metrics of a classifier: confusion matrix, accuracy, precision, recall and F1, with 95 % intervals.

Intervals need counts, but scikit-learn only returns shares. A test compares the shares with those of scikit-learn.
"""

import math
from typing import NamedTuple

import numpy as np

from lettermill.base.intervals import wilson
from lettermill.model.letter_data import NO_CLASS


class Share(NamedTuple):
    """A share of ``total`` letters with its 95 % interval, 0 to 1. The value is NaN if ``total`` is 0."""

    value: float
    low: float
    high: float
    total: int


class ClassMetrics(NamedTuple):
    """The metrics of one class.

    precision: share of the letters predicted as this class that belong to it. recall: share of the letters of this
    class that are predicted as it. f1: harmonic mean of the two.
    """

    label: str
    precision: Share
    recall: Share
    f1: Share


def confusion(targets: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Confusion matrix (classes, classes) int64; rows are actual classes, columns are predicted classes.

    targets, predicted: (n,) int. Letters with the target NO_CLASS are ignored.
    """
    of_class = targets != NO_CLASS
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (targets[of_class], predicted[of_class]), 1)
    return counts


def accuracy(counts: np.ndarray) -> Share:
    """Accuracy: the share on the diagonal of a confusion matrix."""
    return share_of(int(np.trace(counts)), int(counts.sum()))


def by_class(counts: np.ndarray, labels: tuple[str, ...]) -> list[ClassMetrics]:
    """The metrics of each class in a confusion matrix.

    F1 is 2J / (1 + J) for the Jaccard index J = TP / (TP + FN + FP). Its interval is computed from that of J.
    """
    found = []
    for number, label in enumerate(labels):
        hits, actual, predicted = int(counts[number, number]), int(counts[number].sum()), int(counts[:, number].sum())
        jaccard = share_of(hits, actual + predicted - hits)
        value, low, high = (2 * share / (1 + share) for share in jaccard[:3])
        f1 = Share(value, low, high, jaccard.total)
        found.append(ClassMetrics(label, share_of(hits, predicted), share_of(hits, actual), f1))
    return found


def share_of(hits: int, total: int) -> Share:
    """The share ``hits`` / ``total`` with its interval."""
    return Share(hits / total if total else math.nan, *wilson(hits, total), total)
