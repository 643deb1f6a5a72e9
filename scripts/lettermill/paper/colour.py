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

LARGEST = 1_000_000
"""Number of pixels whose colours are looked at: of larger images, a reduced copy is, and a part drawn at a time."""


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
    light = _light(image, small, stroke)
    looked_at = light
    if light[..., 0].size > LARGEST:
        scale = (LARGEST / light[..., 0].size) ** 0.5
        looked_at = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    density = _density(looked_at)
    total, place = _colours(density)
    centres = find_groups(total, place)
    if len(centres) < 2:
        return Inks()
    grey = _grey_density(density)
    strengths, ruled = [], []
    for share in _shares(place, centres):
        ink = grey * share
        own = (share > 0.5) & (total > FAINTEST)
        strengths.append(float(np.percentile(ink[own], 80)) if own.any() else 0.0)
        ruled.append(_is_ruled(own))
    order = sorted(range(len(centres)), key=lambda group: -strengths[group])
    strongest = max((strengths[g] for g in order if not ruled[g]), default=0.0)
    away = [g for g in order if ruled[g] or strengths[g] < PALE * strongest]
    shown = [([group], strengths[group]) for group in order]
    if away and len(away) < len(order):
        shown.append(([group for group in order if group not in away], strongest))
    drawn = _drawn(light, centres, shown)
    return Inks(drawn[len(order)] if len(drawn) > len(order) else None, tuple(drawn[: len(order)]))


def _drawn(light: np.ndarray, centres: list[np.ndarray], shown: list[tuple[list[int], float]]) -> list[np.ndarray]:
    """An image like those of ``Inks`` for each of ``shown``: the groups whose ink it shows, and its strength.

    A strip of the image is drawn at a time, for its densities take ten times as much memory as the image. Strips
    overlap by a row, because colours are averaged over a few pixels.
    """
    height, width = light.shape[:2]
    drawn = [np.empty((height, width), np.uint8) for _ in shown]
    rows = max(1, LARGEST // width)
    for top in range(0, height, rows):
        first, inner = max(0, top - 1), np.s_[min(top, 1) : min(top, 1) + rows]
        density = _density(light[first : top + rows + 1])
        shares = [share[inner] for share in _shares(_colours(density)[1], centres)]
        grey = _grey_density(density)[inner]
        for image, (groups, strength) in zip(drawn, shown, strict=True):
            image[top : top + rows] = _shown(grey * np.sum([shares[group] for group in groups], axis=0), strength)
    return drawn


def _is_grey(small: np.ndarray) -> bool:
    """Whether ``small`` ((height, width, 3) uint8) has no colours but the tint of the paper."""
    blue, green, red = (channel.astype(np.int16) for channel in cv2.split(cv2.blur(small, (3, 3))))
    for difference in (red - green, blue - green):
        low, high = np.percentile(difference, (0.5, 99.5))
        if high - low > 16:
            return False
    return True


def _light(image: np.ndarray, small: np.ndarray, stroke: int) -> np.ndarray:
    """(height, width, 3) uint8: blue, green and red light, as 255 parts of that of the paper."""
    ratios = []
    for channel in range(3):
        paper = paper_of(np.ascontiguousarray(small[..., channel]), stroke)
        if is_even(paper):
            ratios.append(cv2.convertScaleAbs(image[..., channel], alpha=255 / max(percentile(paper, 0.5), 1)))
        else:
            level = cv2.resize(cv2.erode(paper, np.ones((3, 3), np.uint8)), image.shape[1::-1])
            ratios.append(cv2.divide(image[..., channel], level, scale=255))
    return np.asarray(cv2.merge(ratios))


def _density(light: np.ndarray) -> np.ndarray:
    """(height, width, 3) float32: the shares of the light that are absorbed."""
    density: np.ndarray = (255 - light) * np.float32(1 / 255)
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
