"""Ground truth for training the recogniser: words with their boxes, and corrections of their letters."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.align.features import Appearance, appearance_of
from lettermill.align.fragments import Candidate, find_fragments
from lettermill.base.box import Box

SAME, OTHER = 0.85, 0.7
"""Intersection over union with the box of a letter: above the first a candidate is that letter; below the second it is
an example of no letter. Candidates in between are not examples."""

SAME_PLACE = 0.7
"""Intersection over union with the box of a letter above which a candidate is in its place."""


class HandLetter(NamedTuple):
    """A correction of the letter at ``position`` of a word.

    box: in pixels of the image; None means the box of the word at this position. right: whether the letter in the box
    is a ``label``.
    """

    position: int
    label: str
    box: Box | None
    right: bool


class Example(NamedTuple):
    """A word to train on: its cropped image, its letters, and their boxes in the image if known."""

    row_id: str
    image: np.ndarray  # (height, width) uint8
    line: int | None  # a row of pixels known to cross the word
    word: str
    boxes: list[Box]  # one for each letter of the word, or empty
    by_hand: tuple[HandLetter, ...] = ()


class Verdict(NamedTuple):
    """A ``HandLetter`` with the index of the candidate for its box, -1 if there is none."""

    position: int
    label: str
    candidate: int
    right: bool


class GroundTruthWord(NamedTuple):
    """A word with its ground truth. The image is not kept, because thousands of words are in memory at once.

    area: (fragments,) ink pixels of each fragment. appearance: of the candidates. truth: for each letter, the index of
    its candidate, -1 if there is none; empty if no boxes are known. labels: the letters of the word, with those that
    are relabelled by hand replaced.
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
        """Whether every letter has a candidate."""
        return bool(self.truth) and min(self.truth) >= 0


def ground_truth_words(examples: Iterable[Example]) -> list[GroundTruthWord]:
    """The ground truth of the examples that have candidates, sorted by row id."""
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
    """``word`` with its corrections applied: an accepted letter gets the candidate and label of the correction, a
    rejected one loses its candidate."""
    truth, labels = list(word.truth) or [-1] * len(word.word), list(word.labels)
    for letter in word.by_hand:
        if letter.right:
            truth[letter.position], labels[letter.position] = letter.candidate, letter.label
        elif truth[letter.position] == letter.candidate:
            truth[letter.position] = -1
    if not word.truth and not word.by_hand:
        return word  # there is no ground truth
    return word._replace(truth=truth, labels="".join(labels))


def _verdict(letter: HandLetter, candidates: Sequence[Candidate], truth: Sequence[int]) -> Verdict:
    index = _nearest(candidates, letter.box) if letter.box else truth[letter.position] if truth else -1
    return Verdict(letter.position, letter.label, index, letter.right)


def _nearest(candidates: Sequence[Candidate], box: Box) -> int:
    overlaps = [candidate.box.overlap(box) for candidate in candidates]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] > SAME else -1
