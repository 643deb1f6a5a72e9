"""Cuts: the thin places of wide components, at which the letters in them may touch."""

import bisect
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.paper.ink import MAX_COMPONENTS, Components

NARROWEST = 0.18
"""Minimum distance between two cuts in a component, in letter heights."""

STROKE_END = 2
"""Columns at both ends of a component in which it is not cut."""


class WideInk(NamedTuple):
    """The ink of some components, as if they stood side by side: so each step is one call for all of them.

    first: (n + 1,) int, where the columns of each begin in the row of all columns. x, histogram: (columns,) int, the
    column of the image, and the number of ink pixels. pixels, row, column: (ink,) int, the index of each pixel in the
    flattened image, its row in the image, and its column in the row of all columns.
    """

    first: np.ndarray
    x: np.ndarray
    histogram: np.ndarray
    pixels: np.ndarray
    row: np.ndarray
    column: np.ndarray

    def cuts(self, height: float) -> list[list[int]]:
        """For each component the columns at which it can be cut, counted from its left edge, in order: thin places of
        the histogram, not too close together. height: of the letters."""
        widths = np.diff(self.first)
        if not len(widths):
            return []
        owner = np.repeat(np.arange(len(widths)), widths)
        # Sorted within each component, for the medians.
        ordered = self.histogram[np.lexsort((self.histogram, owner))]
        medians = (ordered[self.first[:-1] + (widths - 1) // 2] + ordered[self.first[:-1] + widths // 2]) / 2
        # The columns of its neighbours in the row are near the ends only, where no component is cut.
        around = cv2.erode(self.histogram.astype(np.float32)[None], np.ones((1, 5), np.uint8))[0]
        thin = (self.histogram == around) & (self.histogram <= (np.maximum(2, medians) + 1)[owner])
        for end in range(STROKE_END):
            thin[self.first[:-1] + end] = thin[self.first[1:] - 1 - end] = False
        places = np.flatnonzero(thin)
        of = owner[places]
        place = places - self.first[of]
        order = np.lexsort((place, abs(2 * place - widths[of]), self.histogram[places], of))
        cuts: list[list[int]] = [[] for _ in widths]
        most = [min(2 + int(width / (0.45 * height)), MAX_COMPONENTS) for width in widths.tolist()]
        apart = max(3, NARROWEST * height)
        for number, column in zip(of[order].tolist(), place[order].tolist(), strict=True):
            chosen = cuts[number]
            at = bisect.bisect(chosen, column)
            if len(chosen) < most[number] and all(abs(column - o) >= apart for o in chosen[max(at - 1, 0) : at + 1]):
                chosen.insert(at, column)
        return cuts

    def pieces(self, starts: Sequence[int]) -> tuple[list[Box], list[int], np.ndarray]:
        """The boxes and areas of pieces, and (ink,) int, the piece of each pixel. starts: the columns at which the
        pieces begin in the row of all columns; no piece is in two components."""
        begin = np.array(starts, np.int64)
        widths = np.diff(np.append(begin, len(self.histogram)))
        piece = np.repeat(np.arange(len(begin)), widths)[self.column]
        top, last = np.full(len(begin), np.iinfo(np.int64).max), np.zeros(len(begin), np.int64)
        np.minimum.at(top, piece, self.row)
        np.maximum.at(last, piece, self.row)
        sides = self.x[begin], top, widths, last + 1 - top
        boxes = [Box(*of_piece) for of_piece in zip(*(side.tolist() for side in sides), strict=True)]
        return boxes, np.bincount(piece, minlength=len(begin)).tolist(), piece


def wide_ink(parts: Components, chosen: np.ndarray) -> WideInk:
    """The ink of the ``chosen`` components (their indices)."""
    number = np.zeros(len(parts) + 1, np.uint16)  # there are MAX_COMPONENTS at most
    number[chosen + 1] = np.arange(1, len(chosen) + 1)
    numbers = number.take(parts.labels).ravel()
    pixels = np.flatnonzero(numbers)
    owner = numbers[pixels].astype(np.int64) - 1
    widths = parts.width[chosen]
    first = np.concatenate(([0], np.cumsum(widths)))
    shift = first[:-1] - parts.left[chosen]  # from the image to the row of all columns
    row, x = np.divmod(pixels, parts.labels.shape[1])
    column = x + shift[owner]
    histogram = np.bincount(column, minlength=first[-1])
    return WideInk(first, np.arange(first[-1]) - np.repeat(shift, widths), histogram, pixels, row, column)
