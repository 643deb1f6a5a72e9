"""Ground truth for training the recogniser: words with their boxes, and corrections of their letters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate
from lettermill.align.views import View, Views
from lettermill.base.box import Box, overlaps
from lettermill.image.hypotheses import WordImage

SAME, OTHER = 0.85, 0.7
"""Intersection over union with the box of a letter: above the first a candidate is that letter; below the second it is
an example of no letter. Candidates in between are not examples."""

SAME_PLACE = 0.55
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
    """A word to train on: its image, its letters, and their boxes in the image if known."""

    row_id: str
    load: Callable[[], WordImage]  # reads the image; called again whenever it is needed
    word: str
    boxes: list[Box]  # one for each letter of the word, or empty
    hypothesis: str = ""  # name of the ink hypothesis that the boxes are from
    by_hand: tuple[HandLetter, ...] = ()


class Verdict(NamedTuple):
    """A ``HandLetter`` with the index of the candidate for its box, -1 if there is none."""

    position: int
    label: str
    candidate: int
    right: bool


class GroundTruthWord(NamedTuple):
    """A word with its ground truth. The image is not kept, because thousands of words are in memory at once.

    every: all views of the word. view: under the ink hypothesis that the ground truth is from; None if no boxes
    are known. truth: for each letter, the index of its candidate in ``view``, -1 if there is none; empty if no boxes
    are known. labels: the letters of the word, with those that are relabelled by hand replaced.
    """

    row_id: str
    word: str
    every: Views
    view: View | None
    truth: list[int]
    labels: str
    by_hand: tuple[Verdict, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every letter has a candidate."""
        return bool(self.truth) and min(self.truth) >= 0

    def box(self, index: int) -> Box:
        """The box of a candidate of ``view``."""
        assert self.view is not None
        return self.view.candidates[index].box

    def views(self) -> Iterator[View]:
        """All views of the word, ``view`` first."""
        if self.view is not None:
            yield self.view
        yield from (view for view in self.every if view is not self.view)


def ground_truth_words(examples: Iterable[Example]) -> list[GroundTruthWord]:
    """The ground truth of the examples, sorted by row id."""
    words = []
    for example in examples:
        view: View | None = None
        truth: list[int] = []
        by_hand: tuple[Verdict, ...] = ()
        every = Views(example.load, example.hypothesis)
        if example.boxes or any(letter.box for letter in example.by_hand):
            view, truth, by_hand = _best_view(example, every)
            if view is None:
                continue
        words.append(GroundTruthWord(example.row_id, example.word, every, view, truth, example.word, by_hand))
    return sorted(words, key=lambda word: word.row_id)


def _best_view(example: Example, every: Views) -> tuple[View | None, list[int], tuple[Verdict, ...]]:
    """The view that has candidates for most of the known boxes, the candidates of these, and the verdicts."""
    best: tuple[View | None, list[int], tuple[Verdict, ...]] = None, [], ()
    most = -1
    for view in every:
        boxes = [candidate.box for candidate in view.candidates]
        truth = _nearest_of(overlaps(boxes, example.boxes)) if example.boxes else []
        by_hand = tuple(_verdict(letter, view.candidates, truth) for letter in example.by_hand)
        found = sum(index >= 0 for index in truth) + sum(letter.candidate >= 0 for letter in by_hand)
        if found > most:
            best, most = (view, truth, by_hand), found
        if found == len(truth) + len(by_hand):
            break
    return best


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
    return _nearest_of(overlaps([candidate.box for candidate in candidates], [box]))[0]


def _nearest_of(shares: np.ndarray) -> list[int]:
    """For each box the index of its candidate, -1 if there is none, from (candidates, boxes) overlaps."""
    nearest: list[int] = np.where(shares.max(axis=0) > SAME, shares.argmax(axis=0), -1).tolist()
    return nearest
