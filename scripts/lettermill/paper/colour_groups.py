"""Groups of colours: whether the inks of an image have clearly different colours, and which.

Colours are places on a plane where grey is 0, see ``image.colour``. Only the cores of strokes are looked at: beside
them, the colours of neighbours mix.
"""

import cv2
import numpy as np

FAINTEST = 0.18
"""Least density of ink: the sum of the shares of blue, green and red light that it absorbs. Paler pixels are paper."""

BINS, WIDEST = 61, 0.75
"""Bins on a side of the histogram of colours, and its greatest place in either direction."""

CORE = 0.7
"""Share of the greatest density around from which a pixel counts as the core of a stroke, whose colour is its own."""

LEAST_INK, MOST_INK = 20, 20_000
"""Minimum number of pixels of such cores, and maximum number that is looked at."""

LEAST_SHARE = 0.04
"""Minimum share of the ink that a group has."""

LEAST_OF_TWO = 0.12
"""Minimum share of pale ink and of dark ink where their colours are told apart by how dark they are."""

APART = 0.12
"""Minimum distance of two groups on the plane of colours, where black is 0 and the distance of blue from red is 1."""

VALLEY = 0.5
"""Maximum height of the valley between two groups in the histogram, as a share of the lower peak."""

SCATTER = 1.6
"""Minimum distance between the colours of pale and dark ink, as a multiple of the sum of their median deviations."""

GROUPS = 3
"""Maximum number of groups."""


def find_groups(total: np.ndarray, place: np.ndarray) -> list[np.ndarray]:
    """The places of the groups of colours of an image, (2,) each: peaks of the histogram with a valley between them, or
    pale and dark ink of different colours. Empty or one, if there are no groups.

    total: (height, width) float32, the density of the ink. place: (2, height, width) float32, its place on the plane of
    colours.
    """
    core = (total > FAINTEST) & (total >= CORE * cv2.dilate(total, np.ones((5, 5), np.uint8)))
    ink = np.flatnonzero(core)
    if len(ink) < LEAST_INK:
        return []
    ink = ink[:: -(-len(ink) // MOST_INK)]
    density, place = total.ravel()[ink], place.reshape(2, -1)[:, ink]
    bins = np.clip(np.round((place / WIDEST + 1) / 2 * (BINS - 1)), 0, BINS - 1).astype(np.int64)
    weight = np.minimum(density, 1.0)
    histogram = np.bincount(bins[0] * BINS + bins[1], weight, BINS * BINS).astype(np.float32).reshape(BINS, BINS)
    counts: np.ndarray = cv2.GaussianBlur(histogram, (0, 0), 1.2, borderType=cv2.BORDER_CONSTANT)
    peaks = np.argwhere((counts == cv2.dilate(counts, np.ones((5, 5), np.uint8))) & (counts > 0.02 * counts.max()))
    peaks = peaks[np.argsort(-counts[tuple(peaks.T)], kind="stable")]
    chosen: list[np.ndarray] = []
    for peak in peaks:
        if all(_are_apart(counts, peak, other) for other in chosen):
            chosen.append(peak)
    centres = [(peak / (BINS - 1) * 2 - 1) * WIDEST for peak in chosen]
    if len(centres) > 1:
        near = np.argmin([((place - centre[:, None]) ** 2).sum(axis=0) for centre in centres], axis=0)
        mass = np.bincount(near, weight, len(centres)) / weight.sum()
        order = np.argsort(-mass, kind="stable")
        centres = _without_mixtures([centres[i] for i in order if mass[i] >= LEAST_SHARE])[:GROUPS]
    return centres if len(centres) > 1 else _by_strength(density, place)


def _without_mixtures(centres: list[np.ndarray]) -> list[np.ndarray]:
    """``centres`` but for those that lie between two others: there, two inks are mixed."""

    def is_mixture(index: int) -> bool:
        others = [centre for number, centre in enumerate(centres) if number != index]
        for number, one in enumerate(others):
            for other in others[number + 1 :]:
                way = other - one
                share = (centres[index] - one) @ way / (way @ way)
                if 0 < share < 1 and np.hypot(*(centres[index] - one - share * way)) < APART:
                    return True
        return False

    return [centre for index, centre in enumerate(centres) if not is_mixture(index)]


def _by_strength(total: np.ndarray, place: np.ndarray) -> list[np.ndarray]:
    """The centres of pale and of dark ink, if their colours differ more than they scatter. total: (n,), place: (2, n),
    of the cores of strokes."""
    levels = np.clip(total * 80, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = levels > threshold
    if min(dark.mean(), 1 - dark.mean()) < LEAST_OF_TWO:
        return []
    centres = [np.median(place[:, chosen], axis=1) for chosen in (dark, ~dark)]
    scatter = [
        np.median(np.hypot(*(place[:, chosen] - centre[:, None])))
        for chosen, centre in zip((dark, ~dark), centres, strict=True)
    ]
    distance = np.hypot(*(centres[0] - centres[1]))
    return centres if distance >= max(APART, SCATTER * sum(scatter)) else []


def _are_apart(counts: np.ndarray, peak: np.ndarray, other: np.ndarray) -> bool:
    if np.hypot(*(peak - other)) * 2 * WIDEST / (BINS - 1) < APART:
        return False
    way = np.round(np.linspace(peak, other, 2 * BINS)).astype(int)
    return bool(counts[tuple(way.T)].min() < VALLEY * min(counts[tuple(peak)], counts[tuple(other)]))
