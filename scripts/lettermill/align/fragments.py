"""Over-segmentation: the ink of a word in fragments, each at most a letter, and the candidates made of them.

Segmentation by histograms must decide where letters end. Alignment leaves that open: the ink is over-segmented into
fragments, each a letter, part of a letter or something else, and every run of adjacent fragments is a candidate for a
letter. For over-segmentation before recognition see Casey and Lecolinet, "A survey of methods and strategies in
character segmentation", IEEE TPAMI 18(7), 1996.
"""

import bisect
import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lettermill.base.box import Box
from lettermill.image.ink import MAX_COMPONENTS, Components, components, ink_mask
from lettermill.image.segmentation import Tolerances, cores_of, word_band

WIDE = 0.55
"""Width of a component, in letter heights, above which it can contain more than one letter and is cut."""

NARROWEST = 0.18
"""Minimum distance between two cuts in a component, in letter heights."""

MAX_FRAGMENTS = 5
"""Maximum number of fragments in a candidate."""

WIDEST = 1.8
"""Maximum width of a candidate, in letter heights."""


class Candidate(NamedTuple):
    """A run of fragments, ``start`` to ``stop`` (exclusive), that may be a letter, and its bounding box."""

    start: int
    stop: int
    box: Box


@dataclass(frozen=True)
class Fragments:
    """The fragments of a word from left to right.

    image: (height, width) uint8, the cropped image. labels: (height, width) int32; fragment ``i`` has the label
    ``i + 1``, everything else is 0. boxes: the bounding box of each fragment. area: (n,) ink pixels of each
    fragment. height, top, bottom: of the word's letters, in pixels (medians).
    """

    image: np.ndarray
    labels: np.ndarray
    boxes: list[Box]
    area: np.ndarray
    height: float
    top: float
    bottom: float

    def candidates(self) -> list[Candidate]:
        """Every run of fragments that is not too wide for a letter, ordered by start, then stop."""
        found = []
        for start, box in enumerate(self.boxes):
            for stop in range(start + 1, min(len(self.boxes), start + MAX_FRAGMENTS) + 1):
                box = box.joined(self.boxes[stop - 1])
                if box.width > max(WIDEST * self.height, 8):
                    break
                found.append(Candidate(start, stop, box))
        return found


def find_fragments(image: np.ndarray, line: int | None = None) -> Fragments | None:
    """The fragments of ``image`` ((height, width) uint8, dark ink); None if nothing in it resembles a letter.

    line: a row of pixels that is known to cross the word, or None.
    """
    parts = components(ink_mask(image))
    band = None if parts.no_word else word_band(parts, line)
    return None if band is None else fragments_in(image, parts, band)


def fragments_in(image: np.ndarray, parts: Components, band: tuple[int, int]) -> Fragments | None:
    """As ``find_fragments``, for given components and the band of rows (top, bottom exclusive) of the word."""
    cores = cores_of(parts, band, Tolerances())
    if not cores.any():
        return None
    height = float(np.median(parts.height[cores]))
    top, bottom = float(np.median(parts.top[cores])), float(np.median(parts.bottom[cores]))
    labels, boxes, area = _cut_up(parts, _near_word(parts, band, cores, height, top, bottom), height)
    groups = _bind(boxes, area, height)
    order = sorted(range(len(groups)), key=lambda group: _centre(_around(boxes, groups[group])))
    fragment_of = np.zeros(len(boxes) + 1, np.int32)
    for fragment, group in enumerate(order, start=1):
        fragment_of[[part + 1 for part in groups[group]]] = fragment
    labels = fragment_of[labels]
    return Fragments(
        image=image,
        labels=labels,
        boxes=[_around(boxes, groups[group]) for group in order],
        area=np.bincount(labels.ravel(), minlength=len(groups) + 1)[1:],
        height=height,
        top=top,
        bottom=bottom,
    )


def _near_word(
    parts: Components, band: tuple[int, int], cores: np.ndarray, height: float, top: float, bottom: float
) -> np.ndarray:
    """Indices of the components that can belong to the word: bodies of letters, and marks and splinters near them."""
    middle = (parts.top + parts.bottom) / 2
    inside = (np.minimum(parts.bottom, band[1]) - np.maximum(parts.top, band[0])) / parts.height
    whole = parts.whole
    marks = whole & (parts.area >= 3) & (middle > top - 0.6 * height) & (middle < bottom + 0.4 * height)
    cut_off = ~whole & (inside >= 0.5) & (parts.height >= 0.35 * height)
    return np.flatnonzero(cores | marks | cut_off)


def _cut_up(parts: Components, chosen: np.ndarray, height: float) -> tuple[np.ndarray, list[Box], list[int]]:
    """The chosen components, with wide ones cut: (height, width) int32 labels from 1, their boxes and areas."""
    labels = np.zeros(parts.labels.shape, np.int32)
    boxes: list[Box] = []
    area: list[int] = []
    for component in chosen.tolist():
        box = parts.boxes[component]
        ink = box.of(parts.labels) == component + 1
        columns = [0, *(_cuts(ink, height) if len(boxes) < MAX_COMPONENTS else []), box.width]
        for left, right in itertools.pairwise(columns):
            part = ink[:, left:right]
            across, down = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
            if len(across) == 0:
                continue
            boxes.append(Box.around(across[0], down[0], across[-1] + 1, down[-1] + 1).moved(box.x + left, box.y))
            area.append(int(part.sum()))
            labels[box.y : box.bottom, box.x + left : box.x + right][part] = len(boxes)
    return labels, boxes, area


def _cuts(ink: np.ndarray, height: float) -> list[int]:
    """Columns at which a wide component can be cut: thin places of its column histogram, not too close together."""
    width = ink.shape[1]
    if width <= max(6, WIDE * height):
        return []
    columns = ink.sum(axis=0)
    around = np.min(np.lib.stride_tricks.sliding_window_view(np.pad(columns, 2, mode="edge"), 5), axis=1)
    thin = (columns == around) & (columns <= max(2, np.median(columns)) + 1)
    thin[:2] = thin[-2:] = False
    places = sorted(np.flatnonzero(thin).tolist(), key=lambda x: (columns[x], abs(2 * x - width), x))
    most, apart = min(2 + int(width / (0.45 * height)), MAX_COMPONENTS), max(3, NARROWEST * height)
    chosen: list[int] = []  # in order
    for place in places:
        at = bisect.bisect(chosen, place)
        if len(chosen) < most and all(abs(place - other) >= apart for other in chosen[max(at - 1, 0) : at + 1]):
            chosen.insert(at, place)
    return chosen


def _bind(boxes: list[Box], area: list[int], height: float) -> list[list[int]]:
    """Groups of parts that are never separated: strokes in the same columns, and marks with the stroke below them."""
    order = sorted(range(len(boxes)), key=lambda part: boxes[part])
    bodies = [part for part in order if boxes[part].height >= 0.3 * height or area[part] > 0.45 * height]
    groups: list[list[int]] = []
    around: list[Box] = []

    def join(group: int, part: int) -> None:
        groups[group].append(part)
        around[group] = around[group].joined(boxes[part])

    for part in bodies:
        for group, box in enumerate(around):
            common = _common(box, boxes[part])
            if common >= max(1, 0.6 * min(box.width, boxes[part].width)):
                join(group, part)
                break
        else:
            groups.append([part])
            around.append(boxes[part])
    taken = set(bodies)
    for part in order:
        if part in taken:
            continue
        nearest = max(range(len(around)), key=lambda group: _common(around[group], boxes[part]), default=None)
        if nearest is not None and _common(around[nearest], boxes[part]) >= -1:
            join(nearest, part)
        else:
            groups.append([part])
            around.append(boxes[part])
    return groups


def _common(first: Box, second: Box) -> int:
    """Number of columns that two boxes share; negative if there is a gap between them."""
    return min(first.right, second.right) - max(first.x, second.x)


def _around(boxes: list[Box], members: list[int]) -> Box:
    box = boxes[members[0]]
    for member in members[1:]:
        box = box.joined(boxes[member])
    return box


def _centre(box: Box) -> tuple[int, Box]:
    return 2 * box.x + box.width, box
