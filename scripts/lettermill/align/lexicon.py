"""The lexicon: how often each word is written in the table, as evidence of its spelling.

Words are repeated in a table, and a transcription error rarely gives another word of the table. A word is scored as in
a noisy channel model (Kernighan, Church and Gale, "A spelling correction program based on a noisy channel model",
COLING 1990): by its appearance, and by its frequency.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np

from lettermill.align.folds import FOLDS, fold_of

UNSEEN = 0.2
"""Count of a word that occurs in no other fold."""

SPELLING = 2
"""Number of values of evidence for a letter."""


class Lexicon:
    """The words of a table. words: each word once. counts: (words, FOLDS) int, number of rows with it in each fold."""

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
        """Word -> number of rows with it, without the fold of ``row_id``, so that a row does not confirm itself."""
        return self._elsewhere[fold_of(row_id)]


def spelling(counts: Mapping[str, int], log_probabilities: np.ndarray, letters: str, word: str) -> np.ndarray:
    """Evidence for each letter of ``word``, (letters of the word, SPELLING).

    counts: see ``Lexicon.elsewhere``. log_probabilities: (letters of the word, letters or more), of each of ``letters``
    at each position. The evidence is the log odds of the word against the likeliest word with another letter at this
    position, by appearance and frequency, and the log frequency of the word.
    """
    count, own_count = counts.get, np.log(counts.get(word, 0) + UNSEEN)
    often = [
        [count(before + other + after, 0) for other in letters]
        for before, after in ((word[:position], word[position + 1 :]) for position in range(len(word)))
    ]
    appearance = log_probabilities[:, : len(letters)]
    scores = appearance + np.log(np.array(often) + UNSEEN)
    # A letter that the recogniser has not learnt gets the mean of all letters.
    own = appearance.mean(axis=1) + own_count
    known = np.array([letters.find(letter) for letter in word])
    learnt = np.flatnonzero(known >= 0)
    own[learnt] = scores[learnt, known[learnt]]
    scores[learnt, known[learnt]] = -np.inf
    return np.stack([own - scores.max(axis=1), np.full(len(word), own_count - np.log(UNSEEN))], axis=1)
