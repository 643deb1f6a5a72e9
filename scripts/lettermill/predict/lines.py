"""Lines: the lines of writing in an image, from top to bottom."""

import itertools
from collections.abc import Sequence

import numpy as np

from lettermill.align.fragments import Candidate, Fragments, fragments_in
from lettermill.image.segmentation import word_bands
from lettermill.paper.ink import components, ink_mask

SMALLEST = 0.6
"""Minimum height of the letters of a line, relative to those of the line with most ink. What is lower is noise, such as
specks, accents or what is left of a rule."""

UNEVEN, CLOSE, SMALLER = 0.1, 0.4, 0.85
"""A line looks printed beside another if the tops and bottoms of its letters differ by at most the first, its gaps are
at most the second, both in letter heights, and its letters are smaller than the third, relative to the other line."""

MOST = 0.8
"""Share of the letters and gaps of a line that decide on this."""


def find_lines(image: np.ndarray, line: int | None = None) -> list[tuple[Fragments, list[Candidate]]]:
    """The lines of writing in ``image`` ((height, width) uint8, dark ink), with their candidates for letters.

    Lines are separated by rows without ink, and have at least a quarter of the ink of the heaviest, see ``word_bands``.
    Printed labels beside them are left out. line: a row of pixels known to cross the only line, or None.
    """
    parts = components(ink_mask(image))
    bands = [] if parts.no_word else word_bands(parts, line)
    found: list[tuple[tuple[int, int], Fragments, list[Candidate]]] = []
    for band in bands if line is None else bands[:1]:
        fragments = fragments_in(image, parts, band)
        candidates = fragments.candidates() if fragments else []
        if fragments and candidates and (not found or fragments.height >= SMALLEST * found[0][1].height):
            found.append((band, fragments, candidates))
    tallest = max((fragments.height for _, fragments, _ in found), default=0)
    written = [one for one in found if one[1].height >= SMALLER * tallest or not _is_even(one[1])]
    return [(fragments, candidates) for _, fragments, candidates in sorted(written, key=lambda one: one[0])]


def _is_even(fragments: Fragments) -> bool:
    """Whether the letters of a line are as even as print: of one height, on one baseline, and close together."""
    bodies = [box for box in fragments.boxes if box.height >= SMALLEST * fragments.height]
    if len(bodies) < 3:
        return False
    gaps = [after.x - before.right for before, after in itertools.pairwise(bodies)]
    uneven = max(_usual(_distances([box.y for box in bodies])), _usual(_distances([box.bottom for box in bodies])))
    return uneven <= UNEVEN * fragments.height and _usual(gaps) <= CLOSE * fragments.height


def _distances(sides: Sequence[int]) -> list[float]:
    middle = float(np.median(sides))
    return [abs(side - middle) for side in sides]


def _usual(lengths: Sequence[float]) -> float:
    return float(np.quantile(lengths, MOST))
