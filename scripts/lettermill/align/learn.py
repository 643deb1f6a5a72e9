"""Learning the recogniser from the words whose boxes fit their transcriptions, and from nothing else."""

import itertools
import logging
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from lettermill.align.example import Example
from lettermill.align.features import describe
from lettermill.align.recogniser import FLOOR, FOLDS, Confidence, Network, Recogniser, fold_of
from lettermill.align.units import Candidate, Units, find_units
from lettermill.align.word import Aligned, align_word
from lettermill.image.box import Box

log = logging.getLogger(__name__)

FEWEST_LETTERS = 500
"""Matched letters under which nothing is learnt."""

FEWEST_OF_A_CLASS = 5
"""Matched letters under which a letter of the alphabet is not learnt."""

SAME, OTHER = 0.85, 0.7
"""Overlap (intersection over union) with a letter's box from which a candidate is that letter, and up to which it
is no letter. Between the two nothing is learnt."""

HIDDEN, EPOCHS, DECAY = 128, 14, 1e-3
"""Units of the hidden layer, passes over the examples, and weight of the L2 penalty."""

WRONG_TRANSCRIPTIONS, HIDDEN_LETTERS = 0.02, 0.03
"""Shares of the words, as they are expected in real tables, whose transcription names another word, and of those in
which a letter cannot be cut out right. They are staged to learn how much to trust what."""

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Edges of the lines of the reliability table."""


@dataclass
class _Word:
    row_id: str
    word: str
    units: Units
    candidates: list[Candidate]
    known: list[int]  # the candidate of each letter, -1 where none has its box
    first: int  # of its candidates in the features of all words

    @property
    def rows(self) -> slice:
        return slice(self.first, self.first + len(self.candidates))


class Reliability(NamedTuple):
    """Letters held out of learning, by confidence: how many there are, and what share of them is right."""

    low: float
    high: float
    letters: float
    confidence: float
    right: float


def learn(examples: Sequence[Example], jobs: int) -> tuple[Recogniser, list[Reliability]] | None:
    """Learn a recogniser; None, with a warning in the log, when there is too little to learn from.

    jobs: processes. The result depends on the examples alone.
    """
    words, features = _prepare(examples)
    counts = Counter(letter for word in words for letter in word.word)
    letters = "".join(sorted(letter for letter, count in counts.items() if count >= FEWEST_OF_A_CLASS))
    rare = sorted(set(counts) - set(letters))
    if rare:
        log.warning("too few to learn from: %s", ", ".join(f"{letter} ({counts[letter]})" for letter in rare))
    if sum(counts.values()) < FEWEST_LETTERS or len(letters) < 2:
        log.warning("%d matched letters are too few to learn from", sum(counts.values()))
        return None
    targets = _targets(words, letters, len(features))
    log.info("learning %s from %d letters of %d words", letters, sum(counts.values()), len(words))
    networks = _fit_folds(features, targets, words, len(letters) + 1, jobs)
    confidence, reliability = _calibrate(words, _cross_scores(networks, features, words), letters)
    return Recogniser(letters, tuple(networks), confidence), reliability


def _prepare(examples: Sequence[Example]) -> tuple[list[_Word], np.ndarray]:
    words, features, first = [], [], 0
    for example in sorted(examples, key=lambda example: example.row_id):
        units = find_units(example.image, example.line)
        candidates = units.candidates() if units else []
        if not candidates:
            continue
        known = [_nearest(candidates, box) for box in example.boxes]
        words.append(_Word(example.row_id, example.word, units, candidates, known, first))
        features.append(describe(units, candidates))
        first += len(candidates)
    return words, np.concatenate(features) if features else np.zeros((0, 0), np.float32)


def _nearest(candidates: Sequence[Candidate], box: Box) -> int:
    overlaps = [candidate.box.overlap(box) for candidate in candidates]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] > SAME else -1


def _targets(words: Sequence[_Word], letters: str, count: int) -> np.ndarray:
    """(candidates of all words,) int: the class to learn, ``len(letters)`` for no letter, -1 for nothing."""
    targets = np.full(count, -1)
    for word in words:
        found = {index: letter for index, letter in zip(word.known, word.word, strict=True) if index >= 0}
        boxes = [word.candidates[index].box for index in found]
        for index, candidate in enumerate(word.candidates):
            if index in found:
                if found[index] in letters:
                    targets[word.first + index] = letters.index(found[index])
            elif len(found) == len(word.word) and max(candidate.box.overlap(box) for box in boxes) < OTHER:
                targets[word.first + index] = len(letters)
    return targets


def _fit_folds(
    features: np.ndarray, targets: np.ndarray, words: Sequence[_Word], classes: int, jobs: int
) -> list[Network]:
    fold = np.concatenate([np.full(len(word.candidates), fold_of(word.row_id)) for word in words])
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        return joblib.Parallel(n_jobs=min(jobs, FOLDS))(
            joblib.delayed(_fit)(*_balanced(features, targets, fold != held_out, held_out), classes, held_out)
            for held_out in range(FOLDS)
        )


def _balanced(features: np.ndarray, targets: np.ndarray, use: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """As many candidates that are no letters as there are letters: the rest would only take time."""
    junk = targets.max()
    letters = np.flatnonzero(use & (targets >= 0) & (targets < junk))
    others = np.flatnonzero(use & (targets == junk))
    others = np.random.default_rng(seed).permutation(others)[: len(letters)]
    rows = np.sort(np.concatenate([letters, others]))
    return features[rows], targets[rows]


def _fit(features: np.ndarray, targets: np.ndarray, classes: int, seed: int) -> Network:
    network = MLPClassifier(
        (HIDDEN,), alpha=DECAY, batch_size=256, learning_rate_init=2e-3, max_iter=EPOCHS, random_state=seed
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is chosen
        network.fit(features, targets)
    # A class that the other folds do not have keeps a weight of nothing.
    output = np.zeros((HIDDEN, classes), np.float32)
    bias = np.full(classes, -20, np.float32)
    output[:, network.classes_], bias[network.classes_] = network.coefs_[1], network.intercepts_[1]
    return Network(network.coefs_[0].astype(np.float32), network.intercepts_[0].astype(np.float32), output, bias)


def _cross_scores(networks: Sequence[Network], features: np.ndarray, words: Sequence[_Word]) -> np.ndarray:
    """(candidates of all words, classes) log probabilities, each by the network that has not seen the word."""
    return np.concatenate([networks[fold_of(word.row_id)].log_probabilities(features[word.rows]) for word in words])


def _calibrate(words: Sequence[_Word], scores: np.ndarray, letters: str) -> tuple[Confidence, list[Reliability]]:
    """Learn when to trust an aligned letter, from words whose boxes are known.

    Each is aligned three times: as it is; with a wrong transcription; and with the right candidate of one letter
    taken away. A letter is right when it is at the box of a letter of its name. (Platt, "Probabilistic outputs for
    support vector machines", 1999, does the same with the scores of another classifier.)
    """
    random = np.random.default_rng(0)
    pool = sorted({word.word for word in words})
    evidence, right, weights = [], [], []

    def add(word: _Word, aligned: Aligned | None, text: str, weight: float) -> None:
        if aligned is not None:
            evidence.append(aligned.evidence)
            right.append([_is_right(word, index, letter) for index, letter in zip(aligned.chosen, text, strict=True)])
            weights.append(np.full(len(text), weight))

    for word in words:
        own = scores[word.rows]
        add(word, align_word(word.units, word.candidates, own, letters, word.word), word.word, 1.0)
        wrong = _misspell(word.word, letters, pool, random)
        add(word, align_word(word.units, word.candidates, own, letters, wrong), wrong, WRONG_TRANSCRIPTIONS)
        found = [index for index in word.known if index >= 0]
        if found:
            hidden = own.copy()
            hidden[found[random.integers(len(found))]] = np.log(FLOOR)
            add(word, align_word(word.units, word.candidates, hidden, letters, word.word), word.word, HIDDEN_LETTERS)
    x, y, weight = np.concatenate(evidence), np.concatenate(right), np.concatenate(weights)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(x, y, sample_weight=weight)
    confidence = Confidence(model.coef_[0].astype(np.float64), float(model.intercept_[0]))
    return confidence, _reliability(confidence.of(x), y, weight)


def _is_right(word: _Word, index: int, letter: str) -> bool:
    box = word.candidates[index].box
    return any(
        name == letter and known >= 0 and word.candidates[known].box.overlap(box) > OTHER
        for name, known in zip(word.word, word.known, strict=True)
    )


def _misspell(word: str, letters: str, pool: Sequence[str], random: np.random.Generator) -> str:
    """``word`` as a careless clerk may have it: a letter changed, left out or added, or another word altogether."""
    kind, place = random.integers(5), int(random.integers(len(word)))
    other = letters[random.integers(len(letters))]
    if kind == 0 and len(word) > 1:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + other + word[place:]
    if kind == 2:
        return pool[random.integers(len(pool))]
    return word[:place] + other + word[place + 1 :]


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
