"""Segment: the boxes of the letters of a word, by the histograms of its rows and columns.

This is the idea of the essay: a letter is a peak of the column histogram between two valleys. Ink that does not belong
to the word is removed first: specks, parts of neighbouring lines at the upper and lower edge, and everything outside
the word's band of the row histogram or far away from it. Connected components then correct the errors of a plain column
histogram: slanted letters share columns but no ink; the strokes of a broken letter share columns and belong together;
dots and accents belong to the letter below them.
"""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.base.median import median
from lettermill.paper.ink import Components, components, ink_mask

SMALLEST_LETTER = 4
"""Minimum height of a letter in pixels."""

SMALLEST_INK = 8
"""Minimum number of ink pixels in a word."""


RUN = 0.25
"""Share of the heaviest run's ink from which another run of the row histogram may be the word."""


class Tolerances(NamedTuple):
    """What counts as a letter: the values of config ``segment``, described in its schema.

    Lengths are shares of the median height of the word's letters.
    """

    letter_height: float = 0.45
    stem_height: float = 0.25
    overlap: float = 0.5
    accent_gap: float = 0.5
    word_gap: float = 5.0


def find_letters(image: np.ndarray, line: int | None = None, tolerances: Tolerances = Tolerances()) -> list[Box]:
    """The boxes of the letters of ``image`` ((height, width) uint8, dark ink), from left to right.

    line: a row of pixels that is known to cross the word, or None.
    Each box is tight around the ink of its letter, including dots and accents. Returns no boxes for a blank image, or
    for one that is clearly not a word.
    """
    parts = components(ink_mask(image))
    band = None if parts.no_word else word_band(parts, line)
    return [] if band is None else letters_in(parts, band, tolerances)


def letters_in(parts: Components, band: tuple[int, int], tolerances: Tolerances = Tolerances()) -> list[Box]:
    """As ``find_letters``, for given components and the band of rows (top, bottom exclusive) of the word."""
    cores = cores_of(parts, band, tolerances)
    if not cores.any():
        return []
    height = median(parts.height[cores])
    letters = _join_overlapping([parts.boxes[core] for core in np.flatnonzero(cores)], tolerances.overlap)
    letters = _heaviest_cluster(letters, parts, cores, tolerances.word_gap * height)
    marks = np.flatnonzero(~cores & parts.whole & (parts.area >= 2))
    letters = _with_marks(letters, [parts.boxes[mark] for mark in marks], tolerances.accent_gap * height)
    return sorted(letters, key=lambda box: (2 * box.x + box.width, box))


def word_band(parts: Components, line: int | None) -> tuple[int, int] | None:
    """Rows (top, bottom exclusive) of the word: the first of ``word_bands``."""
    bands = word_bands(parts, line)
    return bands[0] if bands else None


def word_bands(parts: Components, line: int | None) -> list[tuple[int, int]]:
    """Rows (top, bottom exclusive) in which the word may be: the run of the row histogram at ``line``, or the one with
    most ink, and then every other run with at least ``RUN`` of its ink, the heaviest first.

    Components that touch the upper or lower edge of the image belong to neighbouring lines. They do not count, unless
    they cross ``line`` or there are no others.
    """
    height = parts.labels.shape[0]
    counted = parts.whole.copy()
    if line is not None:
        counted |= (parts.top < line) & (parts.bottom > line) & ((parts.top > 0) | (parts.bottom < height))
    if parts.area[counted].sum() <= SMALLEST_INK:
        counted[:] = True
    rows = cv2.reduce(parts.mask(counted).view(np.uint8), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    inked = np.zeros(height + 2, bool)
    inked[1:-1] = rows > 0
    edges = np.flatnonzero(inked[1:] != inked[:-1])
    if len(edges) == 0:
        return []
    tops, bottoms = edges[::2].tolist(), edges[1::2].tolist()
    runs = list(zip(tops, bottoms, strict=True))
    weight = dict(zip(runs, np.add.reduceat(rows, tops).tolist(), strict=True))
    ordered = sorted(runs, key=lambda run: (-weight[run], run))
    crossing = [run for run in runs if line is not None and run[0] <= line < run[1]]
    if crossing and weight[crossing[0]] >= 0.2 * weight[ordered[0]]:
        ordered = sorted(ordered, key=lambda run: run != crossing[0])
    return [ordered[0], *(run for run in ordered[1:] if weight[run] >= RUN * weight[ordered[0]])]


def cores_of(parts: Components, band: tuple[int, int], tolerances: Tolerances) -> np.ndarray:
    """(n,) bool: the components that are the body of a letter, or a large stroke of one."""
    top, bottom = band
    inside = (np.minimum(parts.bottom, bottom) - np.maximum(parts.top, top)) / parts.height
    cores: np.ndarray = (parts.height >= SMALLEST_LETTER) & (inside >= np.where(parts.whole, 0.5, 0.6))
    cores &= (parts.height >= 0.3 * (bottom - top)) & (parts.bottom >= top + 0.4 * (bottom - top))
    if not cores.any():
        return cores
    letter = median(parts.height[cores])
    # The stem of an i is short. Dashes, commas and specks are not higher than wide.
    stem = (parts.height >= tolerances.stem_height * letter) & (parts.height >= 1.3 * parts.width)
    cores &= (parts.height >= tolerances.letter_height * letter) | stem
    return cores


def _join_overlapping(cores: list[Box], share: float) -> list[Box]:
    """Join strokes to letters: cores that share at least ``share`` of the columns of the narrower one.

    cores: sorted by their left edges.
    """
    letters: list[Box] = []
    for core in cores:
        left, _, width, _ = core
        right = left + width
        for index, (x, _, wide, _) in enumerate(letters):
            if x + wide < left:  # no letter begins further right than the core
                continue
            if min(x + wide, right) - left >= share * min(wide, width):
                letters[index] = letters[index].joined(core)
                break
        else:
            letters.append(core)
    return letters


def _heaviest_cluster(letters: list[Box], parts: Components, cores: np.ndarray, gap: float) -> list[Box]:
    """The run of letters with most ink and no gap of more than ``gap`` columns. The rest does not belong to the word.

    letters: sorted by their left edges.
    """
    clusters: list[list[Box]] = []
    right = -np.inf
    for letter in letters:
        if letter.x - right > gap:
            clusters.append([])
        clusters[-1].append(letter)
        right = max(right, letter.right)
    if len(clusters) == 1:
        return letters

    def ink(cluster: list[Box]) -> int:
        left, end = cluster[0].x, max(letter.right for letter in cluster)
        return int(parts.area[cores & (parts.left >= left) & (parts.right <= end)].sum())

    return max(clusters, key=ink)


def _with_marks(letters: list[Box], marks: list[Box], gap: float) -> list[Box]:
    """``letters``, with each dot, accent and splinter added to the letter with which it shares most columns.

    gap: maximum distance in rows of a mark above its letter. Marks below or beside a letter are specks.
    """
    grown = list(letters)
    sides = [(letter.x, letter.right) for letter in letters]
    for mark in marks:
        start, end = mark.x, mark.right
        common = [min(right, end) - max(left, start) for left, right in sides]
        most = max(common)
        nearest = common.index(most)
        letter = letters[nearest]
        above = letter.y - mark.bottom
        beside = most >= (1 if above > 0 else -1)  # a splinter may stand a column away
        if beside and above <= gap and mark.y < letter.bottom - 1:
            grown[nearest] = grown[nearest].joined(mark)
    return grown
