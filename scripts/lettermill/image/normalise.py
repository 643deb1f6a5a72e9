"""Size normalisation: letter crops as squares of a fixed size, for classifiers and fixed-size formats.

As in MNIST (LeCun et al., Proc. IEEE 86(11), 1998) and EMNIST (Cohen et al., arXiv:1702.05373), the ink is scaled into
the inner part of a square, with its aspect ratio preserved, and moved so that its centre of mass is in the middle. The
ink is light on a dark background.
"""

import cv2
import numpy as np

from lettermill.paper.ink import FAINTEST_CONTRAST

DARKEST = 0.1
"""Share of the ink pixels that become 255. The others are the edges of strokes."""

BLANK = 40
"""Pixels with less ink than this, of 255, are blank. The margins of letters that the workflow cuts have more: they are
the edges of strokes."""


def normalise(letter: np.ndarray, side: int, margin: int) -> np.ndarray:
    """The ink of ``letter`` ((height, width) uint8, dark on light) as (side, side) uint8, 0 is paper and 255 ink.

    Blank margins are cut off. The longer side of the rest becomes ``side - 2 * margin`` pixels. The centre of mass is
    moved to the middle of the square, but only as far as all ink stays inside. An image without contrast gives an empty
    square.
    Raises ValueError if the margin leaves no pixel.
    """
    inner = side - 2 * margin
    if inner < 1:
        raise ValueError(f"margin {margin} is too large for side {side}: 2 * margin must be less than side")
    ink = _trimmed(_ink(letter))
    scale = inner / max(ink.shape)
    height, width = (max(1, round(length * scale)) for length in ink.shape)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    ink = cv2.resize(ink, (width, height), interpolation=method)
    y, x = (_start(ink.sum(axis=axis, dtype=np.float64), side) for axis in (1, 0))
    square = np.zeros((side, side), np.uint8)
    square[y : y + height, x : x + width] = ink
    return square


def _trimmed(ink: np.ndarray) -> np.ndarray:
    """``ink`` without the margins that have none of at least BLANK."""
    rows, columns = (np.flatnonzero((ink >= BLANK).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else ink


def _ink(letter: np.ndarray) -> np.ndarray:
    """Each pixel on a scale from paper (0) to ink (255), whatever the contrast of the writing."""
    otsu, _ = cv2.threshold(letter, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark, light = letter[letter <= otsu], letter[letter > otsu]
    if len(dark) == 0 or len(light) == 0:
        return np.zeros_like(letter)
    paper, ink = float(np.median(light)), float(np.quantile(dark, DARKEST))
    if paper - ink < FAINTEST_CONTRAST / 2:  # half: the contrast of the whole word was sufficient
        return np.zeros_like(letter)
    share = (paper - letter.astype(np.float32)) / (paper - ink)
    levels: np.ndarray = np.round(np.clip(share, 0, 1) * 255)
    return levels.astype(np.uint8)


def _start(profile: np.ndarray, side: int) -> int:
    """Start of ``profile`` ((length,) sums of ink) in ``side`` pixels that puts its centre of mass in the middle."""
    length = len(profile)
    mass = profile.sum()
    centre = float(np.dot(profile, np.arange(length) + 0.5) / mass) if mass else length / 2
    return int(np.clip(round(side / 2 - centre), 0, side - length))
