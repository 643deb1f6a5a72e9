"""Reliability: how often letters of a confidence are right, by words that had no part in it (cross-fitting).

The letters of a word are right or wrong together, and a word is aligned several times. So it is words that count as
independent observations, not letters.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lettermill.base.intervals import wilson
from lettermill.records.schemas import Reliability

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Edges of the bins of the reliability table."""


class Observed(NamedTuple):
    """Aligned letters of which it is known whether they are right.

    evidence: (n, EVIDENCE) float64. right: (n,) bool. weight: (n,) float64. word, fold: (n,) int, the number of their
    word, and its fold.
    """

    evidence: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    word: np.ndarray
    fold: np.ndarray

    @property
    def both(self) -> bool:
        """Whether some letters are right and some are wrong."""
        return bool(self.right.any() and not self.right.all())

    def of(self, chosen: np.ndarray) -> "Observed":
        """The ``chosen`` ((n,) bool) letters."""
        return Observed(*(values[chosen] for values in self))


def cross_fitted(observed: Observed, fit: Callable[[Observed], Callable[[np.ndarray], np.ndarray]]) -> np.ndarray:
    """The confidence (n,) of each letter, by what ``fit`` learns from the letters of the other folds.

    Letters whose other folds have no right or no wrong ones get NaN.
    """
    confidence = np.full(len(observed.right), np.nan)
    for fold in np.unique(observed.fold):
        here = observed.fold == fold
        others = observed.of(~here)
        if others.both:
            confidence[here] = fit(others)(observed.evidence[here])
    return confidence


def reliability_of(confidence: np.ndarray, observed: Observed) -> list[Reliability]:
    """The reliability table. confidence: (n,), NaN for letters that do not count."""
    table = []
    line = np.where(np.isnan(confidence), -1, np.digitize(confidence, BINS[1:-1]))
    for number, (low, high) in enumerate(itertools.pairwise(BINS)):
        here = observed.of(line == number)
        letters = float(here.weight.sum())
        if letters > 0:
            mean = float(confidence[line == number] @ here.weight) / letters
            share = float(here.right @ here.weight) / letters
            independent = effective_number(here)
            interval = wilson(share * independent, independent)
            shares = (round(value, 4) for value in (mean, share, *interval))
            table.append(Reliability(low, high, round(letters, 1), round(independent, 1), *shares))
    return table


def effective_number(observed: Observed) -> float:
    """The number of independent observations that tell as much about the share of right letters as ``observed``.

    The variance of the share is that of the sums over words (Kish, "Survey Sampling", 1965, on cluster samples). The
    number is at least what it would be if the letters of a word were always alike, and at most the sum of the weights,
    as if they had nothing to do with each other.
    """
    words = np.unique(observed.word, return_inverse=True)[1]
    weight = np.bincount(words, observed.weight)
    total = weight.sum()
    share = observed.right @ observed.weight / total
    deviation = np.bincount(words, observed.weight * (observed.right - share))
    spread = deviation @ deviation
    alike = min(total, total**2 / (weight @ weight))
    if spread == 0:  # all letters are right, or all are wrong
        return float(alike)
    return float(np.clip(share * (1 - share) * total**2 / spread, alike, total))
