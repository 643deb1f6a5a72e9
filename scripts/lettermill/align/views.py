"""Views: a word under one ink hypothesis, as what the recogniser needs of it."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial

import numpy as np

from lettermill.align.features import Appearance, appearance_of
from lettermill.align.fragments import Candidate, fragments_in
from lettermill.align.lattice import Lattice, skip_costs
from lettermill.align.network import Network
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
        self.draw = draw
        self._scored: tuple[Network, np.ndarray] | None = None

    @cached_property
    def appearance(self) -> Appearance:
        """The appearance of the candidates."""
        return self.draw()

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
    moved = [Candidate(start, stop, box.moved(x, y)) for start, stop, box in candidates]
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
                self._made.append(view)
            view = self._made[number]
            try:
                yield view
            finally:
                # So that the view does not keep its image: thousands of words are in memory at once.
                view.draw = partial(self._drawn_again, view.hypothesis)

    def _drawn_again(self, hypothesis: str) -> Appearance:
        view = view_of(next(self._load().hypotheses(hypothesis)))
        assert view is not None
        return view.appearance


def views_of(hypotheses: Iterable[InkHypothesis]) -> Iterator[View]:
    """The word under each hypothesis. Each view is made when it is asked for."""
    for hypothesis in hypotheses:
        view = view_of(hypothesis)
        if view is not None:
            yield view
