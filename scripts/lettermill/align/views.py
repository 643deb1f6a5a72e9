"""Views: a word under one ink hypothesis, as what the recogniser needs of it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from lettermill.align.features import Appearance, appearance_of
from lettermill.align.fragments import Candidate, fragments_in
from lettermill.image.hypotheses import InkHypothesis


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


def views_of(hypotheses: Iterable[InkHypothesis]) -> Iterator[View]:
    """The word under each hypothesis. Each view is made when it is asked for."""
    for hypothesis in hypotheses:
        view = view_of(hypothesis)
        if view is not None:
            yield view
