"""Grey levels and colours of decoded images: all kinds of numbers as 8 bits, transparent parts as white paper."""

import cv2
import numpy as np

FEW_BITS = 14
"""Number of bits that cameras and scanners of more than 8 bits have at most if they have less than 16."""

HOT_PIXELS = 1_000
"""One pixel of so many may be brighter than the range that is used: defects of a sensor, or of its data."""

SAMPLE = 1 << 22
"""Number of values, about, in which the range is looked for."""

BLOCK = 1 << 20
"""Number of values converted at a time."""


def eight_bits(image: np.ndarray, full: int = 0, is_min_white: bool = False) -> np.ndarray:
    """``image`` ((height, width[, 3 or 4]), numbers of any type) as uint8, with the range that is used as the full one.

    The range is 0 to 1, or the least number of bits that holds the values: a camera of 12 bits leaves four of 16 dark.
    The fourth channel is the transparency, with a range of its own. NaN is white: no data. full: the value of white, if
    it is known. is_min_white: whether 0 means white.
    """
    result = np.empty(image.shape, np.uint8)
    parts = [np.s_[..., :3], np.s_[..., 3:]] if image.shape[2:] == (4,) else [np.s_[...]]
    for part in parts:
        low, scale = (0.0, 255 / full) if full else _range(image[part])
        rows = max(1, BLOCK // image[0].size)
        for top in range(0, len(image), rows):
            with np.errstate(over="ignore", invalid="ignore"):  # a damaged file has any numbers
                values = (image[top : top + rows][part].astype(np.float32) - low) * scale
            values[np.isnan(values)] = 255
            result[top : top + rows][part] = np.rint(np.clip(values, 0, 255))
    if is_min_white:
        result[parts[0]] = 255 - result[parts[0]]
    return result


def _range(image: np.ndarray) -> tuple[float, float]:
    """(lowest value, factor to 8 bits)."""
    sample = image[:: 1 + image.size // SAMPLE]
    values = sample[np.isfinite(sample)]
    if not values.size:
        return 0.0, 1.0
    low = min(0.0, float(values.min()))
    place = values.size - 1 - values.size // HOT_PIXELS
    high = float(np.partition(values, place)[place]) - low
    if image.dtype.kind == "f" and high < 2:  # resampling may go a little above 1
        return low, 255.0
    bits = max(8, int(high).bit_length())
    return low, 255 / (2 ** (16 if image.dtype == np.uint16 and bits > FEW_BITS else bits) - 1)


def on_paper(image: np.ndarray, channels: int = 1) -> np.ndarray:
    """(height, width, 4) uint8 to (height, width) uint8 grey levels, or with 3 ``channels`` to BGR."""
    paper = np.empty((*image.shape[:2], channels), np.uint8)
    pixels, flat = image.reshape(-1, 1, 4), paper.reshape(-1, 1, channels)
    for first in range(0, len(pixels), BLOCK):
        flat[first : first + BLOCK] = _block_on_paper(pixels[first : first + BLOCK], channels)
    return paper if channels == 3 else paper[:, :, 0]


def _block_on_paper(image: np.ndarray, channels: int) -> np.ndarray:
    ink = image[:, :, :3] if channels == 3 else cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY)[:, :, None]
    alpha = image[:, :, 3:].astype(np.uint16)
    return ((ink.astype(np.uint16) * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)
