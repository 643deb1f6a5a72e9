"""Aligning one word: from its fragments and transcription to letters with evidence for each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate
from lettermill.align.lattice import BestPath, Lattice, skip_costs
from lettermill.align.lexicon import SPELLING, spelling
from lettermill.align.network import letter_scores
from lettermill.align.views import View

EVIDENCE = 10 + SPELLING
"""Number of values of evidence for an aligned letter."""

CLIP = 9.0
"""Maximum absolute value of a logarithm in the evidence."""

EXPLAINED = -0.3
"""Log weight of a path per letter from which other ink hypotheses are not tried."""

BETTER = 0.2
"""Log weight of a path per letter by which a further ink hypothesis must be better: of many, one fits by chance."""

READING_BONUS = 1.0
"""Log weight added for each letter of a free reading. Without it, unlikely letters would be skipped."""


class WordAlignment(NamedTuple):
    """The aligned letters of a word.

    chosen: the candidate of each letter. evidence: (letters, EVIDENCE) float64. predicted_labels: the label that the
    recogniser gives each chosen candidate without the transcription; empty if it has not learnt the letter of the
    transcription. reading: the recogniser's reading of the word without the transcription. score_gap: how much better
    the reading explains the ink than the transcription, in log weight per letter (at least 0). score: log weight of
    the path per letter, with the costs of the ink that it skips.
    """

    chosen: list[int]
    evidence: np.ndarray
    predicted_labels: list[str]
    reading: str
    score_gap: float
    score: float


def align_fragments(
    area: np.ndarray,
    candidates: Sequence[Candidate],
    log_probabilities: np.ndarray,
    letters: str,
    word: str,
    counts: Mapping[str, int],
) -> WordAlignment | None:
    """Align ``word`` with fragments of ink; None if there are too few fragments for its letters.

    area: (fragments,) ink pixels of each fragment. candidates: made of these fragments. log_probabilities:
    (candidates, letters + 1); the last class is no letter. letters: the other classes. counts: see
    ``Lexicon.elsewhere``.
    """
    path = _Path(area, Lattice(candidates, skip_costs(area)), log_probabilities, letters, word)
    return path.aligned(counts) if path.exists else None


class _Path:
    """The best path of ``word`` through fragments of ink, see ``align_fragments``. Its score costs little, compared to
    the evidence of its letters."""

    def __init__(
        self, area: np.ndarray, lattice: Lattice, log_probabilities: np.ndarray, letters: str, word: str
    ) -> None:
        self._area, self._lattice, self._log_probabilities = area, lattice, log_probabilities
        self._letters, self._word = letters, word
        self._scores = letter_scores(log_probabilities, letters, word)
        self._best = self._lattice.best_path(self._scores)
        self.exists = self._best is not None

    @cached_property
    def best(self) -> BestPath:
        assert self._best is not None
        return self._best

    @cached_property
    def _likeliest(self) -> np.ndarray:
        likeliest: np.ndarray = self._log_probabilities[:, :-1].argmax(axis=1)
        return likeliest

    @cached_property
    def _free(self) -> BestPath:
        return self._lattice.read(self._log_probabilities[:, :-1].max(axis=1) + READING_BONUS)

    @property
    def _reading(self) -> str:
        return "".join(self._letters[self._likeliest[index]] for index in self._free.chosen)

    @property
    def score(self) -> float:
        """See ``WordAlignment``."""
        return self.best.score / len(self._word)

    @property
    def explains_all(self) -> bool:
        """Whether no other ink hypothesis needs to be tried: the path is likely, and the recogniser reads the word."""
        return self.score > EXPLAINED and self._gap == 0

    @property
    def _gap(self) -> float:
        if self._reading == self._word:
            return 0.0
        unpaid = self._free.score - READING_BONUS * len(self._free.chosen)
        return max(0.0, unpaid - self.best.score) / len(self._word)

    def aligned(self, counts: Mapping[str, int]) -> WordAlignment:
        """The letters with their evidence."""
        word, letters, log_probabilities = self._word, self._letters, self._log_probabilities
        chosen = np.array(self.best.chosen)
        own = self._scores[chosen, np.arange(len(word))]
        neighbours = np.concatenate(([0.0], own, [0.0]))
        skipped = np.ones(len(self._area), bool)
        for index in self.best.chosen:
            skipped[slice(*self._lattice.candidates[index][:2])] = False
        free = set(self._free.chosen)
        lost = float(self._area[skipped].sum() / max(self._area.sum(), 1))
        evidence = np.stack(
            [
                own,
                np.minimum(own - _best_other(log_probabilities[chosen, :-1], letters, word), CLIP),
                _logit(self._lattice.posterior(self._scores, self.best.chosen)),
                np.minimum(neighbours[:-2], neighbours[2:]),
                np.full(len(word), own.mean()),
                np.full(len(word), own.min()),
                np.full(len(word), 5 * lost),
                log_probabilities[chosen, -1],
                np.array([index in free for index in self.best.chosen]),
                np.full(len(word), self._gap),
                *spelling(counts, log_probabilities[chosen], letters, word).T,
            ],
            axis=1,
        )
        names = (letters[self._likeliest[index]] for index in chosen)
        predicted_labels = [name if letter in letters else "" for name, letter in zip(names, word, strict=True)]
        evidence = np.clip(evidence, -CLIP, CLIP)
        return WordAlignment(self.best.chosen, evidence, predicted_labels, self._reading, self._gap, self.score)


def align_views(
    views: Iterable[View],
    log_probabilities: Callable[[View], np.ndarray],
    letters: str,
    word: str,
    counts: Mapping[str, int],
) -> tuple[View, WordAlignment] | None:
    """Align ``word`` with the view whose path explains it best; None if no view has enough fragments.

    views: of the word. They are tried in order until one explains all of the ink. log_probabilities: those of the
    candidates of a view, see ``align_fragments``. They are not asked for where the view cannot be the best one.
    """
    best: tuple[View, _Path] | None = None
    for view in views:
        if best is not None and view.lattice.bound(len(word)) / len(word) <= best[1].score + BETTER:
            continue
        path = _Path(view.area, view.lattice, log_probabilities(view), letters, word)
        if path.exists and (best is None or path.score > best[1].score + BETTER):
            best = view, path
            if path.explains_all:
                break
    return best and (best[0], best[1].aligned(counts))


def _best_other(log_probabilities: np.ndarray, letters: str, word: str) -> np.ndarray:
    """(letters of the word,) log probability of the likeliest wrong letter."""
    others = log_probabilities.copy()
    for position, letter in enumerate(word):
        if letter in letters:
            others[position, letters.index(letter)] = -np.inf
    best: np.ndarray = others.max(axis=1)
    return best


def _logit(share: np.ndarray) -> np.ndarray:
    safe = np.clip(share, 1e-4, 1 - 1e-4)
    logit: np.ndarray = np.log(safe / (1 - safe))
    return logit
