"""Segment: the letters of a word as boxes, by the histograms of its rows and columns.

The essay's idea (a letter is a peak of the column histogram between two valleys), after what does not belong to
the word has gone: specks, the slices of neighbouring lines at the upper and lower edge, whatever lies outside
the word's band of the row histogram or far away from it. Connected components then mend what a plain histogram
of columns gets wrong: letters that lean over each other share columns but no ink; the strokes of one broken
letter share columns and belong together; dots and accents belong to the letter below them.
"""

from typing import NamedTuple

import numpy as np

from lettermill.image.box import Box
from lettermill.image.ink import Components, components, ink_mask


class Tolerances(NamedTuple):
    """What counts as a letter. Lengths are shares of the height of the word's letters unless said otherwise.

    Every value comes from config ``segment``, whose schema describes it.
    """

    letter_height: float = 0.45
    stem_height: float = 0.25
    overlap: float = 0.5
    accent_gap: float = 0.5
    word_gap: float = 5.0


def find_letters(image: np.ndarray, line: int | None = None, tolerances: Tolerances = Tolerances()) -> list[Box]:
    """The boxes of the letters of ``image`` ((height, width) uint8, dark ink), from left to right.

    line: a row of the image that is known to cross the word, if any is.
    Each box is tight around the ink of its letter, dots and accents included. A blank image has none.
    """
    parts = components(ink_mask(image))
    band = _band(parts, image.shape[0], line)
    if band is None:
        return []
    cores = _cores(parts, image.shape[0], band, tolerances)
    if not cores.any():
        return []
    height = float(np.median(parts.height[cores]))
    letters = _join_overlapping(parts, np.flatnonzero(cores).tolist(), tolerances.overlap)
    letters = _nearest_cluster(parts, letters, tolerances.word_gap * height)
    _add_marks(parts, letters, cores, image.shape[0], tolerances.accent_gap * height)
    return sorted((_bounds(parts, letter) for letter in letters), key=lambda box: (2 * box.x + box.width, box))


def _band(parts: Components, height: int, line: int | None) -> tuple[int, int] | None:
    """Rows (top, bottom exclusive) of the word: the run of the row histogram at ``line``, else the heaviest one.

    Components cut by the upper or lower edge of the image (``height`` rows) are neighbouring lines and do not
    count, unless they cross ``line`` or there are no others.
    """
    counted = _whole(parts, height)
    if line is not None:
        counted |= (parts.top < line) & (parts.bottom > line) & ((parts.top > 0) | (parts.bottom < height))
    if not parts.area[counted].sum() > 8:
        counted[:] = True
    rows = np.bincount(np.nonzero(parts.mask(counted))[0], minlength=height)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows > 0, [0]))))
    runs = [(int(top), int(bottom)) for top, bottom in zip(edges[::2], edges[1::2], strict=True)]
    if not runs:
        return None
    weight = {run: int(rows[run[0] : run[1]].sum()) for run in runs}
    heaviest = max(runs, key=weight.__getitem__)
    crossing = [run for run in runs if line is not None and run[0] <= line < run[1]]
    return crossing[0] if crossing and weight[crossing[0]] >= 0.2 * weight[heaviest] else heaviest


def _whole(parts: Components, height: int) -> np.ndarray:
    return (parts.top > 0) & (parts.bottom < height)


def _cores(parts: Components, height: int, band: tuple[int, int], tolerances: Tolerances) -> np.ndarray:
    """(n,) bool: the components that are the body of a letter, or a large stroke of one."""
    top, bottom = band
    inside = (np.minimum(parts.bottom, bottom) - np.maximum(parts.top, top)) / parts.height
    cores = (parts.area >= 4) & (inside >= np.where(_whole(parts, height), 0.5, 0.6))
    cores &= (parts.height >= 0.3 * (bottom - top)) & (parts.bottom >= top + 0.4 * (bottom - top))
    if not cores.any():
        return cores
    letter = float(np.median(parts.height[cores]))
    # The stem of an i is short; a dash, a comma and a speck are not higher than they are wide.
    stem = (parts.height >= max(4, tolerances.stem_height * letter)) & (parts.height >= 1.3 * parts.width)
    return cores & ((parts.height >= tolerances.letter_height * letter) | stem)


def _join_overlapping(parts: Components, cores: list[int], share: float) -> list[list[int]]:
    """Strokes in one place are one letter: cores that share at least ``share`` of the narrower one's columns."""
    letters: list[list[int]] = []
    for core in cores:
        for letter in letters:
            box = _bounds(parts, letter)
            common = min(box.right, parts.right[core]) - max(box.x, parts.left[core])
            if common >= share * min(box.width, parts.width[core]):
                letter.append(core)
                break
        else:
            letters.append([core])
    return letters


def _nearest_cluster(parts: Components, letters: list[list[int]], gap: float) -> list[list[int]]:
    """The heaviest run of letters without a gap of more than ``gap`` columns: far-away ink is not the word's."""
    boxes = [_bounds(parts, letter) for letter in letters]
    order = sorted(range(len(letters)), key=lambda i: boxes[i].x)
    clusters = [[order[0]]]
    right = boxes[order[0]].right
    for i in order[1:]:
        if boxes[i].x - right > gap:
            clusters.append([])
        clusters[-1].append(i)
        right = max(right, boxes[i].right)
    heaviest = max(clusters, key=lambda cluster: sum(parts.area[letters[i]].sum() for i in cluster))
    return [letters[i] for i in heaviest]


def _add_marks(parts: Components, letters: list[list[int]], cores: np.ndarray, height: int, gap: float) -> None:
    """Give every dot, accent and splinter to the letter whose columns it shares most (``letters`` changes)."""
    boxes = [_bounds(parts, letter) for letter in letters]
    left, right = np.array([box.x for box in boxes]), np.array([box.right for box in boxes])
    for mark in np.flatnonzero(~cores & _whole(parts, height) & (parts.area >= 2)).tolist():
        common = np.minimum(right, parts.right[mark]) - np.maximum(left, parts.left[mark])
        nearest = int(np.argmax(common))
        box = boxes[nearest]
        if parts.top[mark] >= box.bottom - 1:
            continue  # below its letter: a speck or the next line
        above = box.y - parts.bottom[mark]
        if above <= gap and common[nearest] >= (1 if above > 0 else -1):
            letters[nearest].append(mark)


def _bounds(parts: Components, members: list[int]) -> Box:
    return Box.around(
        parts.left[members].min(), parts.top[members].min(), parts.right[members].max(), parts.bottom[members].max()
    )
