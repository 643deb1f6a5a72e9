"""Learning the recogniser from the words whose boxes fit their transcriptions, and from nothing else."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from lettermill.align.calibrate import KnownWord, Reliability, calibrate
from lettermill.align.features import Looks, look
from lettermill.align.folds import fold_of
from lettermill.align.lexicon import Lexicon
from lettermill.align.recogniser import Recogniser
from lettermill.align.train import train
from lettermill.align.units import Candidate, find_units
from lettermill.image.box import Box

log = logging.getLogger(__name__)


class Example(NamedTuple):
    """A word to learn from: its cropped image, its letters, and their boxes in the image, if these are known."""

    row_id: str
    image: np.ndarray  # (height, width) uint8
    line: int | None  # a row of the image known to cross the word
    word: str
    boxes: list[Box]  # one for each letter of the word, or none


FEWEST_LETTERS = 500
"""Matched letters under which nothing is learnt."""

FEWEST_OF_A_CLASS = 5
"""Matched letters under which a letter of the alphabet is not learnt."""

SAME, OTHER = 0.85, 0.7
"""Overlap (intersection over union) with a letter's box from which a candidate is that letter, and up to which it
is no letter. Between the two nothing is learnt."""


SURE = 0.9
"""Confidence from which an aligned letter is learnt from in the next round."""


def learn(
    examples: Sequence[Example], lexicon: Lexicon, rounds: int, jobs: int
) -> tuple[Recogniser, list[Reliability]] | None:
    """Learn a recogniser; None, with a warning in the log, when there is too little to learn from.

    lexicon: of all words that are known. rounds: the first learns from the examples with boxes, each further one also
    from those without, as they are aligned by the recogniser of the round before. jobs: threads, which do not change
    the result.
    """
    words = _known_words(example for example in examples if example.boxes)
    counts = Counter(letter for word in words for letter in word.word)
    letters = "".join(sorted(letter for letter, count in counts.items() if count >= FEWEST_OF_A_CLASS))
    rare = sorted(set(counts) - set(letters))
    if rare:
        log.warning("too few to learn from: %s", ", ".join(f"{letter} ({counts[letter]})" for letter in rare))
    if sum(counts.values()) < FEWEST_LETTERS or len(letters) < 2:
        log.warning("%d matched letters are too few to learn from", sum(counts.values()))
        return None
    # One thread a product: sums must not depend on the number of cores.
    with threadpool_limits(1):
        recogniser, reliability = _learn(words, letters, lexicon, jobs)
        for _ in range(1, rounds):
            more = _aligned_words((example for example in examples if not example.boxes), recogniser)
            every = sorted([*words, *more], key=lambda word: word.row_id)
            recogniser, reliability = _learn(every, letters, lexicon, jobs)
    return recogniser, reliability


def _learn(
    words: Sequence[KnownWord], letters: str, lexicon: Lexicon, jobs: int
) -> tuple[Recogniser, list[Reliability]]:
    known = sum(index >= 0 for word in words for index in word.known)
    log.info("learning %s from %d letters of %d words", letters, known, len(words))
    looks = [look(word.units, word.candidates) for word in words]
    targets = np.concatenate([_targets(word, letters) for word in words])
    folds = np.concatenate([np.full(len(word.candidates), fold_of(word.row_id)) for word in words])
    every = Looks(*(np.concatenate(values) for values in zip(*looks, strict=True)))
    use = _balanced(targets, len(letters))
    networks = train(Looks(*(values[use] for values in every)), targets[use], folds[use], len(letters) + 1, jobs)
    scores = [
        networks[fold_of(word.row_id)].log_probabilities(own.features()) for word, own in zip(words, looks, strict=True)
    ]
    confidence, reliability = calibrate(words, scores, letters, lexicon)
    return Recogniser(letters, networks, lexicon, confidence), reliability


def _known_words(examples: Iterable[Example]) -> list[KnownWord]:
    """The examples that have candidates, their letters known by their boxes."""
    words = []
    for example in sorted(examples, key=lambda example: example.row_id):
        units = find_units(example.image, example.line)
        candidates = units.candidates() if units else []
        if candidates:
            known = [_nearest(candidates, box) for box in example.boxes]
            words.append(KnownWord(example.row_id, example.word, units, candidates, known))
    return words


def _aligned_words(examples: Iterable[Example], recogniser: Recogniser) -> list[KnownWord]:
    """The examples that have candidates, their letters known as far as ``recogniser`` is sure of them."""
    words = []
    for word in _known_words(examples):
        aligned = recogniser.align(word.row_id, word.units, word.candidates, word.word)
        if aligned is not None:
            sure = recogniser.confidence.of(aligned.evidence) >= SURE
            words.append(word._replace(known=np.where(sure, aligned.chosen, -1).tolist()))
    return words


def _nearest(candidates: Sequence[Candidate], box: Box) -> int:
    overlaps = [candidate.box.overlap(box) for candidate in candidates]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] > SAME else -1


def _targets(word: KnownWord, letters: str) -> np.ndarray:
    """(candidates,) int: the class to learn, ``len(letters)`` for no letter, -1 for nothing."""
    targets = np.full(len(word.candidates), -1)
    found = {index: letter for index, letter in zip(word.known, word.word, strict=True) if index >= 0}
    boxes = [word.candidates[index].box for index in found]
    for index, candidate in enumerate(word.candidates):
        if index in found:
            if found[index] in letters:
                targets[index] = letters.index(found[index])
        elif len(found) == len(word.word) and max(candidate.box.overlap(box) for box in boxes) < OTHER:
            targets[index] = len(letters)
    return targets


def _balanced(targets: np.ndarray, nothing: int) -> np.ndarray:
    """Indices of all letters and of as many candidates that are none: the rest would only take time."""
    letters = np.flatnonzero((targets >= 0) & (targets < nothing))
    others = np.random.default_rng(0).permutation(np.flatnonzero(targets == nothing))[: len(letters)]
    return np.sort(np.concatenate([letters, others]))
