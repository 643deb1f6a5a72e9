"""The lexicon: how often each word is written in the table, as evidence of its spelling.

A table repeats its words, and a slip of a transcriber seldom makes another word of it. What stands there is weighed
as in a noisy channel (Kernighan, Church and Gale, "A spelling correction program based on a noisy channel model",
COLING 1990): by how it appearance, and by how often it is written.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np

from lettermill.align.folds import FOLDS, fold_of

UNSEEN = 0.2
"""How often a word counts that is written nowhere else."""

SPELLING = 2
"""Numbers of evidence for a letter."""


class Lexicon:
    """words: each different word once. counts: (words, FOLDS) int, how often rows of each fold have it."""

    def __init__(self, words: Iterable[str], counts: np.ndarray) -> None:
        self.words = tuple(words)
        self.counts = counts

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str]]) -> "Lexicon":
        """The lexicon of rows as (row id, word)."""
        found: dict[str, list[int]] = {}
        for row_id, word in rows:
            found.setdefault(word, [0] * FOLDS)[fold_of(row_id)] += 1
        words = sorted(found)
        return cls(words, np.array([found[word] for word in words], np.int32).reshape(-1, FOLDS))

    @cached_property
    def _elsewhere(self) -> list[Counter[str]]:
        others = self.counts.sum(axis=1, keepdims=True) - self.counts
        return [Counter(dict(zip(self.words, others[:, fold].tolist(), strict=True))) for fold in range(FOLDS)]

    def elsewhere(self, row_id: str) -> Mapping[str, int]:
        """How often words are written in rows of other folds than that of ``row_id``: none vouches for itself."""
        return self._elsewhere[fold_of(row_id)]


def spelling(counts: Mapping[str, int], log_probabilities: np.ndarray, letters: str, word: str) -> np.ndarray:
    """Evidence for each letter of ``word``, (letters of the word, SPELLING).

    log_probabilities: (letters of the word, letters or more), how likely what stands at each position is each of
    ``letters``. The evidence is how much likelier the word is than the likeliest one with another letter there, given
    how they look and how often they are written; and how often the word itself is.
    """
    own_count = np.log(counts.get(word, 0) + UNSEEN)
    evidence = np.empty((len(word), SPELLING))
    for position, letter in enumerate(word):
        before, after = word[:position], word[position + 1 :]
        often = np.log([counts.get(f"{before}{other}{after}", 0) + UNSEEN for other in letters])
        scores = log_probabilities[position, : len(letters)] + often
        # A letter that the recogniser has not learnt is worth what all letters are on average.
        own = log_probabilities[position, : len(letters)].mean() + own_count
        if letter in letters:
            own, scores[letters.index(letter)] = scores[letters.index(letter)], -np.inf
        evidence[position] = own - scores.max(), own_count - np.log(UNSEEN)
    return evidence
