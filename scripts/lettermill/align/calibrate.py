"""Calibration: the probability that an aligned letter is right, learnt from words with known boxes.

Each word is aligned three times: unchanged, with a wrong transcription, and without the right candidate of one letter.
The simulated errors are weighted by their expected frequency in real tables. (Platt, "Probabilistic outputs for support
vector machines", 1999, also learns probabilities from the scores of another classifier.)
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from lettermill.align.ground_truth import SAME_PLACE, GroundTruthWord
from lettermill.align.label_errors import confusion, find_label_errors
from lettermill.align.lexicon import Lexicon
from lettermill.align.network import FLOOR
from lettermill.align.recogniser import Confidence
from lettermill.align.word_alignment import align_fragments
from lettermill.records.schemas import Reliability

WRONG_TRANSCRIPTIONS, HIDDEN_LETTERS = 0.05, 0.05
"""Expected shares in real tables: of words with a wrong transcription, and of words in which a letter cannot be cut
correctly."""

LEFT_OUT, ADDED, OTHER_WORD = 0.2, 0.2, 0.1
"""Shares of the wrong transcriptions that lack a letter, have an extra letter, and are another word. The others have
one letter replaced by another."""

UNLIKELY = 0.002
"""Added to the probability of each confusion of letters, so that none is impossible."""

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Edges of the bins of the reliability table."""


def calibrate(
    words: Sequence[GroundTruthWord], scores: Sequence[np.ndarray], letters: str, lexicon: Lexicon
) -> tuple[Confidence, list[Reliability]] | None:
    """Learn the confidence of aligned letters, and measure its reliability; None if that is impossible.

    words: words with every letter known, or with a corrected letter. scores: for each word (candidates, letters + 1)
    log probabilities by a network that was not trained on it. letters: the classes. lexicon: of all words.
    """
    owner = [
        (number, position)
        for number, word in enumerate(words)
        for position, letter in enumerate(word.labels)
        if letter in letters and word.is_whole
    ]
    if not owner:
        return None
    likely = np.exp([scores[number][words[number].truth[position], :-1] for number, position in owner])
    likely /= likely.sum(axis=1, keepdims=True)
    labels = np.array([letters.index(words[number].labels[position]) for number, position in owner])
    mislabelled = find_label_errors(likely, labels)
    wrong = {place for place, error in zip(owner, mislabelled, strict=True) if error}
    errors = TranscriptionErrors(
        letters, sorted({word.word for word in words if word.is_whole}), confusion(likely, labels)
    )
    evidence, right, weights = [], [], []
    for number, word in enumerate(words):
        counts = lexicon.elsewhere(word.row_id)
        if word.is_whole:
            bad = [(number, position) in wrong for position in range(len(word.word))]
            for letter in word.by_hand:
                if letter.right:
                    bad[letter.position] = letter.label != word.word[letter.position]
            found = _staged(word, scores[number], letters, bad, counts, errors)
        else:
            found = _decided(word, scores[number], letters, counts)
        for seen, correct, weight in found:
            evidence.append(seen)
            right.append(correct)
            weights.append(np.full(len(correct), weight))
    x, y, counted = np.concatenate(evidence), np.concatenate(right), np.concatenate(weights)
    if y.all() or not y.any():
        return None
    model = LogisticRegression(C=1.0, max_iter=2000).fit(x, y, sample_weight=counted)
    confidence = Confidence(model.coef_[0].astype(np.float64), float(model.intercept_[0]))
    return confidence, _reliability(confidence.of(x), y, counted)


def _staged(
    word: GroundTruthWord,
    scores: np.ndarray,
    letters: str,
    bad: Sequence[bool],
    counts: Mapping[str, int],
    errors: "TranscriptionErrors",
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Alignments of ``word``, as (evidence of its letters, whether they are right, weight)."""

    def aligned(text: str, scores: np.ndarray, weight: float) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
        found = align_fragments(word.area, word.candidates, scores, letters, text, counts)
        if found is not None:
            places = zip(found.chosen, text, strict=True)
            yield found.evidence, np.array([_is_right(word, bad, index, letter) for index, letter in places]), weight

    yield from aligned(word.word, scores, 1.0)
    if not any(bad):
        yield from aligned(errors.corrupt(word.word), scores, WRONG_TRANSCRIPTIONS)
        hidden = scores.copy()
        hidden[word.truth[errors.random.integers(len(word.truth))]] = np.log(FLOOR)
        yield from aligned(word.word, hidden, HIDDEN_LETTERS)


def _decided(
    word: GroundTruthWord, scores: np.ndarray, letters: str, counts: Mapping[str, int]
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """The same for the corrected letters of ``word``, whose other letters may be unknown."""
    found = align_fragments(word.area, word.candidates, scores, letters, word.word, counts)
    if found is None:
        return
    for letter in word.by_hand:
        if letter.candidate < 0:
            continue
        there = word.candidates[found.chosen[letter.position]].box.overlap(word.candidates[letter.candidate].box)
        if letter.right:
            right = there > SAME_PLACE and letter.label == word.word[letter.position]
            yield found.evidence[[letter.position]], np.array([right]), 1.0
        elif there > SAME_PLACE:  # a letter that is now cut elsewhere has not been checked
            yield found.evidence[[letter.position]], np.array([False]), 1.0


def _is_right(word: GroundTruthWord, bad: Sequence[bool], index: int, letter: str) -> bool:
    """Whether the candidate overlaps a known ``letter`` of the word that is not a label error."""
    box = word.candidates[index].box
    return any(
        name == letter and not wrong and word.candidates[index_of_it].box.overlap(box) > SAME_PLACE
        for name, index_of_it, wrong in zip(word.word, word.truth, bad, strict=True)
    )


class TranscriptionErrors:
    """Simulated transcription errors, mostly a letter confused with a similar one.

    letters: the alphabet. words: candidates for a confusion of whole words. confusions: (letters, letters) float64; row
    ``l`` has the mean probabilities of letters ``l``, see ``confusion``.
    """

    def __init__(self, letters: str, words: Sequence[str], confusions: np.ndarray) -> None:
        others = confusions + UNLIKELY
        np.fill_diagonal(others, 0)
        self.letters, self.words = letters, words
        self.confusions = others / others.sum(axis=1, keepdims=True)
        self.random = np.random.default_rng(0)

    def corrupt(self, word: str) -> str:
        kind, place = self.random.uniform(), int(self.random.integers(len(word)))
        if kind < LEFT_OUT and len(word) > 1:
            return word[:place] + word[place + 1 :]
        if kind < LEFT_OUT + ADDED:
            return word[:place] + self.letters[self.random.integers(len(self.letters))] + word[place:]
        if kind < LEFT_OUT + ADDED + OTHER_WORD:
            return self.words[int(self.random.integers(len(self.words)))]
        shares = self.confusions[self.letters.index(word[place])] if word[place] in self.letters else None
        return word[:place] + str(self.random.choice(list(self.letters), p=shares)) + word[place + 1 :]


def _reliability(confidence: np.ndarray, right: np.ndarray, weight: np.ndarray) -> list[Reliability]:
    table = []
    line = np.digitize(confidence, BINS[1:-1])
    for number, (low, high) in enumerate(itertools.pairwise(BINS)):
        here = line == number
        letters = float(weight[here].sum())
        if letters > 0:
            mean, share = (float((values * weight)[here].sum()) / letters for values in (confidence, right))
            table.append(Reliability(low, high, round(letters, 1), round(mean, 4), round(share, 4)))
    return table
