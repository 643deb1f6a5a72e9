"""How good a classifier is: confusion, precision, recall and F1, with intervals.

Intervals need the counts, of which scikit-learn gives shares alone; a test compares the shares with its.
"""

import math
from typing import NamedTuple

import numpy as np

from lettermill.base.intervals import wilson
from lettermill.model.letter_data import NO_CLASS


class Share(NamedTuple):
    """A share of ``total`` letters, with its 95 % interval. All are 0 to 1; of nothing, the share is NaN."""

    value: float
    low: float
    high: float
    total: int


class ClassMetrics(NamedTuple):
    """How well letters of one class are told from others. precision: share of the letters predicted as it
    that are; recall: share of its letters that are predicted as it."""

    label: str
    precision: Share
    recall: Share
    f1: Share


def confusion(targets: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) int: how many letters of each class, a line, are predicted as which, a column.

    targets, predicted: (n,) int. Letters of no class (NO_CLASS) are left out.
    """
    of_class = targets != NO_CLASS
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (targets[of_class], predicted[of_class]), 1)
    return counts


def accuracy(counts: np.ndarray) -> Share:
    """The share on the diagonal of a confusion matrix."""
    return share_of(int(np.trace(counts)), int(counts.sum()))


def by_class(counts: np.ndarray, labels: tuple[str, ...]) -> list[ClassMetrics]:
    """Of each class in a confusion matrix. F1 is 2J / (1 + J) of J = hits / (hits + misses + false alarms), and so are
    the ends of its interval."""
    found = []
    for number, label in enumerate(labels):
        hits, actual, predicted = int(counts[number, number]), int(counts[number].sum()), int(counts[:, number].sum())
        jaccard = share_of(hits, actual + predicted - hits)
        value, low, high = (2 * share / (1 + share) for share in jaccard[:3])
        f1 = Share(value, low, high, jaccard.total)
        found.append(ClassMetrics(label, share_of(hits, predicted), share_of(hits, actual), f1))
    return found


def share_of(hits: int, total: int) -> Share:
    """``hits`` of ``total``."""
    return Share(hits / total if total else math.nan, *wilson(hits, total), total)
