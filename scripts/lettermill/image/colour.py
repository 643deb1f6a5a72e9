"""Colour: inks of different colours are told apart, and each is shown alone.

Inks absorb light: the negative logarithm of the share of light that comes back is the density of the ink, and densities
of inks that lie on each other add up. The ratio of the densities of blue, green and red is the colour of an ink however
thin it is (Ruifrok and Johnston, "Quantification of histochemical staining by color deconvolution", Analytical and
Quantitative Cytology and Histology 23(4), 2001).
"""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.image.light import is_even, paper_of, reduced

FAINTEST = 0.06
"""Least density of ink: what is paler is paper."""

DENSEST = 3.0
"""Greatest density that eight bits can tell."""

BINS, WIDEST = 61, 0.75
"""Bins on a side of the histogram of colours, and its greatest place in either direction."""

CORE = 0.7
"""Share of the greatest density around from which a pixel counts as the core of a stroke, whose colour is its own."""

LEAST_SHARE = 0.04
"""Minimum share of the ink that a group has."""

APART = 0.12
"""Minimum distance of two groups on the plane of colours, where black is 0 and the distance of blue from red is 1."""

VALLEY = 0.5
"""Maximum height of the valley between two groups in the histogram, as a share of the lower peak."""

PALE = 0.5
"""Maximum density of a pale ink, as a share of that of the densest."""

RULED = 0.6
"""Minimum share of the ink of rules in straight lines that are as long as ``RULE`` times the height of the image."""

RULE = 0.75

GROUPS = 3
"""Maximum number of groups."""


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
    centres = _groups(total, place)
    if len(centres) < 2:
        return Inks()
    shares = _shares(place, centres)
    grey = _grey_density(density)
    strengths, ruled = [], []
    for share in shares:
        ink = grey * share
        own = (share > 0.5) & (total > 3 * FAINTEST)
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
    """(height, width, 3) float32: the density of the ink for blue, green and red light."""
    table = 1 - np.arange(256, dtype=np.float32) / 255
    density = np.empty(image.shape, np.float32)
    for channel in range(3):
        paper = paper_of(np.ascontiguousarray(small[..., channel]), stroke)
        if is_even(paper):
            level: np.ndarray = np.full(1, np.median(paper), np.uint8)
        else:
            level = cv2.resize(cv2.erode(paper, np.ones((3, 3), np.uint8)), image.shape[1::-1])
        shown = image[..., channel]
        ratio = cv2.divide(shown, level, scale=255) if level.size > 1 else cv2.LUT(shown, _divided(int(level[0])))
        density[..., channel] = table[ratio]
    return density


def _divided(level: int) -> np.ndarray:
    return np.clip(np.arange(256) * (255 / max(level, 1)), 0, 255).astype(np.uint8)


def _grey_density(density: np.ndarray) -> np.ndarray:
    weights = np.array([[0.114, 0.587, 0.299]], np.float32)
    return cv2.transform(density, weights)


def _colours(density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The total density (height, width) and its place on the plane of colours (2, height, width), both float32 and
    averaged over a few pixels: colours are stored at half the resolution in JPEG."""
    plane = np.array([[1, 1, 1], [-1, 0, 1], [-0.577, 1.155, -0.577]], np.float32)
    soft = cv2.blur(cv2.transform(density, plane), (3, 3))
    total, first, second = cv2.split(soft)
    safe = np.maximum(total, FAINTEST)
    return total, np.stack([first / safe, second / safe])


def _groups(total: np.ndarray, place: np.ndarray) -> list[np.ndarray]:
    """The centres of the groups of colours, (2,) each: peaks of the histogram with a valley between them."""
    ink = (total > 3 * FAINTEST) & (total >= CORE * cv2.dilate(total, np.ones((5, 5), np.uint8)))
    if ink.sum() < 20:
        return []
    columns = np.clip(np.round((place[:, ink] / WIDEST + 1) / 2 * (BINS - 1)), 0, BINS - 1).astype(np.int64)
    weight = np.minimum(total[ink], 1.0)
    counts = np.bincount(columns[0] * BINS + columns[1], weight, BINS * BINS).reshape(BINS, BINS).astype(np.float32)
    counts = cv2.GaussianBlur(counts, (0, 0), 1.2, borderType=cv2.BORDER_CONSTANT)
    peaks = np.argwhere((counts == cv2.dilate(counts, np.ones((5, 5), np.uint8))) & (counts > 0.02 * counts.max()))
    peaks = peaks[np.argsort(-counts[tuple(peaks.T)], kind="stable")]
    chosen: list[np.ndarray] = []
    for peak in peaks:
        if all(_are_apart(counts, peak, other) for other in chosen):
            chosen.append(peak)
    centres = [(peak / (BINS - 1) * 2 - 1) * WIDEST for peak in chosen]
    if len(centres) < 2:
        return centres
    near = np.argmin([(place[0][ink] - c[0]) ** 2 + (place[1][ink] - c[1]) ** 2 for c in centres], axis=0)
    mass = np.bincount(near, weight, len(centres)) / weight.sum()
    return [centres[i] for i in np.argsort(-mass, kind="stable") if mass[i] >= LEAST_SHARE][:GROUPS]


def _are_apart(counts: np.ndarray, peak: np.ndarray, other: np.ndarray) -> bool:
    if np.hypot(*(peak - other)) * 2 * WIDEST / (BINS - 1) < APART:
        return False
    way = np.round(np.linspace(peak, other, 2 * BINS)).astype(int)
    return bool(counts[tuple(way.T)].min() < VALLEY * min(counts[tuple(peak)], counts[tuple(other)]))


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
    wide = cv2.dilate(own.view(np.uint8), np.ones((3, 3), np.uint8))
    lines = [cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones(size, np.uint8)) for size in ((1, length), (length, 1))]
    return bool((lines[0] | lines[1])[own].mean() >= RULED)


def _shown(density: np.ndarray, strength: float) -> np.ndarray:
    """(height, width) uint8, dark on light: ink of this density, darker if its ``strength`` is little."""
    gain = float(np.clip(0.7 / max(strength, 1e-3), 1, 4))
    return np.clip(255 * (1 - gain * density), 0, 255).astype(np.uint8)
