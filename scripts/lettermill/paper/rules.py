"""Removal of printed ruling from a word image, with the strokes repaired that it crossed."""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.paper.rule_scale import Scale, letter_height, scale_of
from lettermill.paper.rule_stretches import runs_of
from lettermill.paper.rule_uprights import find_uprights, may_be_any
from lettermill.paper.ruling import Line, find_lines, straightened

SHORTEST = 2.5
"""Minimum length of a horizontal rule in letter heights."""

LARGEST = 8_000_000
"""Pixels of an image in which rules are looked for at most: what is larger is no image of a word."""

FILLED = 0.6
"""Minimum share of its columns that a rule in pieces covers."""


class Rules(NamedTuple):
    """An image without ruling.

    image: (height, width) uint8; the very image that was given if there was no rule. mask: (height, width) bool, the
    pixels painted over. kinds: what was found: the numbers of ``horizontal`` and ``vertical`` rules, the greatest share
    of the width that one of them crosses (``across``), and 1.0 for each of ``line``, ``frame``, ``grid``, ``dots``.
    """

    image: np.ndarray
    mask: np.ndarray
    kinds: dict[str, float]


def without_rules(image: np.ndarray) -> Rules:
    """Remove the rules from ``image`` ((height, width) uint8, dark ink on evenly lit paper)."""
    nothing = Rules(image, np.zeros(image.shape, bool), {})
    scaled = scale_of(image) if image.size <= LARGEST else None
    if scaled is None:
        return nothing
    scale, darkness = scaled
    across = find_lines(darkness, scale, SHORTEST * scale.letter)
    if not across and not may_be_any(darkness, scale._replace(letter=4 * scale.stroke)):  # as short as letters can be
        return nothing
    mask = np.zeros(image.shape, bool)
    for line in across:
        mask |= _removed(line, darkness, scale)
    letter = letter_height((darkness >= 0.5 * scale.ink) & ~mask, scale.stroke)  # now of whole letters
    scale = scale._replace(letter=letter or scale.letter)
    # Dashes and nothing else are writing: a row of minus signs.
    across = [line for line in across if (letter or not line.dashed) and _long(line, scale.letter)]
    upright = find_uprights(across, darkness, scale) if across or may_be_any(darkness, scale) else []
    if not across and not upright:
        return nothing
    mask = np.zeros(image.shape, bool)
    # At a crossing, neither rule is ink that passes through the other one.
    crossings = np.zeros(image.shape, bool)
    for line in across:
        crossings[_band(line, image.shape)] = True
    turned = np.ascontiguousarray(np.where(crossings, 0, darkness).T)
    for line in upright:
        mask |= _removed(line, turned, scale).T
    remaining = np.where(mask, 0, darkness)
    mask &= ~crossings
    for line in across:
        mask |= _removed(line, remaining, scale)
    mask &= darkness > 0
    return Rules(_painted(image, mask, darkness, scale), mask, _kinds(across, upright, image.shape))


def _long(line: Line, letter: float) -> bool:
    """Whether a rule, or a row of several pieces of one, is long enough for letters of the height ``letter``."""
    pieces = runs_of(line.covered)
    longest = max(end - start for start, end in pieces)
    extent = pieces[-1][1] - pieces[0][0]
    whole = np.count_nonzero(line.covered) >= FILLED * extent  # the bars of letters in a row are farther apart
    in_pieces = line.dashed or (len(pieces) >= 3 and longest >= 1.2 * letter and whole)
    return (extent if in_pieces else longest) >= SHORTEST * letter


def _kinds(across: list[Line], upright: list[Line], shape: tuple[int, int]) -> dict[str, float]:
    extents = [np.ptp(np.flatnonzero(line.covered)) + 1 for line in across]
    heights = [np.ptp(np.flatnonzero(line.covered)) + 1 for line in upright]
    spanning = sum(height >= 0.9 * shape[0] for height in heights)
    kinds: dict[str, float] = {
        "horizontal": len(across),
        "vertical": len(upright),
        "across": float(max(extents, default=0) / shape[1]),
    }
    if any(line.dashed for line in (*across, *upright)):
        kinds["dots"] = 1.0
    if len(across) >= 2 and spanning >= 3:
        kinds["grid"] = 1.0
    elif across and upright:
        kinds["frame"] = 1.0
    else:
        kinds["line"] = 1.0
    return kinds


def _band(line: Line, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The indices of the pixels of a rule."""
    column = np.flatnonzero(line.covered)
    at = line.rows[column] + np.flatnonzero(line.profile)[:, None] - len(line.profile) // 2
    inside = (at >= 0) & (at < shape[0])
    return at[inside], np.broadcast_to(column, at.shape)[inside]


def _removed(line: Line, darkness: np.ndarray, scale: Scale) -> np.ndarray:
    """(height, width) bool: the pixels of the rule that are no ink."""
    reach = len(line.profile) // 2
    band = straightened(darkness, line.rows, reach).astype(np.float32)
    profile = line.profile.astype(np.float32)
    lit = np.flatnonzero(profile)
    first, last = int(lit[0]), int(lit[-1])
    first, last = max(first, 1), min(last, 2 * reach - 1)
    room = scale.ink - profile
    told = room > 0.35 * scale.ink
    # Where ink is darker than the rule, grey levels tell it apart; elsewhere only what is above and below does.
    ink = band > np.where(told, 1.15 * profile + np.maximum(0.4 * room, scale.faintest), np.inf)[:, None]
    if profile.max() > 0.6 * scale.ink:  # of a paler rule nothing looks like ink
        ink[first : last + 1] = _held(ink[first - 1 : last + 2])
    core = np.flatnonzero(~told[first : last + 1]) + first
    if len(core):
        a, b = int(core[0]), int(core[-1]) + 1
        passing = _bridged(ink[a - 1], ink[b], b - a)
        passing |= _swallowed(ink[:a][::-1], b - a, scale.stroke)
        passing |= _swallowed(ink[b:], b - a, scale.stroke)[::-1]
        along = _darker(band[a:b], line.covered & ~(ink[a - 1] | ink[b]), scale)
        if along.any() and not line.dashed:
            passing |= along
            for gap in range(1, b - a):  # what joins it to the letters
                passing[:gap] |= _bridged(ink[a - 1], along[gap], gap)
                passing[-gap:] |= _bridged(along[-1 - gap], ink[b], gap)
        ink[a:b] = passing
    gone = np.zeros(band.shape, bool)
    gone[first : last + 1] = ~ink[first : last + 1] & line.covered
    mask = np.zeros(darkness.shape, bool)
    at = line.rows + np.arange(-reach, reach + 1)[:, None]
    inside = gone & (at >= 0) & (at < darkness.shape[0])
    row, column = np.nonzero(inside)
    mask[at[row, column], column] = True
    return mask


def _held(ink: np.ndarray) -> np.ndarray:
    """The inner rows of ``ink`` ((rows, width) bool) without what is not connected to its outer rows."""
    count, labels = cv2.connectedComponents(ink.view(np.uint8), connectivity=8)
    held = np.zeros(count, bool)
    held[labels[[0, -1]]] = True
    held[0] = False
    inner: np.ndarray = held[labels[1:-1]]
    return inner


def _darker(rule: np.ndarray, clear: np.ndarray, scale: Scale) -> np.ndarray:
    """(rows, width) bool: where a rule is darker than its noise explains, because a stroke lies along it.

    rule: (rows, width) darkness. clear: (width,) bool, the columns with paper above and below.
    """
    if np.count_nonzero(clear) < scale.letter:
        return np.zeros(rule.shape, bool)
    levels = np.sort(rule[:, clear].max(axis=0))  # whichever row the rule is in there
    low, middle, high = levels[[len(levels) * part // 4 for part in (1, 2, 3)]]
    seen = rule > middle + max(4 / 1.35 * (high - low), scale.faintest)
    size = round(scale.stroke)
    closed = cv2.morphologyEx(seen.view(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 2 * (size // 2) + 3), np.uint8))
    opened: np.ndarray = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, size), np.uint8)).view(bool)
    return opened


def _swallowed(beside: np.ndarray, rows: int, stroke: float) -> np.ndarray:
    """(rows, width) bool: what a rule hides of a stroke that lies along it.

    beside: (n, width) bool, the ink beside the rule, the nearest row first. A stroke that shows less than its thickness
    there continues under the rule.
    """
    seen = np.minimum.accumulate(beside[: round(stroke) + 1], axis=0).sum(axis=0)
    hidden = np.where(seen > 0, np.round(stroke) - seen, 0)
    ink: np.ndarray = np.arange(rows)[:, None] < hidden
    return ink


def _bridged(above: np.ndarray, below: np.ndarray, rows: int) -> np.ndarray:
    """(rows, width) bool: the strokes between the ink ``above`` and ``below`` a gap, straight in any direction."""
    width = len(above)
    most = rows + 1
    ink = np.zeros((rows, width), bool)
    pad_above, pad_below = np.pad(above, most), np.pad(below, most)
    for shift in range(-most, most + 1):
        for row in range(rows):
            left = round(shift * (row + 1) / (rows + 1))
            right = shift - left
            ink[row] |= pad_above[most - left : most - left + width] & pad_below[most + right : most + right + width]
    return ink


def _painted(image: np.ndarray, mask: np.ndarray, darkness: np.ndarray, scale: Scale) -> np.ndarray:
    """``image`` with ``mask`` painted in the colour of the paper around it."""
    side = 2 * round(scale.letter) + 1
    paper = (~mask & (darkness < scale.faintest)).astype(np.float32)
    weight = cv2.boxFilter(paper, -1, (side, side), normalize=False)
    total = cv2.boxFilter(image.astype(np.float32) * paper, -1, (side, side), normalize=False)
    clean = image.copy()
    level = int(np.median(image[paper > 0])) if paper.any() else 255
    clean[mask] = np.where(weight[mask] > 0, total[mask] / np.maximum(weight[mask], 1), level).round()
    return clean
