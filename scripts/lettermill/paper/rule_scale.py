"""Printed ruling: what lengths and grey levels of a word image are relative to, before its letters are known."""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.median import median


class Scale(NamedTuple):
    """What lengths and grey levels are relative to.

    stroke, letter: thickness of strokes and height of letters, pixels. ink: darkness of strokes. faintest: darkness
    from which a pixel differs from the noise of the paper. Darkness is the difference to the paper in grey levels.
    """

    stroke: float
    letter: float
    ink: float
    faintest: float


def scale_of(image: np.ndarray) -> tuple[Scale, np.ndarray] | None:
    """The scale of ``image`` ((height, width) uint8, dark ink) and the darkness of its pixels ((height, width) uint8).

    None if the image is blank or too small.
    """
    if min(image.shape) < 8:
        return None
    otsu, ink = cv2.threshold(image, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    area = cv2.countNonZero(ink)
    if not 8 <= area <= 0.6 * image.size:
        return None
    histogram = cv2.calcHist([image], [0], None, [256], [0, 256]).ravel()
    paper = int(otsu) + 1 + int(np.argmax(histogram[int(otsu) + 1 :]))
    darkness = cv2.subtract(np.full_like(image, paper), image)
    edges = np.count_nonzero(ink[:, 1:] != ink[:, :-1]) + np.count_nonzero(ink[1:] != ink[:-1])
    stroke = max(
        1.0, 2 * area / (float(np.pi) / 4 * max(int(edges), 1))
    )  # area and perimeter (Crofton) of a long thin figure
    steps = cv2.absdiff(image[:, 1:], image[:, :-1])
    noise = float(np.count_nonzero(np.cumsum(cv2.calcHist([steps], [0], None, [256], [0, 256])) < 0.6 * steps.size))
    faintest = max(10.0, 3.0 * noise)

    thin = _thin(darkness, thickest_of(stroke)) >= faintest
    upright = ink.astype(bool) & ~thin
    letter = letter_height(upright, stroke) or 7 * stroke
    level = median(darkness[upright if upright.any() else ink > 0])
    if level < faintest:
        return None
    return Scale(stroke, letter, level, faintest), darkness


def letter_height(ink: np.ndarray, stroke: float) -> float | None:
    """The height of letters, from the heights of the pieces of ``ink`` ((height, width) bool); None without letters.

    The pieces of a broken stroke count as one. Wide pieces count more: what remains of rules is narrow.
    """
    across, along = (max(1, round(share * stroke)) for share in (1, 2))
    joined = cv2.morphologyEx(ink.view(np.uint8), cv2.MORPH_CLOSE, np.ones((along, across), np.uint8))
    labels = cv2.CV_16U if ink.size < 2**17 else cv2.CV_32S  # half the time; as many pieces have more pixels
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8, ltype=labels)
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    letters = (heights >= 2.5 * stroke) & (heights < len(ink))
    if not letters.any():
        return None
    weights = np.where(widths > 1.6 * stroke, widths, 0.1 * widths)[letters]
    return max(_weighted_quantile(heights[letters], weights, 0.6), 4 * stroke)


def _weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, share * total[-1])])


def thickest_of(stroke: float) -> int:
    return round(1.5 * stroke) + 1


def _thin(darkness: np.ndarray, thickest: int) -> np.ndarray:
    """``darkness`` without everything that is more than ``thickest`` rows high."""
    return cv2.morphologyEx(darkness, cv2.MORPH_TOPHAT, np.ones((thickest + 1, 1), np.uint8))


def thin_parts(darkness: np.ndarray, scale: Scale) -> np.ndarray:
    """``darkness`` without everything that is much higher than a stroke is thick."""
    return _thin(darkness, thickest_of(scale.stroke))
