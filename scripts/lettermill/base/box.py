"""Rectangles in images."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Box(NamedTuple):
    """A rectangle in pixels: columns x to x + width, rows y to y + height (ends exclusive)."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.y + self.height

    def of(self, image: np.ndarray) -> np.ndarray:
        """The pixels of ``image`` ((height, width[, channels])) inside the box, as a view."""
        return image[self.y : self.bottom, self.x : self.right]

    def moved(self, x: int, y: int) -> "Box":
        """The box, moved ``x`` columns to the right and ``y`` rows down."""
        return Box(self.x + x, self.y + y, self.width, self.height)

    def joined(self, other: "Box") -> "Box":
        """The smallest box around both boxes."""
        (x, y, width, height), (left, top, wide, high) = self, other
        right, bottom = max(x + width, left + wide), max(y + height, top + high)
        x, y = min(x, left), min(y, top)
        return Box(x, y, right - x, bottom - y)

    def overlap(self, other: "Box") -> float:
        """Intersection over union of the two boxes, 0 to 1."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        common = max(0, width) * max(0, height)
        return common / (self.width * self.height + other.width * other.height - common)

    @classmethod
    def around(cls, left: int, top: int, right: int, bottom: int) -> "Box":
        """The box between the given edges (right and bottom exclusive)."""
        return cls(int(left), int(top), int(right - left), int(bottom - top))


def overlaps(boxes: Sequence[Box], others: Sequence[Box]) -> np.ndarray:
    """(boxes, others) float64: the intersection over union of each of ``boxes`` with each of ``others``."""
    x, y, width, height = np.array(boxes, np.int64).reshape(-1, 4).T[:, :, None]
    left, top, wide, high = np.array(others, np.int64).reshape(-1, 4).T[:, None]
    across = np.minimum(x + width, left + wide) - np.maximum(x, left)
    down = np.minimum(y + height, top + high) - np.maximum(y, top)
    common = np.maximum(across, 0) * np.maximum(down, 0)
    shares: np.ndarray = common / (width * height + wide * high - common)
    return shares
