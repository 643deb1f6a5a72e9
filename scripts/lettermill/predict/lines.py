"""Lines: the lines of writing in an image, from top to bottom."""

import numpy as np

from lettermill.align.fragments import Candidate, Fragments, fragments_in
from lettermill.image.segmentation import word_bands
from lettermill.paper.ink import components, ink_mask

SMALLEST = 0.6
"""Minimum height of the letters of a line, relative to those of the line with most ink. What is lower is noise, such as
specks, accents or what is left of a rule."""


def find_lines(image: np.ndarray, line: int | None = None) -> list[tuple[Fragments, list[Candidate]]]:
    """The lines of writing in ``image`` ((height, width) uint8, dark ink), with their candidates for letters.

    Lines are separated by rows without ink, and have at least a quarter of the ink of the heaviest, see ``word_bands``.
    line: a row of pixels known to cross the only line, or None.
    """
    parts = components(ink_mask(image))
    bands = [] if parts.no_word else word_bands(parts, line)
    found: list[tuple[tuple[int, int], Fragments, list[Candidate]]] = []
    for band in bands if line is None else bands[:1]:
        fragments = fragments_in(image, parts, band)
        candidates = fragments.candidates() if fragments else []
        if fragments and candidates and (not found or fragments.height >= SMALLEST * found[0][1].height):
            found.append((band, fragments, candidates))
    return [(fragments, candidates) for _, fragments, candidates in sorted(found, key=lambda one: one[0])]
