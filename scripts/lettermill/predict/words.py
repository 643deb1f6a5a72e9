"""Words: where a line of writing is parted."""

import itertools
from collections.abc import Sequence

import numpy as np

from lettermill.align.fragments import Fragments
from lettermill.predict.letter_lattice import LetterLattice

WIDEST_GAP = 1.2
"""Gap between two letters, in letter heights, up to which they are of one word however close the others stand."""

WIDER = 0.6
"""The same for letters that are written far apart: what a gap has more than the median one, in letter heights."""


def find_words(fragments: Fragments, lattice: LetterLattice) -> list[tuple[int, int]]:
    """The words of a line as runs of fragments, (start, stop) with stop exclusive, from left to right.

    Gaps are those between the letters that the line most likely has: what is no letter, a hyphen say, fills none.
    Together the words have all fragments. A line without letters is one word.
    """
    best = lattice.paths.read(lattice.scores.max(axis=1))
    letters = [lattice.candidates[index] for index in best.chosen]
    right = list(itertools.accumulate((letter.box.right for letter in letters), max))
    gaps = [letter.box.x - end for letter, end in zip(letters[1:], right, strict=False)]
    starts = [0, *(_parting(fragments, letters[i].stop, letters[i + 1].start) for i in _wide(gaps, fragments.height))]
    return list(itertools.pairwise([*starts, len(fragments.boxes)]))


def _wide(gaps: Sequence[int], height: float) -> list[int]:
    """Indices of the gaps, in pixels, that part words."""
    if not gaps:
        return []
    widest = max(WIDEST_GAP, WIDER + float(np.median(gaps)) / height)
    return [index for index, gap in enumerate(gaps) if gap > widest * height]


def _parting(fragments: Fragments, after: int, before: int) -> int:
    """The fragment that the next word begins with, between letters that end before ``after`` and begin at ``before``:
    the widest gap between the fragments parts them."""
    gaps = [fragments.boxes[fragment].x - fragments.boxes[fragment - 1].right for fragment in range(after, before + 1)]
    return after + int(np.argmax(gaps))
