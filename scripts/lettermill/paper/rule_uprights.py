"""Printed ruling: the vertical rules of frames, combs and grids, told apart from the stems of letters.

A stem looks like a short rule. A vertical rule is therefore much longer than a letter, or it ends at horizontal rules
of its own look or at the edges of the image; or it is one of a row of ticks: equal, and at regular distances.
"""

import cv2
import numpy as np

from lettermill.base.median import median
from lettermill.paper.rule_paths import MOST_BENT, STEEPEST, unit_of
from lettermill.paper.rule_scale import Scale
from lettermill.paper.rule_stretches import LEAST, gap_of, runs_of
from lettermill.paper.rule_ticks import FEWEST_TICKS, alike, all_along, regular_of, ticks_of
from lettermill.paper.ruling import Line, find_lines, straightened

SHORTEST, LONG, LONGEST = 0.9, 2.0, 3.5
"""Minimum length of a vertical rule in letter heights: with horizontal rules at its ends, with the edges of the image
there, and with nothing."""


def find_uprights(across: list[Line], darkness: np.ndarray, scale: Scale) -> list[Line]:
    """The vertical rules of ``darkness`` ((height, width) uint8), as rules of its transpose.

    across: the horizontal ones.
    """
    turned = np.ascontiguousarray(darkness.T)
    height = darkness.shape[0]
    feet = [np.round(line.rows) for line in across]

    def bounded(path: np.ndarray, stretches: list[tuple[int, int]]) -> bool:
        """Whether both ends are at a horizontal rule or at the edge of the image, or far from each other."""
        first, last = stretches[0][0], stretches[-1][1] - 1
        if last - first >= LONG * scale.letter:
            return True
        for row, edge in ((first, 0), (last, height - 1)):
            column = int(np.clip(path[row], 0, darkness.shape[1] - 1))
            if abs(row - edge) > 3 and all(abs(line[column] - row) > 2 + scale.stroke for line in feet):
                return False
        return True

    found = find_lines(turned, scale, (SHORTEST if across else LONG) * scale.letter, bounded)
    uprights, others = [], []
    for line in found:
        if not line.dashed:  # other strokes may be in line with it
            start, end = max(runs_of(line.covered), key=lambda run: run[1] - run[0])
            line.covered[:start], line.covered[end:] = False, False
        ends, length = _ends(line, across, darkness.shape), np.count_nonzero(line.covered)
        if line.dashed:
            others.append(line)
        elif length >= (LONG if ends == {"edge"} else LONGEST) * scale.letter or "corner" in ends:
            uprights.append(line)
        elif "open" not in ends:
            others.append(line)
    row = _row(uprights + others, across, turned, scale)
    uprights += [line for line in row if not any(line is other for other in uprights)]
    for line in across:
        for tick in ticks_of(line, turned, scale):
            if not any(
                (tick.covered & other.covered).any() and median(abs(tick.rows - other.rows)) <= 3 for other in uprights
            ):
                uprights.append(tick)
    return uprights


def may_be_any(darkness: np.ndarray, scale: Scale) -> bool:
    """Whether any strokes in line are as long as a vertical rule without horizontal ones has to be; quick."""
    height = darkness.shape[0]
    length = int(min(max(LONG * scale.letter, height - 4), LONGEST * scale.letter))
    if length > height:
        return False
    _, dark = cv2.threshold(darkness, scale.faintest - 1, 255, cv2.THRESH_BINARY)
    aside = unit_of(scale) + 1 + int(np.ceil((STEEPEST / 2 + MOST_BENT) * length))
    dark = cv2.dilate(dark, np.ones((1, 2 * aside + 1), np.uint8))
    dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((gap_of(scale) + 1, 1), np.uint8))
    in_line = cv2.erode(dark, np.ones((length, 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=[0])
    return cv2.countNonZero(in_line) > 0


def _row(lines: list[Line], across: list[Line], turned: np.ndarray, scale: Scale) -> list[Line]:
    """The lines of a comb or grid: those of one height, at regular distances, and such as letters hide between them."""
    if len(lines) < FEWEST_TICKS or not across:
        return []
    lines = sorted(lines, key=_place)
    places = np.array([_place(line) for line in lines])
    regular = regular_of(places, np.array([np.count_nonzero(line.covered) for line in lines]), scale)
    if not all_along(places[regular], across):
        return []
    row = [lines[index] for index in regular]
    pattern = sorted(row, key=lambda line: line.thickness)[len(row) // 2]
    steps = np.diff(places[regular])
    period = median(steps)
    for place, step in zip(places[regular][:-1], steps, strict=True):
        missing = round(step / period)
        row += [_moved(pattern, place + step * number / missing, turned, scale) for number in range(1, missing)]
    ends = ((places[regular][0], -period), (places[regular][-1], period))
    row += [_moved(pattern, place + step, turned, scale) for place, step in ends]
    return [line for line in row if line is not None]


def _moved(pattern: Line, place: float, turned: np.ndarray, scale: Scale) -> Line | None:
    """``pattern`` at another ``place``, if there is something as dark all along it."""
    start = pattern.rows + round(place - _place(pattern))
    band = straightened(turned, start, 3)[:, pattern.covered] >= LEAST * pattern.profile.max()
    shares = [(band[row : row + 2].any(axis=0).mean(), -abs(row - 2.5), row) for row in range(6)]
    share, _, row = max(shares)
    return pattern._replace(rows=start + row - 3 + (row < 3)) if share >= 0.85 else None


def _place(line: Line) -> float:
    return median(line.rows[line.covered])


def _ends(line: Line, across: list[Line], shape: tuple[int, int]) -> set[str]:
    """What is at the ends of a vertical rule: the "edge" of the image, a horizontal "rule" like it, its "corner"; else
    "open"."""
    covered = np.flatnonzero(line.covered)
    ends = set()
    for row, edge in ((int(covered[0]), 0), (int(covered[-1]), shape[0] - 1)):
        column = int(np.clip(line.rows[row], 0, shape[1] - 1))
        near = slice(max(0, column - 3), column + 4)
        end = "edge" if abs(row - edge) <= 2 else "open"
        for other in across:
            touching = abs(other.rows[column] - row) <= other.thickness / 2 + 1
            if touching and other.covered[near].any() and alike(line, other):
                far = np.flatnonzero(other.covered)[[0, -1]]
                inside = (far > 2) & (far < shape[1] - 3)
                corner = (abs(far - column) <= line.thickness + 2) & inside
                end = "corner" if corner.any() else "rule"
        ends.add(end)
    return ends if "open" not in ends else {"open"}
