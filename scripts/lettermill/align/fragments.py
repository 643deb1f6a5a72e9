"""Over-segmentation: the ink of a word in fragments, each at most a letter, and the candidates made of them.

Segmentation by histograms must decide where letters end. Alignment leaves that open: the ink is over-segmented into
fragments, each a letter, part of a letter or something else, and every run of adjacent fragments is a candidate for a
letter. For over-segmentation before recognition see Casey and Lecolinet, "A survey of methods and strategies in
character segmentation", IEEE TPAMI 18(7), 1996.
"""

import bisect
import statistics
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.image.segmentation import Tolerances, cores_of, word_band
from lettermill.paper.ink import MAX_COMPONENTS, Components, components, ink_mask

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
        found, widest = [], max(WIDEST * self.height, 8)
        for start, (left, top, width, height) in enumerate(self.boxes):
            right, bottom = left + width, top + height
            for stop in range(start + 1, min(len(self.boxes), start + MAX_FRAGMENTS) + 1):
                x, y, width, height = self.boxes[stop - 1]
                left, top, right, bottom = min(left, x), min(top, y), max(right, x + width), max(bottom, y + height)
                if right - left > widest:
                    break
                found.append(Candidate(start, stop, Box(left, top, right - left, bottom - top)))
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
    sides = np.stack([parts.height, parts.top, parts.bottom])[:, cores]
    height, top, bottom = np.median(sides, axis=1).tolist()
    pieces = _cut_up(parts, _near_word(parts, band, cores, height, top, bottom), height)
    groups = _bind(pieces.boxes, pieces.area, height)
    groups.sort(key=lambda group: (group.left + group.right, group.box))
    fragment_of = np.zeros(len(pieces.boxes), np.int32)
    for fragment, group in enumerate(groups, start=1):
        fragment_of[group.members] = fragment
    return Fragments(
        image=image,
        labels=pieces.labels(parts, fragment_of),
        boxes=[group.box for group in groups],
        area=np.array([sum(pieces.area[piece] for piece in group.members) for group in groups]),
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


class _Pieces(NamedTuple):
    """The pieces that components are cut into: their boxes and areas.

    whole: the components that are one piece each, as (component, piece). cut: the others, as (component, its ink
    (height, width) bool, for each of its columns the piece (width,) int).
    """

    boxes: list[Box]
    area: list[int]
    whole: list[tuple[int, int]]
    cut: list[tuple[int, np.ndarray, np.ndarray]]

    def labels(self, parts: Components, label_of: np.ndarray) -> np.ndarray:
        """(height, width) int32: the label of each pixel, from the label (n,) int32 of each piece; 0 is no piece."""
        of_component = np.zeros(len(parts) + 1, np.int32)
        if self.whole:
            components, pieces = np.array(self.whole).T
            of_component[components + 1] = label_of[pieces]
        labels: np.ndarray = of_component.take(parts.labels)
        for component, ink, piece in self.cut:
            np.copyto(parts.boxes[component].of(labels), label_of[piece], where=ink)
        return labels


def _cut_up(parts: Components, chosen: np.ndarray, height: float) -> _Pieces:
    """The chosen components, with wide ones cut."""
    pieces = _Pieces([], [], [], [])
    boxes, area, whole, cut = pieces
    for component in chosen.tolist():
        box = parts.boxes[component]
        columns: list[int] = []
        if box.width > max(6, WIDE * height) and len(boxes) < MAX_COMPONENTS:
            ink = box.of(parts.labels) == component + 1
            histogram = cv2.reduce(ink.view(np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
            columns = _cuts(histogram, height)
        if not columns:
            whole.append((component, len(boxes)))
            boxes.append(box)
            area.append(int(parts.area[component]))
            continue
        starts, stops = [0, *columns], [*columns, box.width]
        cut.append((component, ink, np.repeat(np.arange(len(starts)) + len(boxes), np.subtract(stops, starts))))
        area += np.add.reduceat(histogram[0], starts).astype(np.int64).tolist()
        rows = np.logical_or.reduceat(ink, starts, axis=1)
        tops, ends = rows.argmax(axis=0).tolist(), (box.height - rows[::-1].argmax(axis=0)).tolist()
        for left, right, top, end in zip(starts, stops, tops, ends, strict=True):  # no column of a component is empty
            boxes.append(Box(box.x + left, box.y + top, right - left, end - top))
    return pieces


def _cuts(histogram: np.ndarray, height: float) -> list[int]:
    """Columns at which a wide component can be cut: thin places of its column histogram, not too close together.

    histogram: (1, width) float32, ink pixels.
    """
    columns, around = histogram[0], cv2.erode(histogram, np.ones((1, 5), np.uint8))[0]
    ink, width = columns.tolist(), len(columns)
    median = statistics.median(ink)  # faster than NumPy for so few numbers
    thin = (columns == around) & (columns <= max(2, median) + 1)
    thin[:2] = thin[-2:] = False
    places = sorted(np.flatnonzero(thin).tolist(), key=lambda x: (ink[x], abs(2 * x - width), x))
    most, apart = min(2 + int(width / (0.45 * height)), MAX_COMPONENTS), max(3, NARROWEST * height)
    chosen: list[int] = []  # in order
    for place in places:
        at = bisect.bisect(chosen, place)
        if len(chosen) < most and all(abs(place - other) >= apart for other in chosen[max(at - 1, 0) : at + 1]):
            chosen.insert(at, place)
    return chosen


class _Group:
    """Pieces that are never separated, and their bounding box."""

    def __init__(self, piece: int, box: Box) -> None:
        self.members = [piece]
        self.left, self.right, self.box = box.x, box.right, box

    def add(self, piece: int, box: Box) -> None:
        self.members.append(piece)
        self.box = self.box.joined(box)
        self.left, self.right = self.box.x, self.box.right


def _bind(boxes: list[Box], area: list[int], height: float) -> list[_Group]:
    """Groups of pieces: strokes in the same columns, and marks with the stroke below them."""
    order = sorted(range(len(boxes)), key=boxes.__getitem__)
    bodies = [piece for piece in order if boxes[piece].height >= 0.3 * height or area[piece] > 0.45 * height]
    groups: list[_Group] = []
    for piece in bodies:
        left, _, width, _ = box = boxes[piece]
        right = left + width
        for group in groups:
            common = min(group.right, right) - max(group.left, left)  # columns; negative if there is a gap
            if common > 0 and common >= 0.6 * min(group.right - group.left, width):
                group.add(piece, box)
                break
        else:
            groups.append(_Group(piece, box))
    for piece in sorted(set(order).difference(bodies), key=boxes.__getitem__):
        left, right = boxes[piece].x, boxes[piece].right
        shared = [min(group.right, right) - max(group.left, left) for group in groups]
        most = max(shared, default=-2)
        if most >= -1:
            groups[shared.index(most)].add(piece, boxes[piece])
        else:
            groups.append(_Group(piece, boxes[piece]))
    return groups
