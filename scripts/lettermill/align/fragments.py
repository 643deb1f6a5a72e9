"""Over-segmentation: the ink of a word in fragments, each at most a letter, and the candidates made of them.

Segmentation by histograms must decide where letters end. Alignment leaves that open: the ink is over-segmented into
fragments, each a letter, part of a letter or something else, and every run of adjacent fragments is a candidate for a
letter. For over-segmentation before recognition see Casey and Lecolinet, "A survey of methods and strategies in
character segmentation", IEEE TPAMI 18(7), 1996.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lettermill.align.cuts import wide_ink
from lettermill.base.box import Box
from lettermill.base.median import median
from lettermill.image.segmentation import Tolerances, cores_of, word_band
from lettermill.paper.ink import MAX_COMPONENTS, Components, components, ink_mask

WIDE = 0.55
"""Width of a component, in letter heights, above which it can contain more than one letter and is cut."""

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
        sides = [(box.x, box.y, box.right, box.bottom) for box in self.boxes]
        for start, (left, top, right, bottom) in enumerate(sides):
            for stop, (x, y, end, low) in enumerate(sides[start : start + MAX_FRAGMENTS], start + 1):
                # Comparisons take half as long as ``min`` and ``max``, in a loop over all runs of all words.
                left, top = x if x < left else left, y if y < top else top
                right, bottom = end if end > right else right, low if low > bottom else bottom
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
    height, top, bottom = (median(sides[cores]) for sides in (parts.height, parts.top, parts.bottom))
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

    narrow: the components that are too narrow to be cut, as (component, piece). wide: the pixels of the others, as
    (their indices in the flattened image, the piece of each).
    """

    boxes: list[Box]
    area: list[int]
    narrow: list[tuple[int, int]]
    wide: tuple[np.ndarray, np.ndarray]

    def labels(self, parts: Components, label_of: np.ndarray) -> np.ndarray:
        """(height, width) int32: the label of each pixel, from the label (n,) int32 of each piece; 0 is no piece."""
        of_component = np.zeros(len(parts) + 1, np.int32)
        if self.narrow:
            components, pieces = np.array(self.narrow).T
            of_component[components + 1] = label_of[pieces]
        labels: np.ndarray = of_component.take(parts.labels)
        pixels, piece = self.wide
        labels.reshape(-1)[pixels] = label_of[piece]
        return labels


def _cut_up(parts: Components, chosen: np.ndarray, height: float) -> _Pieces:
    """The chosen components, with wide ones cut."""
    wide = chosen[parts.width[chosen] > max(6, WIDE * height)]
    ink = wide_ink(parts, wide)
    places = dict(zip(wide.tolist(), zip(ink.first.tolist(), ink.cuts(height), strict=False), strict=True))
    pieces: list[tuple[int, int]] = []  # the component, and the first column in ``ink``, -1 for a narrow component
    for component in chosen.tolist():
        first, cuts = places.get(component, (-1, []))
        columns = [0, *cuts] if len(pieces) < MAX_COMPONENTS else [0]
        pieces += [(component, first + column) for column in columns]
    of_wide = [piece for piece, (_, start) in enumerate(pieces) if start >= 0]
    boxes, area, number = ink.pieces([pieces[piece][1] for piece in of_wide])
    cut = iter(zip(boxes, area, strict=True))
    sizes = [next(cut) if start >= 0 else (parts.boxes[one], int(parts.area[one])) for one, start in pieces]
    return _Pieces(
        [box for box, _ in sizes],
        [pixels for _, pixels in sizes],
        [(one, piece) for piece, (one, start) in enumerate(pieces) if start < 0],
        (ink.pixels, np.array(of_wide, np.int64)[number]),
    )


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
    is_body = [box.height >= 0.3 * height or pixels > 0.45 * height for box, pixels in zip(boxes, area, strict=True)]
    groups: list[_Group] = []
    for piece in (piece for piece in order if is_body[piece]):
        left, _, width, _ = box = boxes[piece]
        right = left + width
        for group in groups:
            end = group.right
            if end <= left:  # no group begins further right than the piece
                continue
            if min(end, right) - left >= 0.6 * min(end - group.left, width):
                group.add(piece, box)
                break
        else:
            groups.append(_Group(piece, box))
    for piece in (piece for piece in order if not is_body[piece]):
        left, _, width, _ = box = boxes[piece]
        right = left + width
        # Columns that a group shares with the mark; negative if there is a gap.
        shared = [min(group.right, right) - max(group.left, left) for group in groups]
        most = max(shared, default=-2)
        if most >= -1:
            groups[shared.index(most)].add(piece, box)
        else:
            groups.append(_Group(piece, box))
    return groups
