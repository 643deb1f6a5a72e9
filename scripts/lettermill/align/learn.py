"""Learning the recogniser from the words whose boxes fit their transcriptions, and from what people have corrected."""

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from lettermill.align.calibrate import calibrate
from lettermill.align.correction_effect import effects_of
from lettermill.align.features import Looks
from lettermill.align.folds import FOLDS, fold_of
from lettermill.align.ground_truth import OTHER, Example, GroundTruthWord, ground_truth_words, with_decisions
from lettermill.align.lexicon import Lexicon
from lettermill.align.recogniser import Recogniser
from lettermill.align.train import train
from lettermill.records.schemas import CorrectionEffect, Reliability

log = logging.getLogger(__name__)

FEWEST_LETTERS = 500
"""Matched letters under which nothing is learnt."""

FEWEST_OF_A_CLASS = 5
"""Matched letters under which a letter of the alphabet is not learnt."""

SURE = 0.9
"""Confidence from which an aligned letter is learnt from in the next round."""

BY_HAND = 5
"""How many other letters one counts for that a person has looked at: it is shown as often, varied each time."""


class Learnt(NamedTuple):
    """A recogniser, how far its confidences can be trusted, and what it has learnt from corrections."""

    recogniser: Recogniser
    reliability: list[Reliability]
    lessons: list[CorrectionEffect]


def learn(examples: Iterable[Example], lexicon: Lexicon, rounds: int, jobs: int) -> Learnt | None:
    """Learn a recogniser; None, with a warning in the log, when there is too little to learn from.

    examples: gone through once, so that few of their images are in memory at a time. lexicon: of all words that are
    known. rounds: the first learns from the examples with boxes, each further one also from those without, as they are
    aligned by the recogniser of the round before. jobs: threads, which do not change the result.
    Where there are corrections, another one is learnt without them, to see what they have changed.
    """
    known = ground_truth_words(examples)
    # One thread a product: sums must not depend on the number of cores.
    with threadpool_limits(1):
        learnt = _learn_in_rounds([with_decisions(word) for word in known], lexicon, rounds, jobs)
        if learnt is None:
            return None
        corrected = [word for word in known if word.by_hand]
        if not corrected:
            return Learnt(*learnt, [])
        log.info("learning without the corrections, to compare")
        before = _learn_in_rounds([word._replace(by_hand=()) for word in known], lexicon, rounds, jobs)
        return Learnt(*learnt, effects_of(corrected, before[0] if before else None, learnt[0]))


def _learn_in_rounds(
    every: Sequence[GroundTruthWord], lexicon: Lexicon, rounds: int, jobs: int
) -> tuple[Recogniser, list[Reliability]] | None:
    words, others = ([word for word in every if bool(word.known) == known] for known in (True, False))
    letters = _learnable(words)
    if len(letters) < 2:
        return None
    learnt = _learn(words, [], letters, lexicon, jobs)
    for _ in range(1, rounds):
        if learnt is not None:
            learnt = _learn(words, _aligned_words(others, learnt[0]), letters, lexicon, jobs)
    if learnt is None:
        log.warning("no word has all its letters where they can be cut out")
    return learnt


def _learnable(words: Sequence[GroundTruthWord]) -> str:
    """The letters that can be learnt: seen often enough, and in every part of the rows that a network learns from."""
    counts = {letter: np.zeros(FOLDS, int) for word in words for letter in word.labels}
    for word in words:
        for letter, index in zip(word.labels, word.known, strict=True):
            counts[letter][fold_of(word.row_id)] += index >= 0
    total = {letter: int(count.sum()) for letter, count in counts.items()}
    letters = [letter for letter in counts if total[letter] >= max(FEWEST_OF_A_CLASS, 1 + counts[letter].max())]
    rare = sorted(set(counts) - set(letters))
    if rare:
        log.warning("too few to learn from: %s", ", ".join(f"{letter} ({total[letter]})" for letter in rare))
    if sum(total.values()) < FEWEST_LETTERS or len(letters) < 2:
        log.warning("%d matched letters are too few to learn from", sum(total.values()))
        return ""
    return "".join(sorted(letters))


def _learn(
    words: Sequence[GroundTruthWord], aligned: Sequence[GroundTruthWord], letters: str, lexicon: Lexicon, jobs: int
) -> tuple[Recogniser, list[Reliability]] | None:
    """Learn from words with boxes and from aligned ones; confidences from those with boxes alone."""
    every = [*words, *aligned]
    known = sum(index >= 0 for word in every for index in word.known)
    log.info("learning %s from %d letters of %d words", letters, known, len(every))
    looks = Looks(*(np.concatenate(values) for values in zip(*(word.looks for word in every), strict=True)))
    targets = np.concatenate([_targets(word, letters) for word in every])
    folds = np.concatenate([np.full(len(word.candidates), fold_of(word.row_id)) for word in every])
    use = _balanced(targets, len(letters))
    corrected = np.flatnonzero(np.concatenate([_by_hand(word) for word in every]) & (targets >= 0))
    use = np.sort(np.concatenate([use, np.repeat(corrected, BY_HAND - 1)]))
    networks = train(Looks(*(values[use] for values in looks)), targets[use], folds[use], len(letters) + 1, jobs)
    judging = [word for word in words if word.is_whole or word.by_hand]
    scores = [networks[fold_of(word.row_id)].log_probabilities(word.looks.features()) for word in judging]
    calibrated = calibrate(judging, scores, letters, lexicon)
    if calibrated is None:
        return None
    confidence, reliability = calibrated
    return Recogniser(letters, networks, lexicon, confidence), reliability


def _aligned_words(words: Iterable[GroundTruthWord], recogniser: Recogniser) -> list[GroundTruthWord]:
    """``words``, whose boxes are not known, with their letters known as far as ``recogniser`` is sure of them."""
    known = []
    for word in words:
        aligned = recogniser.align(word.row_id, word.area, word.candidates, word.looks, word.word)
        if aligned is not None:
            sure = recogniser.confidence.of(aligned.evidence) >= SURE
            known.append(word._replace(known=np.where(sure, aligned.chosen, -1).tolist()))
    return known


def _targets(word: GroundTruthWord, letters: str) -> np.ndarray:
    """(candidates,) int: the class to learn, ``len(letters)`` for no letter, -1 for nothing."""
    targets = np.full(len(word.candidates), -1)
    found = {index: letter for index, letter in zip(word.known, word.labels, strict=True) if index >= 0}
    boxes = [word.candidates[index].box for index in found]
    for index, candidate in enumerate(word.candidates):
        if index in found:
            if found[index] in letters:
                targets[index] = letters.index(found[index])
        elif len(found) == len(word.word) and max(candidate.box.overlap(box) for box in boxes) < OTHER:
            targets[index] = len(letters)
    return targets


def _by_hand(word: GroundTruthWord) -> np.ndarray:
    """(candidates,) bool: those that a person has said to be a letter."""
    found = np.zeros(len(word.candidates), bool)
    found[[letter.index for letter in word.by_hand if letter.right and letter.index >= 0]] = True
    return found


def _balanced(targets: np.ndarray, nothing: int) -> np.ndarray:
    """Indices of all letters and of as many candidates that are none: the rest would only take time."""
    letters = np.flatnonzero((targets >= 0) & (targets < nothing))
    others = np.random.default_rng(0).permutation(np.flatnonzero(targets == nothing))[: len(letters)]
    return np.sort(np.concatenate([letters, others]))
