"""One form for every image: dark ink on evenly lit, light paper, in grey, on the same grid of pixels."""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.paper.colour import Inks, find_inks
from lettermill.paper.ink import histogram_of
from lettermill.paper.light import (
    LIGHT_PAPER,
    PATCH,
    STROKE,
    ink_is_lighter,
    is_even,
    is_plain,
    is_texture,
    paper_of,
    percentile,
    reduced,
)

MARGIN = 0.2
"""What is darker than this share of the lightest paper is a table, a lid or a black margin, not paper in the shade."""

BOARD, EVEN_BOARD = 12, 0.75
"""Minimum grey level of a board under light ink for which its light can be evened: below, there are too few levels. And
minimum ratio of its darkest to its lightest part for which it is evenly lit: its noise is a large share of it."""

CONTRAST = 160
"""Difference of grey levels between paper and ink to which a smaller one is stretched, in images that are not plain."""

NOISE, LEAST_CONTRAST = 6.0, 6
"""Minimum contrast of ink: as a multiple of the standard deviation of the noise, and in grey levels."""


class Form(NamedTuple):
    """An image in the one form.

    image: (height, width) uint8, dark ink on light paper. changes: what was done: ``inverted``, ``evened`` (light),
    ``stretched`` (contrast), ``colour`` (ink of another colour was taken away). layers: if the image has inks of
    clearly different colours, two or three images like ``image``, each with the ink of one colour only, the darkest
    first: which of them is the writing is not known.
    """

    image: np.ndarray
    changes: tuple[str, ...] = ()
    layers: tuple[np.ndarray, ...] = ()


def one_form(image: np.ndarray) -> Form:
    """The one form of ``image``, (height, width) uint8 grey or (height, width, 3) uint8 BGR.

    A plain image, dark on light and evenly lit, comes back as the same array.
    """
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = reduced(grey)
    plain = is_plain(small)
    inverted, stroke = (False, STROKE) if plain or is_texture(grey, small) else ink_is_lighter(small)
    inks = find_inks(~image if inverted else image, stroke) if image.ndim == 3 else Inks()
    changes = ["inverted"] if inverted else []
    if inks.image is not None:
        return Form(inks.image, (*changes, "colour"), inks.layers)
    form, done = (grey, []) if plain else _lit(grey, inverted, stroke)
    return Form(form, (*changes, *done), inks.layers)


def _lit(grey: np.ndarray, inverted: bool, stroke: int) -> tuple[np.ndarray, list[str]]:
    """``grey`` with dark ink on light, even paper, and what was done but for ``inverted``."""
    if inverted and is_plain(255 - reduced(grey)):
        return 255 - grey, []
    done = []
    evened = _board(grey, stroke) if inverted else None
    if evened is None:
        grey = 255 - grey if inverted else grey
        evened = even(grey, stroke)
    if evened is not grey:
        done.append("evened")
    stretched = stretch(evened)
    if stretched is not evened:
        done.append("stretched")
    return stretched, done


def even(image: np.ndarray, stroke: int = STROKE) -> np.ndarray:
    """``image`` ((height, width) uint8, dark ink) with even light; the same array if it has.

    stroke: the width of the wide strokes in the reduced image. The image is divided by the level of its paper.
    """
    small = reduced(image)
    paper = paper_of(small, stroke)
    if is_even(paper):
        return image
    margin = (paper < MARGIN * percentile(paper, 1 - PATCH)).astype(np.uint8)
    # The paper is a little too light beside the edge of a shadow: it was blurred against noise.
    paper = _enlarged(cv2.erode(paper, np.ones((3, 3), np.uint8)), image)
    evened = cv2.divide(image, paper, scale=255)
    if margin.any():
        wider = cv2.dilate(margin * 255, np.ones((5, 5), np.uint8))  # where the edge is blurred
        evened[_enlarged(wider, image) > 127] = 255
    return evened


def _board(image: np.ndarray, stroke: int) -> np.ndarray | None:
    """``image`` ((height, width) uint8, light ink on a board) inverted and with even light; None if its light is even,
    or its board is too dark to tell."""
    board = 255 - paper_of(255 - reduced(image), stroke)
    if percentile(board, PATCH) < BOARD or is_even(board, EVEN_BOARD):
        return None
    ratio = image / _enlarged(cv2.dilate(board, np.ones((3, 3), np.uint8)), image).astype(np.float32)
    most = max(float(np.percentile(ratio, 99.5)), 1.1)
    return np.clip(255 * (most - ratio) / (most - 1), 0, 255).astype(np.uint8)


def _enlarged(small: np.ndarray, image: np.ndarray) -> np.ndarray:
    return cv2.resize(small, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def stretch(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width) uint8, dark ink, even light) with more contrast if it has little, or if its paper is
    dark; the same array otherwise, and if nothing stands out from the noise."""
    paper = int(histogram_of(image).argmax())
    ink = _ink_level(image, paper)
    contrast = paper - ink
    if contrast < max(LEAST_CONTRAST, NOISE * _noise(image)) or (paper >= LIGHT_PAPER and contrast >= CONTRAST):
        return image
    gain = max(1.0, CONTRAST / contrast)
    levels = 255 - gain * (paper - np.arange(256))
    return cv2.LUT(image, np.clip(levels, 0, 255).astype(np.uint8))


def _ink_level(image: np.ndarray, paper: int) -> float:
    """The mean level of the pixels nearer to the darkest than to the paper, and so on until it stays (Ridler and
    Calvard, IEEE Trans. SMC 8(8), 1978): unlike Otsu's, this method finds little ink as well as much."""
    counts = histogram_of(image)[: paper + 1]
    ink = float(np.percentile(image, 0.5))
    for _ in range(4):
        dark = counts[: int((paper + ink) / 2) + 1]
        ink = float(dark @ np.arange(len(dark)) / max(dark.sum(), 1)) if dark.any() else ink
    return ink


def _noise(image: np.ndarray) -> float:
    """The standard deviation of the noise in grey levels, by differences between the pixels of a 3x3 square in which
    edges cancel out (Immerkær, CVIU 64(2), 1996); by their median, since strokes are no noise."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    differences = cv2.filter2D(image, cv2.CV_16S, mask)
    return float(np.median(np.abs(differences, out=differences), overwrite_input=True)) / 0.6745 / 6
