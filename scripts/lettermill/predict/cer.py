"""Accuracy of reading: character error rate (CER) and word accuracy.

The CER is the edit distance between reading and transcription, divided by the length of the transcription. Word
accuracy is the share of words that are read without an error.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lettermill.base.intervals import wilson

RESAMPLES = 2000
"""Number of bootstrap samples (Efron, Annals of Statistics 7(1), 1979)."""


def edit_distance(read: str, written: str) -> int:
    """Minimum number of insertions, deletions and replacements between ``read`` and ``written`` (Levenshtein, 1966)."""
    row = list(range(len(written) + 1))
    for number, character in enumerate(read, start=1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(written, start=1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (character != other))
    return row[-1]


def cer(pairs: Sequence[tuple[str, str]]) -> float:
    """Character error rate of all (read, written) pairs together; 0 if nothing is written."""
    written = sum(len(text) for _, text in pairs)
    return sum(edit_distance(*pair) for pair in pairs) / written if written else 0.0


class ReadingAccuracy(NamedTuple):
    """CER and word accuracy with 95 % intervals. All are shares from 0 to 1, but a CER can be larger."""

    cer: float
    cer_low: float
    cer_high: float
    word_accuracy: float
    word_accuracy_low: float
    word_accuracy_high: float


def measure(pairs: Sequence[tuple[str, str]]) -> ReadingAccuracy | None:
    """The accuracy of (read, written) pairs; None if nothing is written.

    The interval of the CER is a bootstrap over the pairs, because errors in a word are not independent. The interval of
    the word accuracy is Wilson's.
    """
    wrong = np.array([edit_distance(*pair) for pair in pairs])
    length = np.array([len(written) for _, written in pairs])
    if not length.sum():
        return None
    resampled = np.random.default_rng(0).integers(0, len(pairs), (RESAMPLES, len(pairs)))
    rates = wrong[resampled].sum(axis=1) / np.maximum(length[resampled].sum(axis=1), 1)
    right = int((wrong == 0).sum())
    figures = (
        wrong.sum() / length.sum(),
        *np.quantile(rates, [0.025, 0.975]),
        right / len(pairs),
        *wilson(right, len(pairs)),
    )
    return ReadingAccuracy(*(round(float(figure), 4) for figure in figures))
