"""Transcriptions that belong to the images of other rows: moved by some rows, in the whole table or in a part of it.

A word that is written apart has as many boxes as letters, more often than not. If the letters of the transcription some
rows further up or down are as many as the boxes much more often than those of its own, the column has moved.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

FARTHEST = 10
"""Maximum number of rows by which transcriptions may have moved."""

WINDOW = 40
"""Rows that are judged together: enough to tell."""

AGREEING, MORE = 0.5, 0.3
"""Minimum share of the words of a window that agree when moved, and minimum difference to the share that agree as they
are, for a closer look."""

FITTING, BY_CHANCE = 0.75, 0.2
"""Expected shares of words that agree with the right image, and with that of another row."""

SWITCH = 12.0
"""Log odds that a column moves from one row to the next: some ten rows in a row must say so."""


class Moved(NamedTuple):
    """by: the transcription of a row belongs to the image of the row so many rows above (negative: below). rows: their
    number. first, last: ids of the first and the last of them."""

    by: int
    rows: int
    first: str
    last: str


def find_moved(lengths: Sequence[tuple[str, int]], boxes: Mapping[str, int]) -> list[Moved]:
    """The stretches of rows whose transcriptions have moved, in the order of the table.

    lengths: (row id, letters of its transcription) in the order of the table. boxes: row id -> number of boxes in its
    image, without images that are missing.
    """
    seen = [(row_id, letters, boxes[row_id]) for row_id, letters in lengths if row_id in boxes]
    if len(seen) < WINDOW:
        return []
    letters, found = (np.array([row[column] for row in seen]) for column in (1, 2))
    shifts = [0, *(shift for far in range(1, FARTHEST + 1) for shift in (far, -far))]
    agree = np.stack([_agreeing(letters, found, shift) for shift in shifts])
    window = np.ones(WINDOW) / WINDOW
    shares = np.stack([np.convolve(row, window, "same") for row in agree])
    if not ((shares >= AGREEING) & (shares - shares[0] >= MORE)).any():
        return []
    path = _likeliest(agree)
    edges = np.flatnonzero(np.diff(path, prepend=-1, append=-1))
    return [
        Moved(shifts[path[start]], int(stop - start), seen[start][0], seen[stop - 1][0])
        for start, stop in itertools.pairwise(edges)
        if path[start]
    ]


def _likeliest(agree: np.ndarray) -> np.ndarray:
    """(rows,) int: for each row the likeliest of the shifts that ``agree`` ((shifts, rows) bool) is about, by the
    Viterbi algorithm."""
    agrees, differs = np.log(FITTING / BY_CHANCE), np.log((1 - FITTING) / (1 - BY_CHANCE))
    odds = np.where(agree.T, agrees, differs)
    score = np.zeros(len(agree))
    score[1:] -= SWITCH
    before = []
    for row in odds:
        best = int(score.argmax())
        stays = score >= score[best] - SWITCH
        before.append(np.where(stays, np.arange(len(agree)), best))
        score = np.where(stays, score, score[best] - SWITCH) + row
    path = [int(score.argmax())]
    for origin in before[:0:-1]:
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1])


def _agreeing(letters: np.ndarray, boxes: np.ndarray, shift: int) -> np.ndarray:
    """(rows,) bool: whether the transcription of each row has as many letters as the image ``shift`` rows above has
    boxes."""
    agree = np.zeros(len(letters), bool)
    if shift >= 0:
        agree[shift:] = letters[shift:] == boxes[: len(boxes) - shift]
    else:
        agree[:shift] = letters[:shift] == boxes[-shift:]
    return agree
