"""The lattice: all possible cuts of a word's ink into letters, weighted by dynamic programming.

Its nodes are the boundaries of fragments, from the left edge of the word to the right edge. An edge either takes a
candidate (a run of fragments) as a letter, with a weight for its similarity to that letter, or it skips a fragment, at
a cost that grows with its ink. All weights are natural logarithms; the weight of a path is the sum of its weights.

Forward and backward weights are those of hidden Markov models (Rabiner, "A tutorial on hidden Markov models and
selected applications in speech recognition", Proc. IEEE 77(2), 1989). With the maximum instead of the sum, which is
another semiring (Goodman, "Semiring parsing", Computational Linguistics 25(4), 1999), they give the best path (Viterbi,
IEEE Trans. Information Theory 13(2), 1967).
"""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate
from lettermill.base.median import median

NEVER = -1e9
"""Log weight of the impossible."""


class BestPath(NamedTuple):
    """The Viterbi path. chosen: the indices of its candidates, from left to right. score: its log weight, including the
    costs of skipped fragments."""

    chosen: list[int]
    score: float


class Alignment(NamedTuple):
    """The best path for a given word, with the probability of each letter's place.

    chosen, score: see ``BestPath``. posterior: (letters,) float64, for each letter the share of all paths, by weight,
    that take the same candidate for it (0 to 1).
    """

    chosen: list[int]
    posterior: np.ndarray
    score: float


class Lattice:
    """The lattice of a word.

    candidates: sorted by start, then stop. skips: (fragments,) float64, the cost of skipping each fragment.
    Scores of candidates are float64 log weights in one of two shapes. (candidates, letters): the word is given, and a
    path takes one candidate for each letter. (candidates,): free reading; a path takes any number of candidates.
    """

    def __init__(self, candidates: Sequence[Candidate], skips: np.ndarray) -> None:
        self.candidates, self.skips = candidates, skips
        self._bounds: dict[int, float] = {}

    @cached_property
    def ending(self) -> list[list[tuple[int, int]]]:
        """For each boundary, from 0 to the number of fragments, the candidates that end there, as (index, start)."""
        found: list[list[tuple[int, int]]] = [[] for _ in range(len(self.skips) + 1)]
        for index, candidate in enumerate(self.candidates):
            found[candidate.stop].append((index, candidate.start))
        return found

    @cached_property
    def _mirrored(self) -> list[list[tuple[int, int]]]:
        """The same from right to left: (index, boundary at which the candidate ends, counted from the right edge)."""
        last = len(self.skips)
        found: list[list[tuple[int, int]]] = [[] for _ in range(last + 1)]
        for index, candidate in enumerate(self.candidates):
            found[last - candidate.start].append((index, last - candidate.stop))
        return found

    def forward(self, scores: np.ndarray, total: np.ufunc = np.logaddexp) -> np.ndarray:
        """Log weights of all paths from the left edge to each boundary.

        Returns (fragments + 1, letters + 1) float64 for a given word, where the second axis is the number of letters
        taken so far, and (fragments + 1,) for a free reading. total: how the weights of two paths to the same node are
        combined; ``np.maximum`` gives the weight of the best path.
        """
        return _weights(self.ending, self.skips, scores, total)

    def backward(self, scores: np.ndarray) -> np.ndarray:
        """Log weights of all paths from each boundary to the right edge, in the shapes of ``forward``."""
        mirrored = scores[:, ::-1] if scores.ndim == 2 else scores
        return np.flip(_weights(self._mirrored, self.skips[::-1], mirrored, np.logaddexp))

    def bound(self, letters: int) -> float:
        """The highest weight that a path for a word of so many letters can have: that of one whose letters are certain.
        Minus infinity if there are too few candidates."""
        if letters not in self._bounds:
            weight = float(self.forward(np.zeros((len(self.candidates), letters)), np.maximum)[-1, -1])
            self._bounds[letters] = weight if weight >= NEVER / 2 else -math.inf
        return self._bounds[letters]

    def best_path(self, scores: np.ndarray) -> BestPath | None:
        """The path with the highest weight; None if there are too few candidates for the letters of a given word.

        Ties are broken from the right: skipping a fragment comes before taking a candidate, and candidates that start
        further left come before others.
        """
        step = scores.ndim - 1  # letters of the word that a candidate takes
        columns, skips = scores.reshape(len(scores), -1).tolist(), self.skips.tolist()
        weights = self.forward(scores, np.maximum).reshape(len(skips) + 1, -1).tolist()
        if weights[-1][-1] < NEVER / 2:
            return None
        chosen: list[int] = []
        boundary, letter = len(skips), len(weights[0]) - 1
        while boundary > 0:
            weight = weights[boundary][letter]
            if weight == weights[boundary - 1][letter] - skips[boundary - 1]:
                boundary -= 1
                continue
            letter -= step
            index, boundary = next(
                (index, start)
                for index, start in self.ending[boundary]
                if weight == weights[start][letter] + columns[index][letter]
            )
            chosen.append(index)
        return BestPath(chosen[::-1], weights[-1][-1])

    def read(self, scores: np.ndarray) -> BestPath:
        """The path with the highest weight of a free reading, for scores (candidates,). It can skip all fragments."""
        path = self.best_path(scores)
        assert path is not None
        return path

    def align(self, scores: np.ndarray) -> Alignment | None:
        """Forced alignment of a given word, for scores (candidates, letters); None if there are too few candidates."""
        best = self.best_path(scores)
        return best and Alignment(best.chosen, self.posterior(scores, best.chosen), best.score)

    def posterior(self, scores: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
        """(letters,) float64, see ``Alignment``: for scores (candidates, letters) and the candidates of a path."""
        forward, backward = self.forward(scores), self.backward(scores)
        start, stop = np.array([self.candidates[index][:2] for index in chosen]).T
        letter = np.arange(len(chosen))
        taken = forward[start, letter] + scores[chosen, letter] + backward[stop, letter + 1]
        posterior: np.ndarray = np.exp(np.minimum(0, taken - forward[-1, -1]))
        return posterior


def _weights(
    ending: Sequence[Sequence[tuple[int, int]]], skips: np.ndarray, scores: np.ndarray, total: np.ufunc
) -> np.ndarray:
    """The dynamic programming; see ``Lattice.forward``."""
    if scores.ndim == 1:
        return _free_weights(ending, skips.tolist(), scores.tolist(), total is np.maximum)
    weights = np.full((len(skips) + 1, scores.shape[1] + 1), NEVER)
    weights[0, 0] = 0
    # Views, to save time in the loop over candidates.
    before, after, rows = list(weights[:, :-1]), list(weights[:, 1:]), list(scores)
    for stop in range(1, len(weights)):
        np.subtract(weights[stop - 1], skips[stop - 1], out=weights[stop])
        here = after[stop]
        for index, start in ending[stop]:
            total(here, before[start] + rows[index], out=here)
    return weights


def _free_weights(
    ending: Sequence[Sequence[tuple[int, int]]], skips: list[float], scores: list[float], highest: bool
) -> np.ndarray:
    """The same for a free reading. Plain Python is faster for single numbers."""
    weights = [0.0]
    for skip, candidates in zip(skips, ending[1:], strict=True):
        here = weights[-1] - skip
        for index, start in candidates:
            one = weights[start] + scores[index]
            high, low = (one, here) if one > here else (here, one)
            here = high if highest else high + math.log1p(math.exp(low - high))
        weights.append(here)
    return np.array(weights)


def skip_costs(area: np.ndarray) -> np.ndarray:
    """The cost (log) of skipping each fragment, by its ink: (n,) float64 from (n,) int. Specks are cheap."""
    return 0.5 + 6 * np.minimum(1, area / max(median(area), 1)) if len(area) else np.zeros(0)
