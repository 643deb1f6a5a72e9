"""Colour: inks of different colours are told apart, and each is shown alone.

The share of the light of each colour that ink absorbs is proportional to the part of the pixel that it covers. So the
ratio of these shares for blue, green and red is the colour of an ink, however thin or blurred its strokes are, and the
ratio of a mixture lies between those of its inks. (Ruifrok and Johnston, "Quantification of histochemical staining by
color deconvolution", Analytical and Quantitative Cytology and Histology 23(4), 2001, separate transparent stains like
this; ink on paper mostly covers.)
"""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.paper.colour_groups import FAINTEST, find_groups
from lettermill.paper.light import is_even, paper_of, percentile, reduced

PALE = 0.35
"""Maximum density of a pale ink, as a share of that of the densest."""

RULED = 0.6
"""Minimum share of the ink of rules in straight lines that are as long as ``RULE`` times the height of the image."""

RULE = 0.75


class Inks(NamedTuple):
    """The inks of an image. image: (height, width) uint8, dark on light, without pale ink and rules of another colour;
    None if there are none. layers: the same for each group of colours alone; empty if there is one group.
    """

    image: np.ndarray | None = None
    layers: tuple[np.ndarray, ...] = ()


def find_inks(image: np.ndarray, stroke: int) -> Inks:
    """The inks of ``image``, (height, width, 3) uint8 BGR, dark on light.

    stroke: pixels of the reduced image that every stroke is narrower than.
    """
    small = reduced(image)
    if _is_grey(small):
        return Inks()
    density = _density(image, small, stroke)
    total, place = _colours(density)
    centres = find_groups(total, place)
    if len(centres) < 2:
        return Inks()
    shares = _shares(place, centres)
    grey = _grey_density(density)
    strengths, ruled = [], []
    for share in shares:
        ink = grey * share
        own = (share > 0.5) & (total > FAINTEST)
        strengths.append(float(np.percentile(ink[own], 80)) if own.any() else 0.0)
        ruled.append(_is_ruled(own))
    order = sorted(range(len(shares)), key=lambda group: -strengths[group])
    layers = tuple(_shown(grey * shares[group], strengths[group]) for group in order)
    strongest = max((strengths[g] for g in order if not ruled[g]), default=0.0)
    away = [g for g in order if ruled[g] or strengths[g] < PALE * strongest]
    if not away or len(away) == len(order):
        return Inks(None, layers)
    kept = np.sum([shares[group] for group in order if group not in away], axis=0)
    return Inks(_shown(grey * kept, strongest), layers)


def _is_grey(small: np.ndarray) -> bool:
    """Whether ``small`` ((height, width, 3) uint8) has no colours but the tint of the paper."""
    blue, green, red = (channel.astype(np.int16) for channel in cv2.split(cv2.blur(small, (3, 3))))
    for difference in (red - green, blue - green):
        low, high = np.percentile(difference, (0.5, 99.5))
        if high - low > 16:
            return False
    return True


def _density(image: np.ndarray, small: np.ndarray, stroke: int) -> np.ndarray:
    """(height, width, 3) float32: the shares of blue, green and red light that are absorbed."""
    ratios = []
    for channel in range(3):
        paper = paper_of(np.ascontiguousarray(small[..., channel]), stroke)
        if is_even(paper):
            ratios.append(cv2.convertScaleAbs(image[..., channel], alpha=255 / max(percentile(paper, 0.5), 1)))
        else:
            level = cv2.resize(cv2.erode(paper, np.ones((3, 3), np.uint8)), image.shape[1::-1])
            ratios.append(cv2.divide(image[..., channel], level, scale=255))
    density: np.ndarray = (255 - cv2.merge(ratios)) * np.float32(1 / 255)
    return density


def _grey_density(density: np.ndarray) -> np.ndarray:
    weights = np.array([[0.114, 0.587, 0.299]], np.float32)
    grey: np.ndarray = cv2.transform(density, weights)
    return grey


def _colours(density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The total density (height, width) and its place on the plane of colours (2, height, width), both float32 and
    averaged over a few pixels: colours are stored at half the resolution in JPEG."""
    plane = np.array([[1, 1, 1], [-1, 0, 1], [-0.577, 1.155, -0.577]], np.float32)
    soft = cv2.blur(cv2.transform(density, plane), (3, 3))
    total, first, second = cv2.split(soft)
    safe = np.maximum(total, FAINTEST / 3)
    return total, np.stack([first / safe, second / safe])


def _shares(place: np.ndarray, centres: list[np.ndarray]) -> list[np.ndarray]:
    """For each of two or three ``centres``, its share of the density of each pixel, (height, width) float32.

    The place of a mixture lies between the places of its inks, by their shares.
    """
    system = np.vstack([np.stack(centres, axis=1), np.ones(len(centres))])
    inverse = np.linalg.pinv(system).astype(np.float32)
    shares = [row[0] * place[0] + row[1] * place[1] + row[2] for row in inverse]
    # Colours scatter: nearly all of one ink is all of it.
    shares = [np.clip(2 * share - 0.5, 0, 1) for share in shares]
    total = np.maximum(np.sum(shares, axis=0), 1e-3)
    return [share / total for share in shares]


def _is_ruled(own: np.ndarray) -> bool:
    """Whether ``own`` ((height, width) bool) is mostly long, straight, horizontal or vertical lines."""
    if not own.any():
        return False
    length = max(3, int(RULE * own.shape[0]))
    lines = [
        cv2.morphologyEx(own.view(np.uint8), cv2.MORPH_OPEN, np.ones(size, np.uint8)) > 0
        for size in ((1, length), (length, 1))
    ]
    return bool((lines[0] | lines[1])[own].mean() >= RULED)


def _shown(density: np.ndarray, strength: float) -> np.ndarray:
    """(height, width) uint8, dark on light: ink of this density, darker if its ``strength`` is little."""
    gain = float(np.clip(0.7 / max(strength, 1e-3), 1, 4))
    return np.clip(255 * (1 - gain * density), 0, 255).astype(np.uint8)
