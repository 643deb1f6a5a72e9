"""Prepare: any picture of a word as the workflow knows them: dark on even paper, cropped, with letters of one size."""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.image.crop import Cropping, crop
from lettermill.image.ink import components, ink_mask
from lettermill.image.segmentation import Tolerances, cores_of, word_band

LARGEST = 4_000_000
"""Pixels from which an image is made smaller before anything else."""

SMALL, USUAL, TALL = 11, 16, 32
"""Height of letters, in pixels: under the first and above the last an image is brought to the second."""

UNEVEN = 32
"""Grey levels between the darkest and the lightest paper of an image from which it is evened."""

PAPER_ROWS, STROKE = 64, 21
"""Paper is looked at in an image of so many rows, in which every stroke is narrower than so many pixels."""

_AROUND = np.ones((STROKE, STROKE), np.uint8)


class Prepared(NamedTuple):
    """image: (height, width) uint8, dark ink, of the region ``region`` of the original. scale: pixels of ``image`` for
    each pixel of the original. line: a row of ``image`` known to cross the word, if any is."""

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
    """The writing of ``image`` ((height, width) uint8); None when the crop leaves nothing of it."""
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
    """Median height of what may be letters, in pixels; 0 when there are none."""
    parts = components(ink_mask(image))
    band = word_band(parts, None)
    cores = cores_of(parts, band, Tolerances()) if band else np.zeros(0, bool)
    return float(np.median(parts.height[cores])) if cores.any() else 0.0


def dark_on_light(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width) uint8), turned into its negative when it is written in light on dark.

    Wherever there is something to see, most of it is paper.
    """
    small = _small(image)
    darkest, lightest = (method(small, _AROUND).astype(np.int64) for method in (cv2.erode, cv2.dilate))
    return 255 - image if (small - darkest).sum() < 0.5 * (lightest - darkest).sum() else image


def even(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width) uint8, dark ink) on paper of one brightness, where it is lit unevenly."""
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
