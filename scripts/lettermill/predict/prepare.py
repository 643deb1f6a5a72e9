"""Prepare any image of a word for reading: dark ink on evenly lit paper, cropped, with letters of a usual size."""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.image.crop import Cropping, crop
from lettermill.image.ink import components, ink_mask
from lettermill.image.segmentation import Tolerances, cores_of, word_band

LARGEST = 4_000_000
"""Maximum number of pixels. Larger images are scaled down first."""

SMALL, USUAL, TALL = 11, 16, 32
"""Heights of letters in pixels. If they are below the first or above the last, the image is scaled to the second."""

UNEVEN = 32
"""Minimum difference of grey levels between the darkest and the lightest paper for which lighting is corrected."""

PAPER_ROWS, STROKE = 64, 21
"""Paper is estimated in an image scaled to this height, in which every stroke is narrower than this many pixels."""

_AROUND = np.ones((STROKE, STROKE), np.uint8)


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
    """The prepared handwriting of ``image`` ((height, width) uint8); None if the crop is empty."""
    image = even(dark_on_light(image))
    region, line = crop(image, cropping)
    if region.width < 1 or region.height < 1:
        return None
    writing = region.of(image)
    scale = min(1.0, (LARGEST / writing.size) ** 0.5)
    writing = _resized(writing, scale)
    height = letter_height(writing)
    if height > TALL or 0 < height < SMALL:
        scale *= USUAL / height
        writing = _resized(region.of(image), scale)
    return Prepared(writing, region, scale, None if line is None else int((line - region.y) * scale))


def letter_height(image: np.ndarray) -> float:
    """Median height of possible letters, in pixels; 0 if there are none."""
    parts = components(ink_mask(image))
    band = word_band(parts, None)
    cores = cores_of(parts, band, Tolerances()) if band else np.zeros(0, bool)
    return float(np.median(parts.height[cores])) if cores.any() else 0.0


def dark_on_light(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width) uint8), inverted if the ink is lighter than the paper.

    This assumes that there is more paper than ink around every stroke.
    """
    small = _small(image)
    darkest, lightest = (method(small, _AROUND).astype(np.int64) for method in (cv2.erode, cv2.dilate))
    return 255 - image if (small - darkest).sum() < 0.5 * (lightest - darkest).sum() else image


def even(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width) uint8, dark ink), with uneven lighting corrected."""
    small = _small(image)
    paper = cv2.morphologyEx(cv2.blur(small, (3, 3)), cv2.MORPH_CLOSE, _AROUND)
    if int(paper.max()) - int(paper.min()) < UNEVEN:
        return image
    paper = cv2.resize(cv2.blur(paper, (STROKE, STROKE)), image.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.clip(image * (255 / np.maximum(paper, 1).astype(np.float32)), 0, 255).astype(np.uint8)


def _small(image: np.ndarray) -> np.ndarray:
    return _resized(image, min(1.0, PAPER_ROWS / image.shape[0]))


def _resized(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return image
    height, width = (max(1, round(side * scale)) for side in image.shape)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, (width, height), interpolation=method)
