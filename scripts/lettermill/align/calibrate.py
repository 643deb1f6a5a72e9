"""Calibration: the probability that an aligned letter is right, learnt from words with known boxes.

Each word is aligned three times: unchanged, with a wrong transcription, and without the right candidate of one letter.
The simulated errors are weighted by their expected frequency in real tables. (Platt, "Probabilistic outputs for support
vector machines", 1999, also learns probabilities from the scores of another classifier.)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from lettermill.align.folds import fold_of
from lettermill.align.ground_truth import SAME, SAME_PLACE, GroundTruthWord
from lettermill.align.label_errors import confusion, find_label_errors
from lettermill.align.lexicon import Lexicon, spelling
from lettermill.align.network import FLOOR
from lettermill.align.recogniser import Confidence
from lettermill.align.reliability import Observed, cross_fitted, reliability_of
from lettermill.align.views import View
from lettermill.align.word_alignment import WordAlignment, align_views
from lettermill.base.box import Box
from lettermill.base.sampling import sample_key
from lettermill.records.schemas import Reliability

WRONG_TRANSCRIPTIONS, HIDDEN_LETTERS = 0.05, 0.05
"""Expected shares in real tables: of words with a wrong transcription, and of words in which a letter cannot be cut
correctly."""

MAX_WORDS, MAX_STAGED = 2_000, 800
"""Maximum numbers of words that are aligned, and of those for which errors are simulated."""

ROUGH = 16
"""Divides them where another round follows, which needs no more than to know the letters that are surely right."""

LEFT_OUT, ADDED, OTHER_WORD = 0.2, 0.2, 0.1
"""Shares of the wrong transcriptions that lack a letter, have an extra letter, and are another word. The others have
one letter replaced by another."""

UNLIKELY = 0.002
"""Added to the probability of each confusion of letters, so that none is impossible."""

Probabilities = Callable[[GroundTruthWord, View], np.ndarray]
"""Log probabilities (candidates, letters + 1) of a view, by a network that was not trained on its word."""


class Calibration(NamedTuple):
    """confidence: see there. reliability: its table. accuracy: share of the letters with known boxes that are read
    right by networks that were not trained on their words."""

    confidence: Confidence
    reliability: list[Reliability]
    accuracy: float


def calibrate(
    words: Sequence[GroundTruthWord],
    probabilities: Probabilities,
    letters: str,
    lexicon: Lexicon,
    rough: bool = False,
) -> Calibration | None:
    """Learn the confidence of aligned letters, and measure its reliability; None if that is impossible.

    words: words with every letter known, or with a corrected letter. letters: the classes. lexicon: of all words.
    rough: from fewer words.
    """
    most_words, most_staged = (most // ROUGH if rough else most for most in (MAX_WORDS, MAX_STAGED))
    kept = {word.row_id for word in sorted(words, key=lambda word: sample_key(word.row_id))[:most_words]}
    words = [word for word in words if word.row_id in kept or word.by_hand]
    whole = [word for word in words if word.is_whole]
    owner = [(word.row_id, position) for word in whole for position, name in enumerate(word.labels) if name in letters]
    if not owner:
        return None
    scores = {word.row_id: probabilities(word, _view(word))[word.truth] for word in whole}
    own = np.exp([scores[row_id][position, :-1] for row_id, position in owner])
    own /= own.sum(axis=1, keepdims=True)
    labels = np.array([letters.index(name) for word in whole for name in word.labels if name in letters])
    accuracy = float((own.argmax(axis=1) == labels).mean())
    # A word that is frequent in the table is rather misread than misspelt.
    odds = {
        word.row_id: spelling(lexicon.elsewhere(word.row_id), scores[word.row_id], letters, word.labels)[:, 0]
        for word in whole
    }
    mislabelled = find_label_errors(own, labels)
    wrong = {
        (row_id, position)
        for (row_id, position), error in zip(owner, mislabelled, strict=True)
        if error and odds[row_id][position] < 0
    }
    errors = TranscriptionErrors(letters, sorted({word.word for word in whole}), confusion(own, labels))
    staged = {word.row_id for word in sorted(whole, key=lambda word: sample_key(word.row_id))[:most_staged]}
    often = len(whole) / max(len(staged), 1)
    found: list[Observed] = []
    for number, word in enumerate(words):
        counts = lexicon.elsewhere(word.row_id)
        trial = Trial(word, probabilities, letters, counts)
        if word.is_whole:
            bad = [(word.row_id, position) in wrong for position in range(len(word.word))]
            for letter in word.by_hand:
                if letter.right:
                    bad[letter.position] = letter.label != word.word[letter.position]
            aligned = _staged(trial, bad, errors if word.row_id in staged else None, often)
        else:
            aligned = _decided(trial)
        for evidence, right, weight in aligned:
            same = (np.full(len(right), value) for value in (weight, number, fold_of(word.row_id)))
            found.append(Observed(evidence, right, *same))
    if not found:
        return None
    observed = Observed(*(np.concatenate(values) for values in zip(*found, strict=True)))
    if not observed.both:
        return None
    reliability = [] if rough else reliability_of(cross_fitted(observed, lambda part: _fitted(part).of), observed)
    return Calibration(_fitted(observed), reliability, accuracy)


def _fitted(observed: Observed) -> Confidence:
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit(observed.evidence, observed.right, sample_weight=observed.weight)
    return Confidence(model.coef_[0].astype(np.float64), float(model.intercept_[0]))


def _view(word: GroundTruthWord) -> View:
    assert word.view is not None
    return word.view


class Trial:
    """A word that is aligned several times."""

    def __init__(
        self, word: GroundTruthWord, probabilities: Probabilities, letters: str, counts: Mapping[str, int]
    ) -> None:
        self.word, self.letters, self.counts = word, letters, counts
        self._probabilities = probabilities

    def align(self, text: str, hidden: Box | None = None) -> tuple[View, WordAlignment] | None:
        """Align ``text`` with the word. hidden: a place in which no candidate resembles any letter."""

        def log_probabilities(view: View) -> np.ndarray:
            known = self._probabilities(self.word, view)
            return known if hidden is None else _hide(view, known, hidden)

        return align_views(self.word.views(), log_probabilities, self.letters, text, self.counts)


def _hide(view: View, log_probabilities: np.ndarray, place: Box) -> np.ndarray:
    there = [index for index, one in enumerate(view.candidates) if one.box.overlap(place) > SAME]
    hidden = log_probabilities.copy()
    hidden[there] = np.log(FLOOR)
    return hidden


def _staged(
    trial: Trial, bad: Sequence[bool], errors: "TranscriptionErrors | None", often: float
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Alignments of a word, as (evidence of its letters, whether they are right, weight).

    bad: for each letter, whether it is a label error. errors: None if none are simulated. often: weight of the
    simulated ones, as a multiple.
    """
    word = trial.word

    def outcome(text: str, hidden: Box | None, weight: float) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
        found = trial.align(text, hidden)
        if found is not None:
            view, aligned = found
            boxes = [view.candidates[index].box for index in aligned.chosen]
            right = [_is_right(word, bad, box, letter) for box, letter in zip(boxes, text, strict=True)]
            yield aligned.evidence, np.array(right), weight

    yield from outcome(word.word, None, 1.0 - (WRONG_TRANSCRIPTIONS + HIDDEN_LETTERS) * (not any(bad)))
    if errors is not None and not any(bad):
        yield from outcome(errors.corrupt(word.word), None, often * WRONG_TRANSCRIPTIONS)
        hidden = word.box(word.truth[errors.random.integers(len(word.truth))])
        yield from outcome(word.word, hidden, often * HIDDEN_LETTERS)


def _decided(trial: Trial) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """The same for the corrected letters of a word, whose other letters may be unknown."""
    word = trial.word
    found = trial.align(word.word)
    if found is None:
        return
    view, aligned = found
    for letter in word.by_hand:
        if letter.candidate < 0:
            continue
        there = view.candidates[aligned.chosen[letter.position]].box.overlap(word.box(letter.candidate))
        if letter.right:
            right = there > SAME_PLACE and letter.label == word.word[letter.position]
            yield aligned.evidence[[letter.position]], np.array([right]), 1.0
        elif there > SAME_PLACE:  # a letter that is now cut elsewhere has not been checked
            yield aligned.evidence[[letter.position]], np.array([False]), 1.0


def _is_right(word: GroundTruthWord, bad: Sequence[bool], box: Box, letter: str) -> bool:
    """Whether ``box`` overlaps a known ``letter`` of the word that is not a label error."""
    return any(
        name == letter and not wrong and word.box(index).overlap(box) > SAME_PLACE
        for name, index, wrong in zip(word.word, word.truth, bad, strict=True)
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
