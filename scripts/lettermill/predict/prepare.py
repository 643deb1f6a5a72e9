"""Prepare any image of a word for reading: dark ink on evenly lit paper, cropped, with letters of a usual size."""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.image.crop import Cropping, crop_image
from lettermill.image.segmentation import Tolerances, cores_of, word_band
from lettermill.paper.ink import components, ink_mask

LARGEST = 4_000_000
"""Maximum number of pixels. Larger images are scaled down first."""

SMALL, USUAL, TALL = 11, 16, 32
"""Heights of letters in pixels. If they are below the first or above the last, the image is scaled to the second."""


class Prepared(NamedTuple):
    """A prepared image.

    image: (height, width) uint8, dark ink. region: the part of the original that it shows. scale: pixels of ``image``
    per pixel of the original. line: a row of pixels of ``image`` known to cross the word, or None.
    """

    image: np.ndarray
    region: Box
    scale: float
    line: int | None

    def original(self, box: Box) -> Box:
        """A box of ``image`` in pixels of the original."""
        if self.scale == 1:
            return box.moved(self.region.x, self.region.y)
        left, top = (int(side / self.scale) for side in (box.x, box.y))
        right = min(-int(-box.right / self.scale // 1), self.region.width)
        bottom = min(-int(-box.bottom / self.scale // 1), self.region.height)
        return Box.around(left, top, right, bottom).moved(self.region.x, self.region.y)


def prepare(image: np.ndarray, cropping: Cropping) -> Prepared | None:
    """The prepared handwriting of ``image``; None if the crop is empty.

    image: (height, width) uint8 grey, or (height, width, 3) uint8 BGR.
    """
    cropped = crop_image(image, cropping)
    region, line = cropped.region, cropped.line
    if region.width < 1 or region.height < 1:
        return None
    original = region.of(cropped.layers[0])
    scale = min(1.0, (LARGEST / original.size) ** 0.5)
    writing = _resized(original, scale)
    height = letter_height(writing)
    if height > TALL or 0 < height < SMALL:
        scale *= USUAL / height
        writing = _resized(original, scale)
    shown = region.moved(cropped.box.x, cropped.box.y)
    return Prepared(writing, shown, scale, None if line is None else int((line - region.y) * scale))


def letter_height(image: np.ndarray) -> float:
    """Median height of possible letters, in pixels; 0 if there are none."""
    parts = components(ink_mask(image))
    band = word_band(parts, None)
    cores = cores_of(parts, band, Tolerances()) if band else np.zeros(0, bool)
    return float(np.median(parts.height[cores])) if cores.any() else 0.0


def _resized(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return image
    height, width = (max(1, round(side * scale)) for side in image.shape)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, (width, height), interpolation=method)
