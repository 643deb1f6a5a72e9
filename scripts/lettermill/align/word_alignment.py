"""Aligning one word: from its fragments and transcription to letters with evidence for each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate
from lettermill.align.lattice import Lattice, skip_costs
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

    @property
    def explains_all(self) -> bool:
        """Whether no other ink hypothesis needs to be tried: the recogniser reads the transcription, and the path is
        likely."""
        return self.score > EXPLAINED and self.score_gap == 0


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
    scores = letter_scores(log_probabilities, letters, word)
    lattice = Lattice(candidates, skip_costs(area))
    alignment = lattice.align(scores)
    if alignment is None:
        return None
    likeliest = log_probabilities[:, :-1].argmax(axis=1)
    free = lattice.read(log_probabilities[:, :-1].max(axis=1) + READING_BONUS)
    reading = "".join(letters[likeliest[index]] for index in free.chosen)
    gap = 0.0
    if reading != word:
        gap = max(0.0, free.score - READING_BONUS * len(free.chosen) - alignment.score) / len(word)
    chosen = np.array(alignment.chosen)
    own = scores[chosen, np.arange(len(word))]
    neighbours = np.concatenate(([0.0], own, [0.0]))
    skipped = np.ones(len(area), bool)
    for index in alignment.chosen:
        skipped[candidates[index].start : candidates[index].stop] = False
    lost = float(area[skipped].sum() / max(area.sum(), 1))
    evidence = np.stack(
        [
            own,
            np.minimum(own - _best_other(log_probabilities[chosen, :-1], letters, word), CLIP),
            _logit(alignment.posterior),
            np.minimum(neighbours[:-2], neighbours[2:]),
            np.full(len(word), own.mean()),
            np.full(len(word), own.min()),
            np.full(len(word), 5 * lost),
            log_probabilities[chosen, -1],
            np.isin(chosen, free.chosen),
            np.full(len(word), gap),
            *spelling(counts, log_probabilities[chosen], letters, word).T,
        ],
        axis=1,
    )
    names = (letters[likeliest[index]] for index in alignment.chosen)
    predicted_labels = [name if letter in letters else "" for name, letter in zip(names, word, strict=True)]
    return WordAlignment(
        alignment.chosen,
        np.clip(evidence, -CLIP, CLIP),
        predicted_labels,
        reading,
        gap,
        alignment.score / len(word),
    )


def align_views(
    views: Iterable[tuple[View, np.ndarray]], letters: str, word: str, counts: Mapping[str, int]
) -> tuple[View, WordAlignment] | None:
    """Align ``word`` with the view whose path explains it best; None if no view has enough fragments.

    views: views of a word with log probabilities of their candidates, see ``align_fragments``. They are tried in order
    until one explains all of the ink.
    """
    best: tuple[View, WordAlignment] | None = None
    for view, log_probabilities in views:
        aligned = align_fragments(view.area, view.candidates, log_probabilities, letters, word, counts)
        if aligned is not None and (best is None or aligned.score > best[1].score + BETTER):
            best = view, aligned
            if aligned.explains_all:
                break
    return best


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
