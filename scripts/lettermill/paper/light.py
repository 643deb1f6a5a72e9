"""Light: whether ink is darker than its paper, and how light the paper is everywhere.

Both are measured in an image reduced to a few rows, because ink is narrow and paper is wide at any resolution. All
lengths there follow from the width of the strokes, which is measured too.
"""

import cv2
import numpy as np

from lettermill.paper.ink import histogram_of

ROWS, PIXELS = 64, 1_000_000
"""Maximum height and number of pixels of the reduced image."""

STROKE = 21
"""Minimum width, in pixels of the reduced image, of what is taken for paper as long as no stroke has been measured."""

STROKES = (15, 31)
"""Least and greatest value of this width when they have been measured."""

SIZES = (3, 5, 7, 9, 13, 17, 23, 31, 43)
"""Sides of the squares with which thickness is measured, in pixels of the reduced image."""

EVEN = 0.9
"""Minimum ratio of the darkest paper to the lightest for which it counts as evenly lit."""

PATCH = 0.06
"""Share of the image, on either end, that says nothing of the light: stains, blots, solid print, glare."""

DOUBT = 0.1
"""Ink is lighter than paper only if the votes, a mean logarithm, say so by more than this: it is rare."""

KEPT = 0.1
"""Minimum range of the levels in the reduced image, as a share of that in the image: below, what was reduced is a
texture that tells nothing of the light."""

LIGHT_PAPER, PLAIN_SHARE = 200, 0.6
"""Minimum grey level of the paper of a plain image, and minimum share of its pixels that have about this level."""


def reduced(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width[, 3]) uint8), with at most ``ROWS`` rows and ``PIXELS`` pixels."""
    height, width = image.shape[:2]
    scale = min(1.0, ROWS / height, (PIXELS / (height * width)) ** 0.5)
    if scale == 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def is_plain(small: np.ndarray) -> bool:
    """Whether ``small`` (``reduced``) is clearly dark ink on light, evenly lit paper. This is the usual case, so it is
    found out without measuring strokes."""
    histogram = np.bincount(small.ravel(), minlength=256)
    level = int(histogram.argmax())
    if level < LIGHT_PAPER or histogram[int(EVEN * level) :].sum() < PLAIN_SHARE * small.size:
        return False
    return is_even(paper_of(small, STROKE))


def is_texture(image: np.ndarray, small: np.ndarray) -> bool:
    """Whether the levels of ``image`` ((height, width) uint8) average out in ``small``, the same ``reduced``: noise, a
    fine pattern, or strokes that are too thin for an image so large."""
    return small is not image and _range(small) < KEPT * _range(image)


def _range(image: np.ndarray) -> int:
    return percentile(image, 0.995) - percentile(image, 0.005)


def is_even(paper: np.ndarray, ratio: float = EVEN) -> bool:
    """Whether paper of these levels ((height, width) uint8) is evenly lit."""
    darkest, lightest = percentile(paper, PATCH), percentile(paper, 1 - PATCH)
    return darkest >= ratio * lightest


def percentile(image: np.ndarray, share: float) -> int:
    """The grey level that this ``share`` of the pixels of ``image`` (uint8) do not exceed."""
    total = np.cumsum(histogram_of(image))
    return int(np.searchsorted(total, share * total[-1]))


def paper_of(small: np.ndarray, width: int) -> np.ndarray:
    """The level of the paper everywhere in ``small`` (``reduced``, dark ink): same shape and dtype.

    width: pixels that every stroke is narrower than. A closing (Serra, "Image Analysis and Mathematical Morphology",
    1982) fills what is narrower, and keeps the edges of shadows where they are. The image goes on beyond its edges, so
    that light may fall off towards them, and a dark margin is no stroke.
    """
    height, length = small.shape
    padded = cv2.copyMakeBorder(cv2.blur(small, (3, 3)), width, width, width, width, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, _square(width))
    return closed[width : width + height, width : width + length]


def ink_is_lighter(small: np.ndarray) -> tuple[bool, int]:
    """Whether the ink of ``small`` (``reduced``) is lighter than its paper, and a width that its strokes do not have.

    Strokes are thinner than the paper beside them, and there is more paper than ink around them. Each edge between dark
    and light votes for the thinner side, by the logarithm of the ratio, weighted by the square of its contrast; so do
    the areas. Where a margin or a board surrounds the page, their common edge and the outside have no vote.
    """
    soft = cv2.blur(small, (3, 3))
    darkest, lightest = (method(soft, _square(STROKE)).astype(np.float32) for method in (cv2.erode, cv2.dilate))
    dark = (soft < _middle(darkest, lightest)).view(np.uint8)
    page, level = _page(dark), soft.astype(np.float32)
    sides = _thickness(dark), _thickness(1 - dark)
    votes, weights, widths = [], [], []
    for one, other in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        edge = (dark[one] != dark[other]) & (page[one] == page[other])
        ink, paper = (np.maximum(side[one], side[other])[edge] for side in sides)
        votes.append(np.clip(np.log(paper / ink), -2, 2))
        weights.append(((level[one] - level[other])[edge]) ** 2)
        widths.append(np.stack([ink, paper]))
    vote, weight, width = np.concatenate(votes), np.concatenate(weights), np.concatenate(widths, axis=1)
    if not weight.any():
        return False, STROKE
    light_share = (level - darkest)[page].sum() / max((lightest - darkest)[page].sum(), 1)
    light_share = np.clip(light_share, 0.02, 0.98)
    lighter = bool(vote @ weight / weight.sum() + 0.5 * np.log(light_share / (1 - light_share)) < -DOUBT)
    widest = 1.5 * _weighted_percentile(width[int(lighter)], weight, 0.9) + 4
    return lighter, int(np.clip(widest, *STROKES))


def _weighted_percentile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, share * total[-1])])


def _square(side: int) -> np.ndarray:
    return np.ones((side, side), np.uint8)


def _middle(darkest: np.ndarray, lightest: np.ndarray) -> np.ndarray:
    """The level between ink and paper everywhere, from the darkest and lightest levels nearby (float32): where there is
    little contrast, that of the surroundings."""
    contrast = (lightest - darkest) ** 2 + 1e-3
    around = (3 * STROKE, 3 * STROKE)
    middle: np.ndarray = cv2.blur((darkest + lightest) / 2 * contrast, around) / cv2.blur(contrast, around)
    return middle


def _thickness(mask: np.ndarray) -> np.ndarray:
    """(height, width) float32: the side of the largest square in ``mask`` (uint8, 0 or 1) that covers a pixel, one of
    ``SIZES``; 1 elsewhere. The image goes on beyond its edges."""
    beyond = SIZES[-1]
    padded = cv2.copyMakeBorder(mask, beyond, beyond, beyond, beyond, cv2.BORDER_REPLICATE)
    thickness = np.ones(mask.shape, np.float32)
    for side in SIZES:
        fits = cv2.morphologyEx(padded, cv2.MORPH_OPEN, _square(side))[beyond:-beyond, beyond:-beyond] > 0
        if not fits.any():
            break
        thickness[fits] = side
    return thickness


def _page(dark: np.ndarray) -> np.ndarray:
    """(height, width) bool: the page, with what is on it, if a margin, a table or a frame surrounds it; otherwise
    the whole image."""
    rim = np.ones(dark.shape, bool)
    rim[1:-1, 1:-1] = False
    around = int(dark[rim].mean() >= 0.5)
    _, _, stats, _ = cv2.connectedComponentsWithStats((dark != around).view(np.uint8), connectivity=4)
    page = np.zeros(dark.shape, bool)
    if len(stats) > 1:
        x, y, width, height, _ = stats[1 + stats[1:, cv2.CC_STAT_WIDTH].argmax()]
        if width >= 0.5 * dark.shape[1] and height >= 0.25 * dark.shape[0]:
            page[y : y + height, x : x + width] = True
    return page if page.any() else ~page
