"""One printed label as it looks in many word images, and where it is in an image."""

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np

from lettermill.paper.ink import components
from lettermill.paper.print_place import Place
from lettermill.paper.print_runs import SMALLEST
from lettermill.paper.print_size import Size

SCALES = (1.0, 0.985, 1.015, 0.97, 1.03)
"""Sizes in which a label is searched, relative to its template: forms are photographed from different distances."""

CERTAIN, POSSIBLE = 0.88, 0.6
"""Correlation from which other sizes are not tried, and from which a place is looked at."""

COVERED = 0.7
"""Minimum share of a letter of print that must be dark."""

ALIKE = 0.6
"""Minimum correlation of a letter of print, with the paper around it."""

SHIFTS = [(0, 0), *((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y)]


class Template:
    """What is printed at one place of a form.

    dark: (height, width) float32, mean darkness of the print, 0 where there is none. around: if known, the smallest
    and greatest distance of its left edge from one edge of the image, and the same for its upper edge; side: whether
    from the right edge, and from the lower edge.
    """

    def __init__(
        self,
        dark: np.ndarray,
        around: Sequence[float] = (),
        side: tuple[bool, bool] = (False, False),
        one_size: bool = False,
    ) -> None:
        self.dark = dark
        self.around = list(around)
        self.side = side
        self.one_size = one_size
        self.labels, self.boxes = _parts(dark > 0)
        self.is_letter = self.boxes[:, 3] >= SMALLEST
        if not self.is_letter.any():
            self.is_letter[:] = True
        letters = self.boxes[self.is_letter]
        left, top = letters[:, :2].min(axis=0)
        right, bottom = (letters[:, :2] + letters[:, 2:]).max(axis=0)
        self.core = (int(left), int(top), int(right), int(bottom))
        self.letters = letters

    @cached_property
    def sizes(self) -> list[Size]:
        """The template in each of ``SCALES``."""
        return [Size.of(self.dark, self.labels, self.boxes, self.core, scale) for scale in SCALES]

    def with_parts(self, chosen: np.ndarray) -> "Template":
        """Only the ``chosen`` parts; chosen: (n,) bool with at least one."""
        dark = np.where(np.concatenate(([False], chosen))[self.labels], self.dark, 0)
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        return Template(dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32))

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
        size = self.sizes[number]
        left, top, right, bottom = size.core
        area = _window(dark, x0 + left, y0 + top, x1 - x0 + right - left, y1 - y0 + bottom - top)
        core = size.dark[top:bottom, left:right]
        scores = cv2.matchTemplate(area, core, cv2.TM_CCOEFF_NORMED)
        # On blank paper the correlation is undefined, and OpenCV returns anything.
        window = (right - left, bottom - top)
        ink = cv2.boxFilter(area, -1, window, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
        blank = ink[: scores.shape[0], : scores.shape[1]] < 0.2 * core.mean()
        scores[blank | ~np.isfinite(scores)] = -1
        _, score, _, (x, y) = cv2.minMaxLoc(scores)
        return score, x + x0, y + y0, number

    def _usual(self, shape: tuple[int, int]) -> tuple[int, int, int, int]:
        height, width = self.dark.shape
        beyond = (width // 4, int(0.4 * height) + 1)
        limits = []
        for axis, (size, own) in enumerate(((shape[1], width), (shape[0], height))):
            least, most = -beyond[axis], size - own + beyond[axis]
            if self.around:
                low, high = self.around[2 * axis : 2 * axis + 2]
                room = self.dark.shape[0] / 2 + 2 + (high - low) / 4
                moved = size if self.side[axis] else 0
                least, most = max(least, int(moved + low - room)), min(most, int(moved + high + room) + 1)
            limits += [least, max(least, most)]
        return limits[0], limits[1], limits[2], limits[3]

    def _recognised(self, dark: np.ndarray, score: float, x: int, y: int, number: int) -> Place | None:
        size = self.sizes[number]
        height, width = size.dark.shape
        wide = _window(dark, x - 1, y - 1, width + 2, height + 2, outside=-1).ravel()
        ink = wide[size.pixels]
        seen = ink >= 0
        weight = size.want[seen]
        gain = min(1.0, float(np.dot(ink[seen], weight) / max(float(np.dot(weight, weight)), 1e-6)))
        if gain < 0.25:
            return None
        count = len(self.boxes)
        want = gain * size.want
        total = np.bincount(size.part, want, count)
        best, shift = np.full(count, -1.0), np.zeros((count, 2), np.int64)
        for dx, dy in SHIFTS:
            ink = wide[size.pixels + dy * (width + 2) + dx]
            seen = ink >= 0
            visible = np.bincount(size.part, want * seen, count)
            share = np.bincount(size.part, np.minimum(ink, want) * seen, count) / np.maximum(visible, 1e-6)
            share[visible < 0.3 * total] = 0
            better = share > best + 0.03
            best[better], shift[better] = share[better], (dx, dy)
            if (best >= 0.9).all():
                break
        letters = best >= COVERED
        alike = letters & (_alike(wide[size.box_pixels], size.box_want, size.box_part, count) >= ALIKE)
        letters &= alike | self.is_letter
        mask: np.ndarray = np.zeros(dark.shape, bool)
        chosen = letters[size.part]
        rows, columns = np.divmod(size.pixels[chosen], width + 2)
        rows, columns = rows + y - 1 + shift[size.part[chosen], 1], columns + x - 1 + shift[size.part[chosen], 0]
        inside = (rows >= 0) & (rows < dark.shape[0]) & (columns >= 0) & (columns < dark.shape[1])
        mask[rows[inside], columns[inside]] = True
        _, top, right, bottom = size.core
        _add_colon(mask, dark, (x + right, y + top, y + bottom))
        return Place(x, y, SCALES[number], score, letters, alike, float(alike[self.is_letter].mean()), mask)


def _parts(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The connected components of ``ink`` ((height, width) bool), those of several letters cut into pieces as wide as
    they are high: (height, width) int32, 0 for paper and the number of the part + 1; (n, 4) int, their boxes."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    columns = np.arange(ink.shape[1])
    pieces = np.zeros(ink.shape, np.int64)
    width = max(ink.shape)
    for number, (x, _, across, down, _) in enumerate(stats[1:].tolist(), 1):
        wide = max(across / max(1, round(across / down)), 1)
        area = labels == number
        pieces[area] = (number * width + ((columns - x) / wide).astype(np.int64))[np.nonzero(area)[1]]
    names, numbers = np.unique(pieces, return_inverse=True)
    parts = np.reshape(numbers, ink.shape).astype(np.int32) + (0 if names[0] == 0 else 1)
    boxes = [cv2.boundingRect((parts == part).astype(np.uint8)) for part in range(1, int(parts.max(initial=0)) + 1)]
    return parts, np.array(boxes, np.int64).reshape(-1, 4)


def _add_colon(mask: np.ndarray, dark: np.ndarray, end: tuple[int, int, int]) -> None:
    """Add to ``mask`` the colon after a label, which is not at the same distance on every form.

    end: right, upper and lower edge of the label. The dots of a colon are equal and above each other, and the lower one
    is on the baseline.
    """
    right, top, bottom = end
    height = bottom - top
    x, y = max(right - 1, 0), max(top, 0)
    area = dark[y : bottom + 2, x : right + 2 * height]
    if not area.size:
        return
    parts = components(area >= 0.5)
    largest = max(2, round(0.45 * height))
    dots = np.flatnonzero((parts.width <= largest) & (parts.height <= largest) & (parts.left <= height))
    for lower in dots[abs(parts.bottom[dots] + y - bottom) <= 1].tolist():
        for upper in dots[parts.bottom[dots] < parts.top[lower]].tolist():
            sides = ((side[lower], side[upper]) for side in (parts.width, parts.height, parts.left))
            if all(abs(one - other) <= 1 for one, other in sides):
                mask[y : bottom + 2, x : right + 2 * height] |= np.isin(parts.labels, (lower + 1, upper + 1))
                return


def _alike(ink: np.ndarray, want: np.ndarray, part: np.ndarray, count: int) -> np.ndarray:
    """(count,) float64: correlation of the ink (negative outside of the image) with the darkness wanted, by part."""
    seen = ink >= 0
    ink, want, part = ink[seen].astype(np.float64), want[seen].astype(np.float64), part[seen]
    number = np.maximum(np.bincount(part, minlength=count), 1)
    one, other = np.bincount(part, ink, count), np.bincount(part, want, count)
    both = np.bincount(part, ink * want, count) - one * other / number
    own = np.bincount(part, ink * ink, count) - one * one / number
    wanted = np.bincount(part, want * want, count) - other * other / number
    result: np.ndarray = both / np.sqrt(np.maximum(own * wanted, 1e-6))
    return result


def _window(dark: np.ndarray, x: int, y: int, width: int, height: int, outside: float = 0) -> np.ndarray:
    """The part of ``dark`` at (x, y), with ``outside`` where it is beyond the image."""
    area = np.full((height, width), outside, np.float32)
    top, bottom = max(y, 0), min(y + height, dark.shape[0])
    left, right = max(x, 0), min(x + width, dark.shape[1])
    if top < bottom and left < right:
        area[top - y : bottom - y, left - x : right - x] = dark[top:bottom, left:right]
    return area
