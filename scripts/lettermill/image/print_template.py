"""One printed label as it looks in many word images: averaging, finding it, and the pixels that it covers."""

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.image.print_runs import SMALLEST

SCALES = (1.0, 0.985, 1.015, 0.97, 1.03)
"""Sizes in which a label is searched, relative to its template: forms are photographed from different distances."""

CERTAIN, POSSIBLE = 0.88, 0.6
"""Correlation from which other sizes are not tried, and from which a place is looked at."""

COVERED = 0.7
"""Minimum share of a letter of print that must be dark."""

ALIKE = 0.6
"""Minimum correlation of a letter of print, with the paper around it."""

SHIFTS = [(0, 0), *((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y)]


class Place(NamedTuple):
    """Where a template is in an image. x, y: its upper left corner in pixels, possibly outside of the image. scale:
    size relative to the template. score: correlation. letters: (n,) bool, the
    parts of the template whose ink is there. share: the share of parts that also have paper around them. mask:
    (height, width) bool, the pixels of the image that ``letters`` cover."""

    x: int
    y: int
    scale: float
    score: float
    letters: np.ndarray
    share: float
    mask: np.ndarray


class Template:
    """What is printed at one place of a form.

    dark: (height, width) float32, mean darkness of the print, 0 where there is none. around: (4,) float64, the smallest
    and greatest distance of its left edge from one edge of the image, and the same for its upper edge; side: whether
    from the right edge, and from the lower edge.
    """

    def __init__(self, dark: np.ndarray, around: np.ndarray | None = None, side: tuple[bool, bool] = (False, False), one_size: bool = False) -> None:
        self.dark = dark
        self.around = around
        self.side = side
        self.one_size = one_size
        count, self.labels, stats, _ = cv2.connectedComponentsWithStats((dark > 0).astype(np.uint8), connectivity=8)
        self.boxes = stats[1:count, :4]
        letters = self.boxes[self.boxes[:, 3] >= SMALLEST]
        if not len(letters):
            letters = np.array([[0, 0, dark.shape[1], dark.shape[0]]])
        left, top = letters[:, :2].min(axis=0)
        right, bottom = (letters[:, :2] + letters[:, 2:]).max(axis=0)
        self.core = (int(left), int(top), int(right), int(bottom))
        self.letters = letters

    @cached_property
    def sizes(self) -> list[tuple[float, float, np.ndarray, np.ndarray]]:
        """For each scale: the exact factors in x and y, the darkness, and the labels."""
        height, width = self.dark.shape
        found = []
        for scale in SCALES:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            dark = cv2.resize(self.dark, size, interpolation=cv2.INTER_LINEAR)
            labels = cv2.resize(self.labels.astype(np.float32), size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
            found.append((size[0] / width, size[1] / height, dark, labels))
        return found

    def find(self, dark: np.ndarray, near: tuple[int, int, int, int] | None = None) -> Place | None:
        """The place of the print in an image with the darkness ``dark`` ((height, width) float32), or None.

        near: least and greatest left edge and upper edge of the template, in pixels; where it usually is by default.
        """
        x0, x1, y0, y1 = near or self._usual(dark.shape)
        best = self._best(dark, 0, (x0, x1, y0, y1))
        if 0.45 <= best[0] < CERTAIN and not self.one_size:
            x, y = best[1:3]
            reach = 2 + self.dark.shape[1] // 25
            for number in range(1, len(SCALES)):
                other = self._best(dark, number, (x - reach, x + reach, y - 2, y + 2))
                if other[0] > best[0] + 0.01:
                    best = other
        return self._recognised(dark, *best) if best[0] >= POSSIBLE else None

    def _best(self, dark: np.ndarray, number: int, near: tuple[int, int, int, int]) -> tuple[float, int, int, int]:
        """Correlation, left edge and upper edge of the best place for the size ``number``, and that number."""
        x0, x1, y0, y1 = near
        fx, fy, whole, _ = self.sizes[number]
        left, top, right, bottom = self.core
        left, top = round(left * fx), round(top * fy)
        right, bottom = min(round(right * fx), whole.shape[1]), min(round(bottom * fy), whole.shape[0])
        area = _window(dark, x0 + left, y0 + top, x1 - x0 + right - left, y1 - y0 + bottom - top)
        scores = cv2.matchTemplate(area, whole[top:bottom, left:right], cv2.TM_CCOEFF_NORMED)
        _, score, _, (x, y) = cv2.minMaxLoc(np.where(np.isfinite(scores), scores, -1))
        return score, x + x0, y + y0, number

    def _usual(self, shape: tuple[int, int]) -> tuple[int, int, int, int]:
        height, width = self.dark.shape
        beyond = (width // 4, int(0.4 * height) + 1)
        limits = []
        for axis, (size, own) in enumerate(((shape[1], width), (shape[0], height))):
            least, most = -beyond[axis], size - own + beyond[axis]
            if self.around is not None:
                low, high = self.around[2 * axis : 2 * axis + 2]
                room = self.dark.shape[0] / 2 + 2 + (high - low) / 4
                moved = size if self.side[axis] else 0
                least, most = max(least, int(moved + low - room)), min(most, int(moved + high + room) + 1)
            limits += [least, max(least, most)]
        return limits[0], limits[1], limits[2], limits[3]

    def _recognised(self, dark: np.ndarray, score: float, x: int, y: int, number: int) -> Place | None:
        fx, _, expected, labels = self.sizes[number]
        height, width = expected.shape
        wide = _window(dark, x - 1, y - 1, width + 2, height + 2, outside=-1)
        inner = wide[1:-1, 1:-1]
        seen = (inner >= 0) & (labels > 0)
        weight = expected[seen]
        gain = float(np.dot(inner[seen], weight) / max(float(np.dot(weight, weight)), 1e-6))
        if gain < 0.25:
            return None
        count = len(self.boxes) + 1
        total = np.bincount(labels[labels > 0], expected[labels > 0], count)[1:]
        best, shift = np.full(count - 1, -1.0), np.zeros((count - 1, 2), np.int64)
        for dx, dy in SHIFTS:
            moved = wide[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
            seen = (moved >= 0) & (labels > 0)
            want = min(gain, 1.0) * expected[seen]
            visible = np.bincount(labels[seen], want, count)[1:]
            share = np.bincount(labels[seen], np.minimum(moved[seen], want), count)[1:] / np.maximum(visible, 1e-6)
            share[visible < 0.3 * min(gain, 1.0) * total] = 0
            better = share > best + 0.03
            best[better], shift[better] = share[better], (dx, dy)
            if (best >= 0.9).all():
                break
        letters = best >= COVERED
        alike = letters & (self._alike(inner, expected, labels) >= ALIKE)
        mask = np.zeros(dark.shape, bool)
        for part in np.flatnonzero(letters).tolist():
            rows, columns = np.nonzero(labels == part + 1)
            rows, columns = rows + y + shift[part, 1], columns + x + shift[part, 0]
            inside = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
            mask[rows[inside], columns[inside]] = True
        return Place(x, y, fx, score, letters, float(alike.mean()), mask)


    def _alike(self, seen: np.ndarray, expected: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """(n,) float: correlation of each part, in its box, with what is there. seen: darkness, -1 outside."""
        found = np.zeros(len(self.boxes))
        fy, fx = labels.shape[0] / self.labels.shape[0], labels.shape[1] / self.labels.shape[1]
        for part, (x, y, width, height) in enumerate(self.boxes.tolist()):
            rows = slice(max(int(y * fy) - 1, 0), int((y + height) * fy) + 2)
            columns = slice(max(int(x * fx) - 1, 0), int((x + width) * fx) + 2)
            one, other = seen[rows, columns].ravel(), expected[rows, columns].ravel()
            visible = one >= 0
            one, other = one[visible], other[visible]
            if len(one):
                one, other = one - one.mean(), other - other.mean()
                product = float(np.dot(one, one)) * float(np.dot(other, other))
                found[part] = np.dot(one, other) / np.sqrt(max(product, 1e-6))
        return found


def _window(dark: np.ndarray, x: int, y: int, width: int, height: int, outside: float = 0) -> np.ndarray:
    """The part of ``dark`` at (x, y), with ``outside`` where it is beyond the image."""
    area = np.full((height, width), outside, np.float32)
    top, bottom = max(y, 0), min(y + height, dark.shape[0])
    left, right = max(x, 0), min(x + width, dark.shape[1])
    if top < bottom and left < right:
        area[top - y : bottom - y, left - x : right - x] = dark[top:bottom, left:right]
    return area


def average(
    places: Iterable[tuple[np.ndarray, float, float, float, float]], seed: tuple[int, int]
) -> tuple[np.ndarray, int, int]:
    """What is the same around a place in many images.

    places: for each image, its darkness, x and y of the place, its scale, and how dark the print is there. seed: width
    and height of the place at scale 1. Returns the mean darkness of what recurs, (height, width) float32, 0 elsewhere,
    and where in it the place is; only what is connected to the place by gaps of at most two heights.
    """
    places = list(places)
    left = min(2000, max(round(x / scale) for _, x, _, scale, _ in places))
    top = min(600, max(round(y / scale) for _, _, y, scale, _ in places))
    right = min(2000, max(round((dark.shape[1] - x) / scale) for dark, x, _, scale, _ in places))
    bottom = min(600, max(round((dark.shape[0] - y) / scale) for dark, _, y, scale, _ in places))
    left, top, right, bottom = max(left, 0), max(top, 0), max(right, seed[0]), max(bottom, seed[1])
    size = (left + right, top + bottom)
    total, hits, visible = (np.zeros(size[::-1], np.float32) for _ in range(3))
    for dark, x, y, scale, gain in places:
        move = np.array([[scale, 0, x - left * scale], [0, scale, y - top * scale]], np.float32)
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        moved = cv2.warpAffine(dark, move, size, flags=how, borderValue=-1)
        seen = moved >= 0
        moved = np.where(seen, moved / gain, 0)
        visible += seen
        total += np.minimum(moved, 1)
        hits += moved >= 0.3
    recurs = (hits >= 0.7 * visible + 0.5 * np.sqrt(visible)) & (visible >= 0.5 * len(places))
    mean = np.where(recurs, total / np.maximum(visible, 1), 0).astype(np.float32)
    return _group(mean, left, top, seed), left, top


def _group(mean: np.ndarray, left: int, top: int, seed: tuple[int, int]) -> np.ndarray:
    """Only the components connected to the place, without rules and single pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mean > 0).astype(np.uint8), connectivity=8)
    keep = (stats[:, cv2.CC_STAT_AREA] >= 3) & (stats[:, 2] <= np.maximum(8 * stats[:, 3], 12))
    keep &= stats[:, 3] <= np.maximum(8 * stats[:, 2], 12)
    keep[0] = False
    ink = keep[labels]
    reach = max(1, seed[1])
    near = cv2.dilate(ink.astype(np.uint8), np.ones((2 * (reach // 4) + 1, 2 * reach + 1), np.uint8))
    _, groups = cv2.connectedComponents(near, connectivity=8)
    here = np.unique(groups[top : top + seed[1], left : left + seed[0]][ink[top : top + seed[1], left : left + seed[0]]])
    chosen: np.ndarray = np.where(ink & np.isin(groups, here[here > 0]), mean, 0).astype(np.float32)
    return chosen
