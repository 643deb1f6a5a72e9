"""The lattice of a word to read: all possible cuts and letters, with their weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lettermill.align.fragments import Candidate
from lettermill.align.lattice import Lattice


@dataclass(frozen=True)
class LetterLattice:
    """The lattice of a word to read.

    candidates: sorted by start. letters: all letters that can be read. scores: (candidates, letters) float64 log
    weights of each candidate as each letter. unknown: (candidates,) float64, the same for any other letter. skips:
    (fragments,) float64 cost (log) of skipping a fragment.
    """

    candidates: Sequence[Candidate]
    letters: str
    scores: np.ndarray
    unknown: np.ndarray
    skips: np.ndarray

    @cached_property
    def paths(self) -> Lattice:
        """The lattice of all cuts of the word."""
        return Lattice(self.candidates, self.skips)

    @cached_property
    def any_letter(self) -> np.ndarray:
        """(candidates,) float64 log weight of each candidate as any letter."""
        return np.asarray(np.logaddexp.reduce(self.scores, axis=1))

    def columns(self, word: str) -> np.ndarray:
        """(candidates, letters of ``word``) float64 log weights of each candidate as each letter of ``word``."""
        index = {letter: number for number, letter in enumerate(self.letters)}
        columns = [self.scores[:, index[letter]] if letter in index else self.unknown for letter in word]
        return np.stack(columns, axis=1) if columns else np.zeros((len(self.candidates), 0))

    def part(self, start: int, stop: int) -> "LetterLattice":
        """The lattice of only the fragments from ``start`` to ``stop`` (exclusive)."""
        inside = [number for number, one in enumerate(self.candidates) if one.start >= start and one.stop <= stop]
        return LetterLattice(
            [
                one._replace(start=one.start - start, stop=one.stop - start)
                for one in map(self.candidates.__getitem__, inside)
            ],
            self.letters,
            self.scores[inside],
            self.unknown[inside],
            self.skips[start:stop],
        )


def all_texts(lattice: LetterLattice) -> float:
    """Log of the total weight of all texts, that is, of all paths through the lattice."""
    return float(lattice.paths.forward(lattice.any_letter)[-1])


def letter_shares(lattice: LetterLattice) -> np.ndarray:
    """(candidates, letters) float64: share of all paths, by weight, that take the candidate as the letter."""
    of_candidate = path_shares(lattice.paths, lattice.any_letter)[:, None]
    shares: np.ndarray = of_candidate * np.exp(lattice.scores - lattice.any_letter[:, None])
    return shares


def path_shares(paths: Lattice, scores: np.ndarray) -> np.ndarray:
    """(candidates,) float64: share of all paths of a free reading, by weight, that take the candidate. scores: see
    ``Lattice``."""
    forward, backward = paths.forward(scores), paths.backward(scores)
    around = [forward[candidate.start] + backward[candidate.stop] for candidate in paths.candidates]
    shares: np.ndarray = np.exp(np.minimum(0, scores + np.array(around) - forward[-1]))
    return shares


def weight_of(lattice: LetterLattice, text: str) -> float:
    """Log of the weight of ``text``, that is, of all paths that read it."""
    return float(lattice.paths.forward(lattice.columns(text))[-1, -1])
