"""Crop: the part of a word image without the printed part of the form."""

from typing import NamedTuple

import numpy as np

from lettermill.base.box import Box
from lettermill.image.printed import Writing, find_writing


class Edges(NamedTuple):
    """What to keep of an image, in pixels; ``right`` and ``bottom`` are exclusive, None is the image's edge."""

    left: int | None = None
    top: int | None = None
    right: int | None = None
    bottom: int | None = None

    def box(self, shape: tuple[int, int]) -> Box:
        """The edges as a box inside an image of ``shape`` (height, width); it may be empty."""
        height, width = shape
        right = width if self.right is None else min(self.right, width)
        bottom = height if self.bottom is None else min(self.bottom, height)
        left, top = self.left or 0, self.top or 0
        return Box.around(left, top, max(right, left), max(bottom, top))


class Cropping(NamedTuple):
    """How images are cropped; see config ``crop``. The keys of ``profiles`` are sizes such as 388x36."""

    mode: str = "auto"
    profiles: dict[str, Edges] = {}
    box: Edges = Edges()

    @classmethod
    def from_config(cls, mode: str, profiles: dict[str, dict], box: dict) -> "Cropping":
        return cls(mode, {size: Edges(**edges) for size, edges in profiles.items()}, Edges(**box))


def crop(image: np.ndarray, cropping: Cropping) -> Writing:
    """Where the handwriting of ``image`` ((height, width) uint8) stands. The region may be empty."""
    height, width = image.shape
    if cropping.mode == "none":
        return Writing(Box(0, 0, width, height), None)
    if cropping.mode == "box":
        return Writing(cropping.box.box(image.shape), None)
    profile = cropping.profiles.get(f"{width}x{height}")
    if cropping.mode == "profiles" and profile is not None:
        return Writing(profile.box(image.shape), None)
    return find_writing(image)
