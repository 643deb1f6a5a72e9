"""Cut: the letter crops of a word image."""

import numpy as np

from lettermill.base.box import Box
from lettermill.paper.ink import components, ink_mask

FOREIGN_SHARE = 0.5
"""A component with less than this share of its ink inside a box may belong to a neighbour …"""

FOREIGN_INK = 0.35
"""… and does, if it is also less than this share of the ink in the box. (Of two touching letters, the half inside
the box is most of its ink.)"""


def cut_letters(image: np.ndarray, boxes: list[Box], erase_neighbours: bool) -> list[np.ndarray]:
    """The pixels of each of ``boxes`` in ``image`` ((height, width) uint8), each as (height, width) uint8.

    erase_neighbours: whether to paint strokes of other letters that reach into a box in the colour of the paper.
    """
    if not erase_neighbours:
        return [box.of(image).copy() for box in boxes]
    parts = components(ink_mask(image))
    paper = np.uint8(np.median(image[parts.labels == 0])) if (parts.labels == 0).any() else np.uint8(255)
    letters = []
    for box in boxes:
        letter = box.of(image).copy()
        labels = box.of(parts.labels)
        ink = np.bincount(labels.ravel(), minlength=len(parts) + 1)[1:]
        foreign = (ink > 0) & (ink < FOREIGN_SHARE * parts.area) & (ink < FOREIGN_INK * ink.sum())
        if foreign.any():
            letter[with_halo(np.concatenate(([False], foreign))[labels], labels)] = paper
        letters.append(letter)
    return letters


def with_halo(erased: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """``erased`` ((height, width) bool), grown by the adjacent pixels that are not ink of another component."""
    padded = np.pad(erased, 1)
    grown = padded.copy()
    for rows in (slice(None, -2), slice(1, -1), slice(2, None)):
        for columns in (slice(None, -2), slice(1, -1), slice(2, None)):
            grown[1:-1, 1:-1] |= padded[rows, columns]
    larger: np.ndarray = erased | (grown[1:-1, 1:-1] & (labels == 0))
    return larger
