"""Ground truth of the words that the recogniser is trained on: their boxes, and what a person has decided about
them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.align.features import Appearance, appearance_of
from lettermill.align.fragments import Candidate, find_fragments
from lettermill.base.box import Box

SAME, OTHER = 0.85, 0.7
"""Overlap (intersection over union) with a letter's box from which a candidate is that letter, and up to which it
is no letter. What lies between the two is no example."""

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
    """A word to train on: its cropped image, its letters, and their boxes in the image, if these are known."""

    row_id: str
    image: np.ndarray  # (height, width) uint8
    line: int | None  # a row of the image known to cross the word
    word: str
    boxes: list[Box]  # one for each letter of the word, or none
    by_hand: tuple[HandLetter, ...] = ()


class Verdict(NamedTuple):
    """A ``HandLetter`` by the index of the candidate that has its box, -1 where none has."""

    position: int
    label: str
    candidate: int
    right: bool


class GroundTruthWord(NamedTuple):
    """A word with what is known of its letters; without its image, for thousands are in memory together.

    area: (fragments,) ink pixels of each fragment. appearance: of the candidates. truth: the index of the candidate
    that is each letter, -1 where none has its box; empty where no boxes are known. labels: what the letters are: those
    of the word but for letters that a person has relabelled.
    """

    row_id: str
    word: str
    area: np.ndarray
    candidates: list[Candidate]
    appearance: Appearance
    truth: list[int]
    labels: str
    by_hand: tuple[Verdict, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every letter has its candidate."""
        return bool(self.truth) and min(self.truth) >= 0


def ground_truth_words(examples: Iterable[Example]) -> list[GroundTruthWord]:
    """The examples that have candidates, by their ids, each letter the candidate that has its box."""
    words = []
    for example in examples:
        fragments = find_fragments(example.image, example.line)
        candidates = fragments.candidates() if fragments else []
        if fragments and candidates:
            truth = [_nearest(candidates, box) for box in example.boxes]
            appearance = appearance_of(fragments, candidates)
            by_hand = tuple(_verdict(letter, candidates, truth) for letter in example.by_hand)
            words.append(
                GroundTruthWord(
                    example.row_id, example.word, fragments.area, candidates, appearance, truth, example.word, by_hand
                )
            )
    return sorted(words, key=lambda word: word.row_id)


def with_decisions(word: GroundTruthWord) -> GroundTruthWord:
    """``word`` with what people have decided: a letter that is right is where a person says, one that is wrong has no
    candidate any more."""
    truth, labels = list(word.truth) or [-1] * len(word.word), list(word.labels)
    for letter in word.by_hand:
        if letter.right:
            truth[letter.position], labels[letter.position] = letter.candidate, letter.label
        elif truth[letter.position] == letter.candidate:
            truth[letter.position] = -1
    if not word.truth and not word.by_hand:
        return word  # nothing is known of it
    return word._replace(truth=truth, labels="".join(labels))


def _verdict(letter: HandLetter, candidates: Sequence[Candidate], truth: Sequence[int]) -> Verdict:
    index = _nearest(candidates, letter.box) if letter.box else truth[letter.position] if truth else -1
    return Verdict(letter.position, letter.label, index, letter.right)


def _nearest(candidates: Sequence[Candidate], box: Box) -> int:
    overlaps = [candidate.box.overlap(box) for candidate in candidates]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] > SAME else -1
