"""Transcriptions that belong to the images of other rows: moved by some rows, in the whole table or in a part of it.

A word that is written apart has as many boxes as letters, more often than not. If the letters of the transcription some
rows further up or down are as many as the boxes much more often than those of its own, the column has moved.
"""

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.records.schemas import MovedRows

FARTHEST = 10
"""Maximum number of rows by which transcriptions may have moved."""

WINDOW = 40
"""Rows that are judged together: enough to tell."""

AGREEING, MORE = 0.5, 0.3
"""Minimum share of the words of a window, and of a stretch, that agree when moved, and minimum difference to the share
that agree as they are."""

STANDS_OUT = 0.2
"""Minimum difference to the share that agree when moved by one row more or less. In a table that is sorted by length,
or with words of few lengths, many agree with any image."""

FITTING, BY_CHANCE = 0.75, 0.2
"""Expected shares of words that agree with the right image, and with that of another row."""

SWITCH = 12.0
"""Log odds that a column moves from one row to the next: some ten rows in a row must say so."""

MISSING = -1
"""Number of boxes of an image that is missing."""


class Moved(NamedTuple):
    """by: the transcription of a row belongs to the image of the row so many rows above (negative: below). images: id
    of each row that has an image -> that of the row whose image its transcription belongs to, in the order of the
    table; empty if the table has no such row."""

    by: int
    images: Mapping[str, str]

    def record(self, withheld: Collection[str]) -> MovedRows:
        """What is said of them. withheld: ids of rows that are withheld."""
        first, *_, last = self.images
        return MovedRows(self.by, len(self.images), first, last, sum(row_id in withheld for row_id in self.images))


def find_moved(lengths: Sequence[tuple[str, int]], boxes: Mapping[str, int]) -> list[Moved]:
    """The stretches of rows whose transcriptions have moved, in the order of the table.

    lengths: (row id, letters of its transcription) in the order of the table. boxes: row id -> number of boxes in its
    image, without images that are missing.
    """
    if len(boxes) < WINDOW:
        return []
    ids = [row_id for row_id, _ in lengths]
    letters = np.array([count for _, count in lengths])
    found = np.array([boxes.get(row_id, MISSING) for row_id in ids])
    shifts = [0, *(shift for far in range(1, FARTHEST + 1) for shift in (far, -far))]
    known, agree = np.zeros((2, len(shifts), len(ids)), bool)
    for place, shift in enumerate(shifts):
        images = _images(found, shift)
        known[place], agree[place] = images != MISSING, images == letters
    own = _share_near(agree[0], known[0])
    if not any(((near >= AGREEING) & (near - own >= MORE)).any() for near in map(_share_near, agree, known)):
        return []
    path = _likeliest(agree, known)
    edges = np.flatnonzero(np.diff(path, prepend=-1, append=-1))
    stretches = []
    for start, stop in itertools.pairwise(edges.tolist()):
        by = shifts[path[start]]
        if by and _is_clear(shifts, path[start], agree[:, start:stop], known[:, start:stop]):
            rows = [row for row in range(start, stop) if found[row] != MISSING]
            stretches.append(Moved(by, {ids[row]: ids[row - by] if 0 <= row - by < len(ids) else "" for row in rows}))
    return stretches


def _share_near(agree: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(rows,) float: the share of the words that agree, in a window around each row."""
    near, fit = (np.convolve(each, np.ones(WINDOW), "same") for each in (known, agree))
    share: np.ndarray = fit / np.maximum(near, WINDOW / 2)
    return share


def _is_clear(shifts: Sequence[int], chosen: int, agree: np.ndarray, known: np.ndarray) -> bool:
    """Whether the words of a stretch agree much more often when moved by ``shifts[chosen]`` than as they are, and than
    when moved by one row more or less."""
    shares = agree.sum(axis=1) / np.maximum(known.sum(axis=1), WINDOW / 2)
    beside = [share for shift, share in zip(shifts, shares, strict=True) if abs(shift - shifts[chosen]) == 1]
    return bool(shares[chosen] >= max(AGREEING, shares[0] + MORE, max(beside) + STANDS_OUT))


def _likeliest(agree: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(rows,) int: for each row the likeliest of the shifts that ``agree`` and ``known`` ((shifts, rows) bool) are
    about, by the Viterbi algorithm."""
    agrees, differs = np.log(FITTING / BY_CHANCE), np.log((1 - FITTING) / (1 - BY_CHANCE))
    odds = np.where(agree, agrees, np.where(known, differs, 0.0)).T
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


def _images(boxes: np.ndarray, shift: int) -> np.ndarray:
    """(rows,) int: for each row the number of boxes in the image ``shift`` rows above."""
    found = np.full(len(boxes), MISSING)
    if shift >= 0:
        found[shift:] = boxes[: len(boxes) - shift]
    else:
        found[:shift] = boxes[-shift:]
    return found
