"""The lattice: every way to cut a word's ink into letters, weighed by dynamic programming.

Its nodes are the boundaries of fragments, from the left edge of the word to the right one. An edge takes a candidate, a
run of fragments, as a letter, at a weight that says how much it looks like that letter; or it skips a fragment, at a
cost that grows with its ink. All weights are natural logarithms, so that those of a path are summed.

Forward and backward weights are those of hidden Markov models (Rabiner, "A tutorial on hidden Markov models and
selected applications in speech recognition", Proc. IEEE 77(2), 1989); with the maximum in place of the sum, which is
another semiring (Goodman, "Semiring parsing", Computational Linguistics 25(4), 1999), they give the best path (Viterbi,
IEEE Trans. Information Theory 13(2), 1967).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate

NEVER = -1e9
"""Log weight of what cannot be."""


class BestPath(NamedTuple):
    """chosen: the indices of the candidates that the heaviest path takes, from left to right. score: its log weight,
    costs of skipped fragments included."""

    chosen: list[int]
    score: float


class Alignment(NamedTuple):
    """The letters of a word, each in its place: a ``BestPath``, and how sure each place is.

    posterior: (letters,) float64, for each letter the share of all paths, by weight, that take it there (0 to 1).
    """

    chosen: list[int]
    posterior: np.ndarray
    score: float


class Lattice:
    """candidates: ordered by start, then stop. skips: (fragments,) float64, the cost of leaving each fragment out.

    Scores of candidates, float64 log weights, come in one of two shapes. (candidates, letters): a word is spelled, a
    candidate has a score as each of its letters, and a path takes one for each letter. (candidates,): the reading is
    free, and a path takes any number of candidates.
    """

    def __init__(self, candidates: Sequence[Candidate], skips: np.ndarray) -> None:
        self.candidates, self.skips = candidates, skips

    @cached_property
    def ending(self) -> list[list[tuple[int, int]]]:
        """For each boundary, from 0 to the number of fragments, the candidates that end there: (index, start)."""
        found: list[list[tuple[int, int]]] = [[] for _ in range(len(self.skips) + 1)]
        for index, candidate in enumerate(self.candidates):
            found[candidate.stop].append((index, candidate.start))
        return found

    @cached_property
    def _mirrored(self) -> list[list[tuple[int, int]]]:
        """What ``ending`` is from the right to the left: (index, boundary at which the candidate ends, counted from the
        right edge)."""
        last = len(self.skips)
        found: list[list[tuple[int, int]]] = [[] for _ in range(last + 1)]
        for index, candidate in enumerate(self.candidates):
            found[last - candidate.start].append((index, last - candidate.stop))
        return found

    def forward(self, scores: np.ndarray, total: np.ufunc = np.logaddexp) -> np.ndarray:
        """Log weight of all ways from the left edge to each boundary.

        Returns (fragments + 1, letters + 1) float64 for a spelled word, by the number of its letters that have been
        taken, and (fragments + 1,) for a free reading. total: what two ways that meet weigh together; with
        ``np.maximum`` they weigh as much as the heavier one.
        """
        return _weights(self.ending, self.skips, scores, total)

    def backward(self, scores: np.ndarray) -> np.ndarray:
        """Log weight of all ways from each boundary to the right edge, in the shapes of ``forward``."""
        mirrored = scores[:, ::-1] if scores.ndim == 2 else scores
        return np.flip(_weights(self._mirrored, self.skips[::-1], mirrored, np.logaddexp))

    def best_path(self, scores: np.ndarray) -> BestPath | None:
        """The heaviest path; None when there are too few candidates for the letters of a spelled word.

        Of paths that weigh the same it is the one that, from the right, skips before it takes, and takes first what
        begins first.
        """
        step = scores.ndim - 1  # letters of the word that a candidate takes
        columns = scores.reshape(len(scores), -1)
        weights = self.forward(scores, np.maximum).reshape(len(self.skips) + 1, -1)
        if weights[-1, -1] < NEVER / 2:
            return None
        chosen: list[int] = []
        boundary, letter = len(self.skips), weights.shape[1] - 1
        while boundary > 0:
            weight = weights[boundary, letter]
            if weight == weights[boundary - 1, letter] - self.skips[boundary - 1]:
                boundary -= 1
                continue
            letter -= step
            index, boundary = next(
                (index, start)
                for index, start in self.ending[boundary]
                if weight == weights[start, letter] + columns[index, letter]
            )
            chosen.append(index)
        return BestPath(chosen[::-1], float(weights[-1, -1]))

    def read(self, scores: np.ndarray) -> BestPath:
        """The heaviest path of a free reading, with the scores (candidates,); it may skip everything."""
        path = self.best_path(scores)
        assert path is not None
        return path

    def align(self, scores: np.ndarray) -> Alignment | None:
        """The best places for the letters of a spelled word; None when there are too few candidates for them."""
        best = self.best_path(scores)
        if best is None:
            return None
        forward, backward = self.forward(scores), self.backward(scores)
        taken = np.array(
            [
                forward[self.candidates[index].start, letter]
                + scores[index, letter]
                + backward[self.candidates[index].stop, letter + 1]
                for letter, index in enumerate(best.chosen)
            ]
        )
        return Alignment(best.chosen, np.exp(np.minimum(0, taken - forward[-1, -1])), best.score)


def _weights(
    ending: Sequence[Sequence[tuple[int, int]]], skips: np.ndarray, scores: np.ndarray, total: np.ufunc
) -> np.ndarray:
    """The dynamic programming itself, see ``Lattice.forward``."""
    spelled = scores.ndim == 2
    columns = scores if spelled else scores[:, None]
    weights = np.full((len(skips) + 1, columns.shape[1] + spelled), NEVER)
    weights[0, 0] = 0
    # Views, so that little is left to do for each of many candidates.
    before, after = (list(weights[:, :-1]), list(weights[:, 1:])) if spelled else (list(weights), list(weights))
    rows = list(columns)
    for stop in range(1, len(weights)):
        np.subtract(weights[stop - 1], skips[stop - 1], out=weights[stop])
        here = after[stop]
        for index, start in ending[stop]:
            total(here, before[start] + rows[index], out=here)
    return weights if spelled else weights[:, 0]


def skip_costs(area: np.ndarray) -> np.ndarray:
    """The cost (log) of leaving each fragment out, by its ink: (n,) float64 from (n,) int. Specks are cheap."""
    return 0.5 + 6 * np.minimum(1, area / max(float(np.median(area)), 1)) if len(area) else np.zeros(0)
