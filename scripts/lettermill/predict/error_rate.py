"""Error rate: how many characters of what is written are read wrongly."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lettermill.base.intervals import wilson

RESAMPLES = 2000
"""Of the bootstrap (Efron, Annals of Statistics 7(1), 1979)."""


def edits(read: str, written: str) -> int:
    """The fewest characters to insert, delete or replace that make ``read`` of ``written`` (Levenshtein, 1966)."""
    row = list(range(len(written) + 1))
    for number, character in enumerate(read, start=1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(written, start=1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (character != other))
    return row[-1]


def error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Edits of all (read, written) pairs for each character written; 0 when nothing is."""
    written = sum(len(text) for _, text in pairs)
    return sum(edits(*pair) for pair in pairs) / written if written else 0.0


class Figures(NamedTuple):
    """Of words read: edits for each character written, and the share of words without any, with 95 % intervals."""

    error_rate: float
    error_rate_low: float
    error_rate_high: float
    words_right: float
    words_right_low: float
    words_right_high: float


def measure(pairs: Sequence[tuple[str, str]]) -> Figures | None:
    """The figures of (read, written) pairs; None when nothing is written.

    The interval of the error rate is by bootstrap over the pairs, for errors come together in a word; that of the words
    right is Wilson's.
    """
    wrong = np.array([edits(*pair) for pair in pairs])
    length = np.array([len(written) for _, written in pairs])
    if not length.sum():
        return None
    drawn = np.random.default_rng(0).integers(0, len(pairs), (RESAMPLES, len(pairs)))
    rates = wrong[drawn].sum(axis=1) / np.maximum(length[drawn].sum(axis=1), 1)
    right = int((wrong == 0).sum())
    figures = (
        wrong.sum() / length.sum(),
        *np.quantile(rates, [0.025, 0.975]),
        right / len(pairs),
        *wilson(right, len(pairs)),
    )
    return Figures(*(round(float(figure), 4) for figure in figures))
