"""The lattice: every way to cut a word and to name its letters, with what each way weighs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate
from lettermill.align.lattice import NEVER


class Lattice(NamedTuple):
    """A word that waits to be read.

    candidates: ordered by start. letters: the letters that can be read. scores: (candidates, letters) float64 log
    weight of each candidate as each letter. unknown: (candidates,) the same for a letter that is none of ``letters``.
    skips: (units,) price (log) of leaving a unit out.
    """

    candidates: Sequence[Candidate]
    letters: str
    scores: np.ndarray
    unknown: np.ndarray
    skips: np.ndarray

    def columns(self, word: str) -> np.ndarray:
        """(candidates, letters of ``word``) log weights."""
        index = {letter: number for number, letter in enumerate(self.letters)}
        columns = [self.scores[:, index[letter]] if letter in index else self.unknown for letter in word]
        return np.stack(columns, axis=1) if columns else np.zeros((len(self.candidates), 0))

    def part(self, start: int, stop: int) -> "Lattice":
        """The lattice of the units from ``start`` to ``stop`` (exclusive) alone."""
        inside = [number for number, one in enumerate(self.candidates) if one.start >= start and one.stop <= stop]
        return Lattice(
            [
                one._replace(start=one.start - start, stop=one.stop - start)
                for one in map(self.candidates.__getitem__, inside)
            ],
            self.letters,
            self.scores[inside],
            self.unknown[inside],
            self.skips[start:stop],
        )

    def ending_at(self) -> list[list[int]]:
        """For each unit boundary, 0 to the number of units, the indices of the candidates that end there."""
        ends: list[list[int]] = [[] for _ in range(len(self.skips) + 1)]
        for index, candidate in enumerate(self.candidates):
            ends[candidate.stop].append(index)
        return ends


def all_texts(lattice: Lattice) -> float:
    """Log of the weight of all texts together: of every path through the lattice."""
    return float(_forward(lattice)[-1])


def letter_shares(lattice: Lattice) -> np.ndarray:
    """(candidates, letters): the share of all paths, by weight, that take a candidate as a letter."""
    forward, total = _forward(lattice), lattice.scores
    any_letter = np.logaddexp.reduce(total, axis=1)
    onward = np.full(len(lattice.skips) + 1, NEVER)
    onward[-1] = 0
    for index in range(len(lattice.skips) - 1, -1, -1):
        onward[index] = onward[index + 1] - lattice.skips[index]
        for number, candidate in enumerate(lattice.candidates):
            if candidate.start == index:
                onward[index] = np.logaddexp(onward[index], any_letter[number] + onward[candidate.stop])
    around = [forward[candidate.start] + onward[candidate.stop] for candidate in lattice.candidates]
    return np.exp(np.minimum(0, total + np.array(around)[:, None] - forward[-1]))


def weight_of(lattice: Lattice, text: str) -> float:
    """Log of the weight of ``text``: of all paths that read it."""
    columns, ends = lattice.columns(text), lattice.ending_at()
    total = np.full((len(lattice.skips) + 1, len(text) + 1), NEVER)
    total[0, 0] = 0
    for stop in range(1, len(lattice.skips) + 1):
        total[stop] = total[stop - 1] - lattice.skips[stop - 1]
        for index in ends[stop]:
            start = lattice.candidates[index].start
            total[stop, 1:] = np.logaddexp(total[stop, 1:], total[start, :-1] + columns[index])
    return float(total[-1, -1])


def _forward(lattice: Lattice) -> np.ndarray:
    """(units + 1,) log weight of all ways to each unit boundary."""
    any_letter, ends = np.logaddexp.reduce(lattice.scores, axis=1), lattice.ending_at()
    total = np.full(len(lattice.skips) + 1, NEVER)
    total[0] = 0
    for stop in range(1, len(total)):
        total[stop] = total[stop - 1] - lattice.skips[stop - 1]
        for index in ends[stop]:
            total[stop] = np.logaddexp(total[stop], total[lattice.candidates[index].start] + any_letter[index])
    return total
