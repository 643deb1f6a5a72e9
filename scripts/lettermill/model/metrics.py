"""How good a classifier is: confusion, precision, recall and F1, with intervals."""

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
    """How well letters of one class are told from others. precision: of what is taken for it; recall: of what it is."""

    label: str
    precision: Share
    recall: Share
    f1: Share


def confusion(targets: np.ndarray, chosen: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) int: how many letters of each class, a line, are taken for which, a column.

    targets, chosen: (n,) int. Letters of no class (NO_CLASS) are left out.
    """
    known = targets != NO_CLASS
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (targets[known], chosen[known]), 1)
    return counts


def accuracy(counts: np.ndarray) -> Share:
    """The share on the diagonal of a confusion matrix."""
    return share_of(int(np.trace(counts)), int(counts.sum()))


def by_class(counts: np.ndarray, labels: tuple[str, ...]) -> list[ClassMetrics]:
    """Of each class in a confusion matrix. F1 is 2J / (1 + J) of J = hits / (hits + misses + false alarms), and so are
    the ends of its interval."""
    found = []
    for number, label in enumerate(labels):
        hits, real, taken = int(counts[number, number]), int(counts[number].sum()), int(counts[:, number].sum())
        jaccard = share_of(hits, real + taken - hits)
        f1 = Share(*(2 * value / (1 + value) for value in jaccard[:3]), jaccard.total)
        found.append(ClassMetrics(label, share_of(hits, taken), share_of(hits, real), f1))
    return found


def share_of(hits: int, total: int) -> Share:
    """``hits`` of ``total``."""
    return Share(hits / total if total else math.nan, *wilson(hits, total), total)
