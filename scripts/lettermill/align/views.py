"""Views: a word under one ink hypothesis, as what the recogniser needs of it."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from lettermill.align.features import Appearance, appearance_of
from lettermill.align.fragments import Candidate, fragments_in
from lettermill.image.hypotheses import InkHypothesis, WordImage


class View(NamedTuple):
    """A word under an ink hypothesis.

    hypothesis: its name. area: (fragments,) ink pixels of each fragment. candidates: with boxes in pixels of the word
    image. appearance: of the candidates.
    """

    hypothesis: str
    area: np.ndarray
    candidates: list[Candidate]
    appearance: Appearance


def view_of(hypothesis: InkHypothesis) -> View | None:
    """The word under ``hypothesis``; None if nothing in it resembles a letter."""
    fragments = fragments_in(hypothesis.image, hypothesis.parts, hypothesis.band)
    candidates = fragments.candidates() if fragments else []
    if not fragments or not candidates:
        return None
    x, y = hypothesis.origin
    moved = [Candidate(start, stop, box.moved(x, y)) for start, stop, box in candidates]
    return View(hypothesis.name, fragments.area, moved, appearance_of(fragments, candidates))


class Views:
    """The word under each of its hypotheses. Can be iterated many times; each view is made once, when it is needed.

    load: reads the image of the word. first: the name of the hypothesis that comes first.
    """

    def __init__(self, load: Callable[[], WordImage], first: str) -> None:
        self._load, self._first = load, first
        self._made: list[View] = []
        self._others: Iterator[View] | None = None

    def __iter__(self) -> Iterator[View]:
        for number in itertools.count():
            if number == len(self._made):
                if self._others is None:
                    self._others = views_of(self._load().hypotheses(self._first))
                view = next(self._others, None)
                if view is None:
                    return
                self._made.append(view)
            yield self._made[number]


def views_of(hypotheses: Iterable[InkHypothesis]) -> Iterator[View]:
    """The word under each hypothesis. Each view is made when it is asked for."""
    for hypothesis in hypotheses:
        view = view_of(hypothesis)
        if view is not None:
            yield view
