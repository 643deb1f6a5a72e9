"""Words: split a line of writing at the gaps between words."""

import functools
import itertools
from collections.abc import Sequence

import numpy as np

from lettermill.align.fragments import Fragments
from lettermill.base.box import Box
from lettermill.predict.letter_lattice import LetterLattice

WIDEST_GAP = 1.2
"""Gaps up to this width, in letter heights, never separate words."""

WIDER = 0.6
"""Gaps up to the median gap plus this width, in letter heights, do not separate words either."""

STRAY, THIN = 4.0, 0.4
"""A stroke is no letter if it is alone at the end of a line, farther from it than this, in letter heights, and thinner
than this, relative to its height."""


def find_words(fragments: Fragments, lattice: LetterLattice) -> list[tuple[int, int]]:
    """The words of a line as runs of fragments, (start, stop) with stop exclusive, from left to right.

    Gaps are measured between the most likely letters of the line, so a hyphen, for example, does not fill a gap.
    Together the words contain all fragments but those that lie far from all others. A line without letters is one word.
    """
    best = lattice.paths.read(lattice.scores.max(axis=1))
    letters = [lattice.candidates[index] for index in best.chosen]
    right = list(itertools.accumulate((letter.box.right for letter in letters), max))
    gaps = [letter.box.x - end for letter, end in zip(letters[1:], right, strict=False)]
    starts = [0, *(_parting(fragments, letters[i].stop, letters[i + 1].start) for i in _wide(gaps, fragments.height))]
    return _near(fragments, list(itertools.pairwise([*starts, len(fragments.boxes)])))


def _near(fragments: Fragments, words: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """``words`` without single strokes far from the others at the end of the line: what is left of a frame."""
    kept = list(words)
    for end, next_to_it in ((0, 1), (-1, -2)):
        if len(kept) > 1 and kept[end][1] - kept[end][0] == 1:
            stroke, word = fragments.boxes[kept[end][0]], _bounds(fragments, kept[next_to_it])
            gap = max(word.x - stroke.right, stroke.x - word.right)
            if gap > STRAY * fragments.height and stroke.width < THIN * stroke.height:
                del kept[end]
    return kept


def _bounds(fragments: Fragments, word: tuple[int, int]) -> Box:
    first, *others = fragments.boxes[slice(*word)]
    return functools.reduce(Box.joined, others, first)


def _wide(gaps: Sequence[int], height: float) -> list[int]:
    """Indices of the gaps (in pixels) that separate words."""
    if not gaps:
        return []
    widest = max(WIDEST_GAP, WIDER + float(np.median(gaps)) / height)
    return [index for index, gap in enumerate(gaps) if gap > widest * height]


def _parting(fragments: Fragments, after: int, before: int) -> int:
    """The first fragment of the next word, between letters that end before ``after`` and begin at ``before``: the word
    begins after the widest gap between fragments."""
    gaps = [fragments.boxes[fragment].x - fragments.boxes[fragment - 1].right for fragment in range(after, before + 1)]
    return after + int(np.argmax(gaps))
