"""Views: a word under one ink hypothesis, as what the recogniser needs of it."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import numpy as np

from lettermill.align.features import Appearance, appearance_of
from lettermill.align.fragments import Candidate, fragments_in
from lettermill.align.lattice import Lattice, skip_costs
from lettermill.align.network import Network
from lettermill.base.box import Box
from lettermill.image.hypotheses import InkHypothesis, WordImage


class View:
    """A word under an ink hypothesis.

    hypothesis: its name. area: (fragments,) ink pixels of each fragment. candidates: with boxes in pixels of the word
    image. draw: gives their appearance. That takes most of the time, and many views are told from their lattice not to
    be the best one.
    """

    def __init__(
        self, hypothesis: str, area: np.ndarray, candidates: list[Candidate], draw: Callable[[], Appearance]
    ) -> None:
        self.hypothesis, self.area, self.candidates = hypothesis, area, candidates
        self._draw: Callable[[], Appearance] | None = draw
        self._scored: tuple[Network, np.ndarray] | None = None

    @cached_property
    def appearance(self) -> Appearance:
        """The appearance of the candidates."""
        assert self._draw is not None
        appearance, self._draw = self._draw(), None  # the image is no longer needed
        return appearance

    @cached_property
    def lattice(self) -> Lattice:
        """The lattice of the fragments."""
        return Lattice(self.candidates, skip_costs(self.area))

    def log_probabilities(self, network: Network) -> np.ndarray:
        """(candidates, classes) float64 log probabilities by ``network``. Those of the last network are kept: a word is
        aligned many times with it while a recogniser is trained."""
        if self._scored is None or self._scored[0] is not network:
            self._scored = network, network.log_probabilities(self.appearance.features())
        return self._scored[1]


def view_of(hypothesis: InkHypothesis) -> View | None:
    """The word under ``hypothesis``; None if nothing in it resembles a letter."""
    fragments = fragments_in(hypothesis.image, hypothesis.parts, hypothesis.band)
    candidates = fragments.candidates() if fragments else []
    if not fragments or not candidates:
        return None
    x, y = hypothesis.origin
    moved = [
        Candidate(start, stop, Box(left + x, top + y, width, height))
        for start, stop, (left, top, width, height) in candidates
    ]
    return View(hypothesis.name, fragments.area, moved, lambda: appearance_of(fragments, candidates))


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
                _ = view.appearance  # drawn now: a view that is not keeps its image
                self._made.append(view)
            yield self._made[number]


def views_of(hypotheses: Iterable[InkHypothesis]) -> Iterator[View]:
    """The word under each hypothesis. Each view is made when it is asked for."""
    for hypothesis in hypotheses:
        view = view_of(hypothesis)
        if view is not None:
            yield view
