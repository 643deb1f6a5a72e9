"""Training the recogniser on the words whose boxes fit their transcriptions, and on corrections."""

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from lettermill.align.calibrate import Calibration, calibrate
from lettermill.align.correction_effect import effects_of
from lettermill.align.features import Appearance
from lettermill.align.folds import FOLDS, fold_of
from lettermill.align.ground_truth import (
    OTHER,
    SAME_PLACE,
    Example,
    GroundTruthWord,
    ground_truth_words,
    with_decisions,
)
from lettermill.align.lexicon import Lexicon
from lettermill.align.network import Network
from lettermill.align.recogniser import Recogniser
from lettermill.align.train import train
from lettermill.align.views import View
from lettermill.align.word_alignment import WordAlignment
from lettermill.base.box import overlaps
from lettermill.base.sampling import sample_key
from lettermill.paper.print_forms import PrintForms
from lettermill.records.schemas import CorrectionEffect, Reliability

log = logging.getLogger(__name__)

FEWEST_LETTERS = 100
"""Minimum number of matched letters to train a recogniser."""

FEWEST_OF_A_CLASS = 3
"""Minimum number of matched letters to learn a letter of the alphabet."""

SELF_TRAINING_CONFIDENCE = 0.9
"""Confidence from which an aligned letter becomes an example of the next round (self-training: Scudder, IEEE Trans.
Information Theory 11(3), 1965)."""

LEAST_ACCURACY = 0.7
"""Minimum share of the letters whose boxes fit that must be read right. Below, they are no letters: cursive writing
falls into as many pieces as it has letters now and then, but the pieces are not the letters."""

CLEARLY_BETTER = 0.7
"""Difference of log weights per letter from which an ink hypothesis is right and another is not."""

MAX_ROUNDS = 5
"""Maximum number of rounds where the number of rounds is open."""

WORTHWHILE = 0.05
"""A further round is worth its time if the letters to train on become more by at least this share."""

CHECKED_FIRST = 300
"""Number of words that are checked to see whether a further round is worth its time."""

BY_HAND = 5
"""Weight of a corrected letter: it is shown to the networks this many times per epoch, each time augmented."""


class TrainedRecogniser(NamedTuple):
    """A recogniser with its reliability table and the effect of corrections."""

    recogniser: Recogniser
    reliability: list[Reliability]
    correction_effects: list[CorrectionEffect]


def learn(
    examples: Iterable[Example], lexicon: Lexicon, forms: PrintForms, rounds: int | None, jobs: int
) -> TrainedRecogniser | None:
    """Train a recogniser; None, with a warning in the log, if there are too few examples.

    examples: iterated once, to keep few images in memory. lexicon: of all words of the table. forms: what is printed on
    their forms. rounds: the first round trains on the examples with boxes; each further round without those that fit by
    chance, and also on those without boxes, as aligned by the recogniser of the round before; None goes on while there
    are more letters to train on. jobs: threads; they do not change the result.
    If there are corrections, a second recogniser is trained without them, to measure their effect.
    """
    words = ground_truth_words(examples)
    # One thread per matrix product, so that sums do not depend on the number of cores.
    with threadpool_limits(1):
        learnt = _learn_in_rounds([with_decisions(word) for word in words], lexicon, forms, rounds, jobs)
        if learnt is None:
            return None
        corrected = [word for word in words if word.by_hand]
        if not corrected:
            return TrainedRecogniser(*learnt, [])
        log.info("training again without the corrections, for comparison")
        before = _learn_in_rounds([word._replace(by_hand=()) for word in words], lexicon, forms, rounds, jobs)
        return TrainedRecogniser(*learnt, effects_of(corrected, before[0] if before else None, learnt[0]))


def _learn_in_rounds(
    every: Sequence[GroundTruthWord], lexicon: Lexicon, forms: PrintForms, rounds: int | None, jobs: int
) -> tuple[Recogniser, list[Reliability]] | None:
    """The recogniser of the last round with its reliability table; None, with a warning in the log, if nothing can be
    learnt."""
    words, others = ([word for word in every if bool(word.truth) == with_boxes] for with_boxes in (True, False))
    letters = _learnable(words)
    if len(letters) < 2:
        return None
    learnt = _learn(words, [], letters, lexicon, forms, jobs)
    before = _examples(words)
    for _ in range(1, rounds or MAX_ROUNDS):
        if learnt is None or (rounds is None and _is_settled(words, others, learnt)):
            break
        words, chance = _checked(words, learnt)
        aligned = _self_labelled([*others, *chance], learnt)
        now = _examples(words) + _examples(aligned)
        log.info("%d words fit by chance; %d letters to train on, before %d", len(chance), now, before)
        if rounds is None and now < (1 + WORTHWHILE) * before and len(chance) < WORTHWHILE * len(words):
            break
        before = now
        learnt = _learn(words, aligned, _learnable([*words, *aligned]), lexicon, forms, jobs)
    calibrated = None if learnt is None else _calibrated(learnt.networks, words, learnt.letters, lexicon, forms)
    if calibrated is None:
        log.warning("no recogniser is trained: in no word can all letters be cut out")
        return None
    recogniser, calibration = calibrated
    if calibration.accuracy < LEAST_ACCURACY:
        log.warning(
            "no recogniser is trained: of the letters that fit, only %s look like others of their class; %s are needed",
            f"{calibration.accuracy:.0%}",
            f"{LEAST_ACCURACY:.0%}",
        )
        return None
    return recogniser, calibration.reliability


def _is_settled(words: Sequence[GroundTruthWord], others: Sequence[GroundTruthWord], recogniser: Recogniser) -> bool:
    """Whether a further round can hardly help: few words are without boxes, and in a sample few fit by chance."""
    if sum(len(word.word) for word in others) > WORTHWHILE * _examples(words):
        return False
    sample = sorted(words, key=lambda word: sample_key(word.row_id))[:CHECKED_FIRST]
    return len(_checked(sample, recogniser)[1]) < WORTHWHILE * len(sample)


def _checked(
    words: Iterable[GroundTruthWord], recogniser: Recogniser
) -> tuple[list[GroundTruthWord], list[GroundTruthWord]]:
    """``words`` whose boxes are in the places where ``recogniser`` aligns their letters, and the others without boxes:
    these fitted by chance. Words with corrections stay as they are."""
    kept, chance = [], []
    for word in words:
        found = None if word.by_hand else recogniser.align(word.row_id, word.views(), word.word)
        if found is not None and not _agrees(word, *found, recogniser):
            chance.append(word._replace(view=None, truth=[]))
        else:
            kept.append(word)
    return kept, chance


def _agrees(word: GroundTruthWord, view: View, aligned: WordAlignment, recogniser: Recogniser) -> bool:
    """Whether the boxes of ``word`` are where ``aligned`` is, or it is not clear which of them are right."""
    boxes = [view.candidates[index].box for index in aligned.chosen]
    if all(
        index < 0 or word.box(index).overlap(box) > SAME_PLACE for index, box in zip(word.truth, boxes, strict=True)
    ):
        return True
    if aligned.reading == word.word:
        return False
    counted = recogniser.align(word.row_id, [word.view] if word.view else [], word.word)
    return counted is None or aligned.score < counted[1].score + CLEARLY_BETTER


def _examples(words: Iterable[GroundTruthWord]) -> int:
    """The number of letters of ``words`` to train on."""
    return sum(index >= 0 for word in words for index in word.truth)


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
    words: Sequence[GroundTruthWord],
    aligned: Sequence[GroundTruthWord],
    letters: str,
    lexicon: Lexicon,
    forms: PrintForms,
    jobs: int,
) -> Recogniser | None:
    """Train on words with boxes and on aligned words; calibrate, roughly, on words with boxes only."""
    every = [*words, *aligned]
    count = sum(index >= 0 for word in every for index in word.truth)
    log.info("training on %s: %d letters of %d words", letters, count, len(every))
    views = [word.view for word in every if word.view is not None]
    appearance = Appearance(*(np.concatenate(values) for values in zip(*(v.appearance for v in views), strict=True)))
    targets = np.concatenate([_targets(word, view, letters) for word, view in zip(every, views, strict=True)])
    folds = np.concatenate([np.full(len(v.candidates), fold_of(w.row_id)) for w, v in zip(every, views, strict=True)])
    use = _balanced(targets, len(letters))
    by_hand = [_by_hand(word, view) for word, view in zip(every, views, strict=True)]
    corrected = np.flatnonzero(np.concatenate(by_hand) & (targets >= 0))
    use = np.sort(np.concatenate([use, np.repeat(corrected, BY_HAND - 1)]))
    networks = train(
        Appearance(*(values[use] for values in appearance)), targets[use], folds[use], len(letters) + 1, jobs
    )
    calibrated = _calibrated(networks, words, letters, lexicon, forms, rough=True)
    return calibrated and calibrated[0]


def _calibrated(
    networks: tuple[Network, ...],
    words: Iterable[GroundTruthWord],
    letters: str,
    lexicon: Lexicon,
    forms: PrintForms,
    rough: bool = False,
) -> tuple[Recogniser, Calibration] | None:
    """A recogniser of ``networks``, calibrated on the words whose letters are all known, and on corrected letters."""
    calibrating = [word for word in words if word.is_whole or word.by_hand]

    def probabilities(word: GroundTruthWord, view: View) -> np.ndarray:
        return view.log_probabilities(networks[fold_of(word.row_id)])

    calibration = calibrate(calibrating, probabilities, letters, lexicon, rough)
    if calibration is None:
        return None
    return Recogniser(letters, networks, lexicon, calibration.confidence, forms), calibration


def _self_labelled(words: Iterable[GroundTruthWord], recogniser: Recogniser) -> list[GroundTruthWord]:
    """``words``, which have no boxes, with the letters that ``recogniser`` aligns confidently as ground truth."""
    labelled = []
    for word in words:
        found = recogniser.align(word.row_id, word.views(), word.word)
        if found is not None:
            view, aligned = found
            confident = recogniser.confidence.of(aligned.evidence) >= SELF_TRAINING_CONFIDENCE
            truth = np.where(confident, aligned.chosen, -1).tolist()
            if confident.any():
                labelled.append(word._replace(view=view, truth=truth))
    return labelled


def _targets(word: GroundTruthWord, view: View, letters: str) -> np.ndarray:
    """(candidates,) int: the class to learn, ``len(letters)`` for no letter, -1 if it is no example."""
    targets = np.full(len(view.candidates), -1)
    found = {index: letter for index, letter in zip(word.truth, word.labels, strict=True) if index >= 0}
    if len(found) == len(word.word):
        boxes = [candidate.box for candidate in view.candidates]
        targets[overlaps(boxes, [boxes[index] for index in found]).max(axis=1) < OTHER] = len(letters)
    for index, letter in found.items():
        targets[index] = letters.find(letter)
    return targets


def _by_hand(word: GroundTruthWord, view: View) -> np.ndarray:
    """(candidates,) bool: whether a correction says that the candidate is a letter."""
    found = np.zeros(len(view.candidates), bool)
    found[[letter.candidate for letter in word.by_hand if letter.right and letter.candidate >= 0]] = True
    return found


def _balanced(targets: np.ndarray, nothing: int) -> np.ndarray:
    """Indices of all letters, and of a random sample of as many candidates that are no letter. More only take time."""
    letters = np.flatnonzero((targets >= 0) & (targets < nothing))
    others = np.random.default_rng(0).permutation(np.flatnonzero(targets == nothing))[: len(letters)]
    return np.sort(np.concatenate([letters, others]))
