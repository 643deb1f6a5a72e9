"""Where print was recognised in a word image, and which pixels it takes."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

RECOGNISED, HALF_HIDDEN = 0.65, 0.5
"""Minimum share of the letters of a label that must be recognised, and the same if writing covers the label partly."""

SIMILAR = 0.8
"""Minimum correlation of a label that writing covers partly."""


class Place(NamedTuple):
    """Where a template is in an image.

    x, y: its upper left corner in pixels, possibly outside of the image. scale: size relative to the template. score:
    correlation. letters: (n,) bool, the parts of the template whose ink is there. alike: (n,) bool, those that have
    paper around them, too. share: of the letters, the share that is ``alike``. mask: (height, width) bool, the pixels
    of the image that ``letters`` cover.
    """

    x: int
    y: int
    scale: float
    score: float
    letters: np.ndarray
    alike: np.ndarray
    share: float
    mask: np.ndarray

    @property
    def certain(self) -> bool:
        """Whether this is the template and not another label that shares letters with it."""
        return self.share >= RECOGNISED or (self.share >= HALF_HIDDEN and self.score >= SIMILAR)


def writing_left(dark: np.ndarray, places: Sequence[Place], gone: np.ndarray | None = None) -> bool:
    """Whether an image has other ink than its print: at least as much as one letter of it. gone: see ``gone_at``."""
    if not places:
        return True
    letter = min(int(place.mask.sum()) / max(int(place.letters.sum()), 1) for place in places)
    if gone is None:
        gone = gone_at(dark, places)
    return int(np.count_nonzero((dark >= 0.5) & ~gone)) >= max(5, letter)


def gone_at(dark: np.ndarray, places: Sequence[Place]) -> np.ndarray:
    """(height, width) bool: the pixels to paint over: the print, its edge, and the faint remains around it."""
    core = np.zeros(dark.shape, np.uint8)
    for place in places:
        core |= place.mask
    gone = cv2.dilate(core, np.ones((3, 3), np.uint8)).astype(bool)
    near = cv2.dilate(core, np.ones((7, 7), np.uint8)).astype(bool)
    rest = (dark >= 0.15) & ~gone
    count, labels = cv2.connectedComponents(rest.astype(np.uint8), connectivity=8)
    beyond = np.zeros(count, bool)
    beyond[labels[rest & ~near]] = True
    gone |= rest & ~beyond[labels]
    return gone
