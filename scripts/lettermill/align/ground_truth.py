"""What is known of the words that the recogniser learns from: their boxes, and what a person has decided about them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.align.features import Looks, look
from lettermill.align.fragments import Candidate, find_fragments
from lettermill.base.box import Box

SAME, OTHER = 0.85, 0.7
"""Overlap (intersection over union) with a letter's box from which a candidate is that letter, and up to which it
is no letter. Between the two nothing is learnt."""

SAME_PLACE = 0.7
"""Overlap with a letter's box above which a candidate is in its place."""


class HandLetter(NamedTuple):
    """What a person has decided about the letter at ``position`` of a word: what is in ``box`` (in pixels of the image;
    None: the word's own box there) is, if ``right``, or else is not, a ``label``."""

    position: int
    label: str
    box: Box | None
    right: bool


class Example(NamedTuple):
    """A word to learn from: its cropped image, its letters, and their boxes in the image, if these are known."""

    row_id: str
    image: np.ndarray  # (height, width) uint8
    line: int | None  # a row of the image known to cross the word
    word: str
    boxes: list[Box]  # one for each letter of the word, or none
    by_hand: tuple[HandLetter, ...] = ()


class Verdict(NamedTuple):
    """A ``HandLetter`` by the candidate that has its box, -1 where none has."""

    position: int
    label: str
    index: int
    right: bool


class GroundTruthWord(NamedTuple):
    """A word whose boxes are known, without its image, for thousands are in memory together.

    area: (units,) ink pixels of each unit. looks: of the candidates. known: the candidate of each letter, -1 where none
    has its box; empty where no boxes are known. labels: what the letters are, where they are known: those of the word
    but for letters that a person has relabelled.
    """

    row_id: str
    word: str
    area: np.ndarray
    candidates: list[Candidate]
    looks: Looks
    known: list[int]
    labels: str
    by_hand: tuple[Verdict, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every letter is known."""
        return bool(self.known) and min(self.known) >= 0


def ground_truth_words(examples: Iterable[Example]) -> list[GroundTruthWord]:
    """The examples that have candidates, by their ids, their letters known by their boxes alone."""
    words = []
    for example in examples:
        units = find_fragments(example.image, example.line)
        candidates = units.candidates() if units else []
        if candidates:
            known, looks = [_nearest(candidates, box) for box in example.boxes], look(units, candidates)
            by_hand = tuple(_verdict(letter, candidates, known) for letter in example.by_hand)
            words.append(
                GroundTruthWord(
                    example.row_id, example.word, units.area, candidates, looks, known, example.word, by_hand
                )
            )
    return sorted(words, key=lambda word: word.row_id)


def with_decisions(word: GroundTruthWord) -> GroundTruthWord:
    """``word`` with what is known of it by hand: a letter that is right is where a person says, one that is wrong is
    not known any more."""
    known, labels = list(word.known) or [-1] * len(word.word), list(word.labels)
    for letter in word.by_hand:
        if letter.right:
            known[letter.position], labels[letter.position] = letter.index, letter.label
        elif known[letter.position] == letter.index:
            known[letter.position] = -1
    if not word.known and not word.by_hand:
        return word  # nothing is known of it
    return word._replace(known=known, labels="".join(labels))


def _verdict(letter: HandLetter, candidates: Sequence[Candidate], known: Sequence[int]) -> Verdict:
    index = _nearest(candidates, letter.box) if letter.box else known[letter.position] if known else -1
    return Verdict(letter.position, letter.label, index, letter.right)


def _nearest(candidates: Sequence[Candidate], box: Box) -> int:
    overlaps = [candidate.box.overlap(box) for candidate in candidates]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] > SAME else -1
