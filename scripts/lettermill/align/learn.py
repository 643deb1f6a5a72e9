"""Training the recogniser on the words whose boxes fit their transcriptions, and on corrections."""

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from lettermill.align.calibrate import calibrate
from lettermill.align.correction_effect import effects_of
from lettermill.align.features import Appearance
from lettermill.align.folds import FOLDS, fold_of
from lettermill.align.ground_truth import OTHER, Example, GroundTruthWord, ground_truth_words, with_decisions
from lettermill.align.lexicon import Lexicon
from lettermill.align.recogniser import Recogniser
from lettermill.align.train import train
from lettermill.records.schemas import CorrectionEffect, Reliability

log = logging.getLogger(__name__)

FEWEST_LETTERS = 500
"""Minimum number of matched letters to train a recogniser."""

FEWEST_OF_A_CLASS = 5
"""Minimum number of matched letters to learn a letter of the alphabet."""

SELF_TRAINING_CONFIDENCE = 0.9
"""Confidence from which an aligned letter becomes an example of the next round (self-training: Scudder, IEEE Trans.
Information Theory 11(3), 1965)."""

BY_HAND = 5
"""Weight of a corrected letter: it is shown to the networks this many times per epoch, each time augmented."""


class TrainedRecogniser(NamedTuple):
    """A recogniser with its reliability table and the effect of corrections."""

    recogniser: Recogniser
    reliability: list[Reliability]
    correction_effects: list[CorrectionEffect]


def learn(examples: Iterable[Example], lexicon: Lexicon, rounds: int, jobs: int) -> TrainedRecogniser | None:
    """Train a recogniser; None, with a warning in the log, if there are too few examples.

    examples: iterated once, to keep few images in memory. lexicon: of all words of the table. rounds: the first round
    trains on the examples with boxes; each further round also on those without boxes, as aligned by the recogniser of
    the round before. jobs: threads; they do not change the result.
    If there are corrections, a second recogniser is trained without them, to measure their effect.
    """
    words = ground_truth_words(examples)
    # One thread per matrix product, so that sums do not depend on the number of cores.
    with threadpool_limits(1):
        learnt = _learn_in_rounds([with_decisions(word) for word in words], lexicon, rounds, jobs)
        if learnt is None:
            return None
        corrected = [word for word in words if word.by_hand]
        if not corrected:
            return TrainedRecogniser(*learnt, [])
        log.info("training again without the corrections, for comparison")
        before = _learn_in_rounds([word._replace(by_hand=()) for word in words], lexicon, rounds, jobs)
        return TrainedRecogniser(*learnt, effects_of(corrected, before[0] if before else None, learnt[0]))


def _learn_in_rounds(
    every: Sequence[GroundTruthWord], lexicon: Lexicon, rounds: int, jobs: int
) -> tuple[Recogniser, list[Reliability]] | None:
    words, others = ([word for word in every if bool(word.truth) == with_boxes] for with_boxes in (True, False))
    letters = _learnable(words)
    if len(letters) < 2:
        return None
    learnt = _learn(words, [], letters, lexicon, jobs)
    for _ in range(1, rounds):
        if learnt is not None:
            learnt = _learn(words, _self_labelled(others, learnt[0]), letters, lexicon, jobs)
    if learnt is None:
        log.warning("no recogniser is trained: in no word can all letters be cut out")
    return learnt


def _learnable(words: Sequence[GroundTruthWord]) -> str:
    """The letters that can be learnt: frequent enough, and not all of them in the same fold."""
    counts = {letter: np.zeros(FOLDS, int) for word in words for letter in word.labels}
    for word in words:
        for letter, index in zip(word.labels, word.truth, strict=True):
            counts[letter][fold_of(word.row_id)] += index >= 0
    total = {letter: int(count.sum()) for letter, count in counts.items()}
    letters = [letter for letter in counts if total[letter] >= max(FEWEST_OF_A_CLASS, 1 + counts[letter].max())]
    rare = sorted(set(counts) - set(letters))
    if rare:
        log.warning(
            "letters with too few examples, which are not learnt: %s",
            ", ".join(f"{letter} ({total[letter]})" for letter in rare),
        )
    if sum(total.values()) < FEWEST_LETTERS or len(letters) < 2:
        log.warning(
            "no recogniser is trained: the boxes of %d letters fit, but %d letters are needed, of two classes at least",
            sum(total.values()),
            FEWEST_LETTERS,
        )
        return ""
    return "".join(sorted(letters))


def _learn(
    words: Sequence[GroundTruthWord], aligned: Sequence[GroundTruthWord], letters: str, lexicon: Lexicon, jobs: int
) -> tuple[Recogniser, list[Reliability]] | None:
    """Train on words with boxes and on aligned words; calibrate on words with boxes only."""
    every = [*words, *aligned]
    count = sum(index >= 0 for word in every for index in word.truth)
    log.info("training on %s: %d letters of %d words", letters, count, len(every))
    appearance = Appearance(
        *(np.concatenate(values) for values in zip(*(word.appearance for word in every), strict=True))
    )
    targets = np.concatenate([_targets(word, letters) for word in every])
    folds = np.concatenate([np.full(len(word.candidates), fold_of(word.row_id)) for word in every])
    use = _balanced(targets, len(letters))
    corrected = np.flatnonzero(np.concatenate([_by_hand(word) for word in every]) & (targets >= 0))
    use = np.sort(np.concatenate([use, np.repeat(corrected, BY_HAND - 1)]))
    networks = train(
        Appearance(*(values[use] for values in appearance)), targets[use], folds[use], len(letters) + 1, jobs
    )
    calibrating = [word for word in words if word.is_whole or word.by_hand]
    scores = [networks[fold_of(word.row_id)].log_probabilities(word.appearance.features()) for word in calibrating]
    calibrated = calibrate(calibrating, scores, letters, lexicon)
    if calibrated is None:
        return None
    confidence, reliability = calibrated
    return Recogniser(letters, networks, lexicon, confidence), reliability


def _self_labelled(words: Iterable[GroundTruthWord], recogniser: Recogniser) -> list[GroundTruthWord]:
    """``words``, which have no boxes, with the letters that ``recogniser`` aligns confidently as ground truth."""
    labelled = []
    for word in words:
        aligned = recogniser.align(word.row_id, word.area, word.candidates, word.appearance, word.word)
        if aligned is not None:
            confident = recogniser.confidence.of(aligned.evidence) >= SELF_TRAINING_CONFIDENCE
            labelled.append(word._replace(truth=np.where(confident, aligned.chosen, -1).tolist()))
    return labelled


def _targets(word: GroundTruthWord, letters: str) -> np.ndarray:
    """(candidates,) int: the class to learn, ``len(letters)`` for no letter, -1 if it is no example."""
    targets = np.full(len(word.candidates), -1)
    found = {index: letter for index, letter in zip(word.truth, word.labels, strict=True) if index >= 0}
    boxes = [word.candidates[index].box for index in found]
    for index, candidate in enumerate(word.candidates):
        if index in found:
            if found[index] in letters:
                targets[index] = letters.index(found[index])
        elif len(found) == len(word.word) and max(candidate.box.overlap(box) for box in boxes) < OTHER:
            targets[index] = len(letters)
    return targets


def _by_hand(word: GroundTruthWord) -> np.ndarray:
    """(candidates,) bool: whether a correction says that the candidate is a letter."""
    found = np.zeros(len(word.candidates), bool)
    found[[letter.candidate for letter in word.by_hand if letter.right and letter.candidate >= 0]] = True
    return found


def _balanced(targets: np.ndarray, nothing: int) -> np.ndarray:
    """Indices of all letters, and of a random sample of as many candidates that are no letter. More only take time."""
    letters = np.flatnonzero((targets >= 0) & (targets < nothing))
    others = np.random.default_rng(0).permutation(np.flatnonzero(targets == nothing))[: len(letters)]
    return np.sort(np.concatenate([letters, others]))
