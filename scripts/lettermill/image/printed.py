"""Printed labels: find a label such as ``PRENOM :`` and the region of the handwriting.

Print differs from handwriting: its letters have the same height and baseline, are closely spaced, and often end with a
colon. A label may be beside the word, or on a line above or below it, or absent. Nothing here depends on its wording or
on the layout of a particular form.
"""

from typing import NamedTuple

import numpy as np

from lettermill.base.box import Box
from lettermill.base.median import median
from lettermill.paper.ink import Components, components, ink_threshold

SMALLEST_PRINT = 5
"""Minimum height of print in pixels. Smaller print is not legible."""

PRINT_DARKER = 40
"""Grey levels by which print is darker than the ink threshold of its image. This separates printed letters that would
otherwise touch."""

UNEVEN = 0.1
"""Tolerance for tops, baselines and the dots of a colon, as a share of the height of the print (at least a pixel)."""

SHORTEST_LINE = 2.0
"""Minimum width of a printed line, in letter heights. Two letters can be aligned by chance; three letters can be two
components if two of them touch."""

LABEL_ENDS = 0.4
"""A label beside the word ends within this share of the image width."""


class Writing(NamedTuple):
    """The region of the handwriting in the image, and the row of pixels at the centre of its line (None if no label
    shows it)."""

    region: Box
    line: int | None


def find_writing(image: np.ndarray) -> Writing:
    """The part of ``image`` ((height, width) uint8, dark ink) that contains the handwriting, without the print."""
    height, width = image.shape
    threshold = ink_threshold(image)
    if threshold is None:
        return Writing(Box(0, 0, width, height), None)
    parts = components(image < threshold - PRINT_DARKER)
    if parts.no_word:
        return Writing(Box(0, 0, width, height), None)
    chains = _print_chains(parts)

    beside = _label_beside(parts, chains, image.shape)
    if beside is not None:
        return Writing(Box.around(beside.right, 0, width, height), beside.y + beside.height // 2)

    lines = _printed_lines(parts, chains)
    word = _word_line(parts, lines)
    if word is None:
        return Writing(Box(0, 0, width, height), None)
    top = max((line.bottom for line in lines if line.bottom <= word), default=0)
    bottom = min((line.y for line in lines if line.y > word), default=height)
    return Writing(Box.around(0, top, width, bottom), None)


def _print_chains(parts: Components) -> list[list[int]]:
    """Runs of components that are aligned like print, from left to right. A run can be a single component."""
    legible = np.flatnonzero(parts.whole & (parts.height >= SMALLEST_PRINT)).tolist()
    left, top, right, bottom, heights = (
        side.tolist() for side in (parts.left, parts.top, parts.right, parts.bottom, parts.height)
    )
    chains: list[list[int]] = []
    used: set[int] = set()
    for position, start in enumerate(legible):
        if start in used:
            continue
        chain = [start]
        for candidate in legible[position + 1 :]:
            last = chain[-1]
            gap = left[candidate] - right[last]
            slack = _slack(heights[last])
            if gap > heights[last]:
                break  # components come ordered by their left edge
            if (
                -slack <= gap <= 0.4 * heights[last]
                and abs(top[candidate] - top[last]) <= slack
                and abs(bottom[candidate] - bottom[last]) <= slack
            ):
                chain.append(candidate)
        used.update(chain)
        chains.append(chain)
    return chains


def _slack(height: int) -> int:
    return max(1, round(UNEVEN * height))


def _box(parts: Components, chain: list[int]) -> Box:
    left, right = int(parts.left[chain[0]]), int(parts.right[chain[-1]])
    top, bottom = median(parts.top[chain]), median(parts.bottom[chain])
    return Box(left, int(top), right - left, int(bottom - top))


def _label_beside(parts: Components, chains: list[list[int]], shape: tuple[int, int]) -> Box | None:
    """The label with a colon whose line is nearest to the middle of the image, including the colon."""
    height, width = shape
    found = []
    for chain in chains:
        label = _box(parts, chain)
        if len(chain) == 1 and label.width < 0.9 * label.height:
            continue  # one narrow component: a letter, not a printed word with touching letters
        end = _colon_after(parts, label)
        if end is not None and end <= LABEL_ENDS * width:
            found.append(Box.around(label.x, label.y, end, label.bottom))
    return min(found, key=lambda label: (abs(2 * label.y + label.height - height), label.x), default=None)


def _colon_after(parts: Components, label: Box) -> int | None:
    """Right edge (exclusive) of the colon after ``label``, or None.

    The two dots have the same size (unlike an ``i``, whose lower part is its stem), are above each other, and the lower
    one is on the baseline.
    """
    slack, largest = _slack(label.height), max(2, round(0.45 * label.height))
    near = np.flatnonzero(
        (parts.left >= label.right)
        & (parts.left <= label.right + label.height)
        & (parts.top >= label.y)
        & (parts.bottom <= label.bottom + slack)
        & (parts.width <= largest)
        & (parts.height <= largest)
    )
    lower = near[abs(parts.bottom[near] - label.bottom) <= slack][:, None]
    centre = parts.left + parts.right
    pairs = (
        (parts.bottom[near] < parts.top[lower])
        & (abs(parts.width[near] - parts.width[lower]) <= slack)
        & (abs(parts.height[near] - parts.height[lower]) <= slack)
        & (abs(centre[near] - centre[lower]) <= 2 * slack)
    )
    if not pairs.any():
        return None
    first, second = np.argwhere(pairs)[0]
    return int(max(parts.right[near[second]], parts.right[lower[first, 0]]))


def _printed_lines(parts: Components, chains: list[list[int]]) -> list[Box]:
    """The lines that contain only print, from top to bottom."""
    lines: dict[tuple[int, int], Box] = {}
    middle = (parts.top + parts.bottom) / 2
    print_ink = np.zeros(len(parts), np.int64)
    for chain in chains:
        if len(chain) > 1:
            print_ink[chain] = parts.area[chain]
    for chain in chains:
        box = _box(parts, chain)
        if len(chain) < 2 or box.width < SHORTEST_LINE * box.height:
            continue
        here = parts.whole & (middle > box.y) & (middle < box.bottom)
        if parts.area[here].sum() <= 1.05 * print_ink[here].sum():
            lines[box.y, box.bottom] = box
    return sorted(lines.values(), key=lambda line: line.y)


def _word_line(parts: Components, lines: list[Box]) -> int | None:
    """The row of pixels with the most ink outside the printed lines; None if there is no such ink."""
    free = parts.whole.copy()
    for line in lines:
        free &= (parts.bottom <= line.y) | (parts.top >= line.bottom)
    rows = np.count_nonzero(parts.mask(free), axis=1)
    return int(np.argmax(rows)) if rows.any() else None
