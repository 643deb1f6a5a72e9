"""Printed ruling: the ticks on a rule, equal and at regular distances, such as those of combs."""

import itertools

import numpy as np

from lettermill.paper.rule_scale import Scale, thin_parts
from lettermill.paper.rule_stretches import LEAST
from lettermill.paper.ruling import Line, measured, straightened

FEWEST_TICKS = 3
"""Minimum number of ticks on a rule."""


def ticks_of(line: Line, turned: np.ndarray, scale: Scale) -> list[Line]:
    """The ticks above and below ``line``, as rules of ``turned`` ((width, height) uint8)."""
    level = float(line.profile.max())
    if line.dashed or level < scale.faintest:
        return []
    tall = round(1.6 * scale.letter)
    half = round(line.thickness / 2) + 1
    thin = thin_parts(turned, scale)
    upright = straightened(np.ascontiguousarray(thin.T), line.rows, half + tall) >= max(scale.faintest, LEAST * level)
    upright &= line.covered
    upright[:, 1:] |= upright[:, :-1]  # a tick may stand a little askew
    above = _ticks_beside(line, -1, upright[:tall][::-1], turned, thin, scale)
    return above + _ticks_beside(line, 1, upright[-tall:], turned, thin, scale)


def _ticks_beside(
    line: Line, side: int, upright: np.ndarray, turned: np.ndarray, thin: np.ndarray, scale: Scale
) -> list[Line]:
    """The ticks on one side (-1 above, 1 below) of ``line``.

    upright: (rows, width) bool, what is thin and dark there, the nearest row first.
    """
    tall, half = len(upright), round(line.thickness / 2) + 1
    heights = np.logical_and.accumulate(upright, axis=0).sum(axis=0)
    starts = np.flatnonzero((heights > 0) & (np.concatenate(([0], heights[:-1])) == 0))
    stops = np.flatnonzero((heights > 0) & (np.concatenate((heights[1:], [0])) == 0)) + 1
    tops = np.array([heights[a:b].max() for a, b in zip(starts, stops, strict=True)])
    keep = (tops >= max(3, 0.15 * scale.letter)) & (tops < tall)
    if np.count_nonzero(keep) < FEWEST_TICKS:
        return []
    places = np.array([a + np.argmax(heights[a:b]) for a, b in zip(starts[keep], stops[keep], strict=True)])
    tops = tops[keep]
    chosen = regular_of(places, tops, scale)
    if not all_along(places[chosen], [line]):
        return []
    ticks = []
    for place, top in zip(places[chosen], tops[chosen], strict=True):
        start = int(line.rows[place]) + side * half
        covered = np.zeros(turned.shape[1], bool)
        low, high = sorted((start, start + side * int(top)))
        covered[max(0, low) : high + 1] = True
        rows = np.full(turned.shape[1], place)
        tick = measured(rows, covered, covered, False, turned, thin, scale)
        if tick is not None and alike(tick, line):
            ticks.append(tick)
    return ticks if len(ticks) >= FEWEST_TICKS else []


def regular_of(places: np.ndarray, tops: np.ndarray, scale: Scale) -> np.ndarray:
    """The ticks of one height at multiples of one distance: indices of ``places``, columns, and ``tops``, heights."""
    best = np.zeros(0, np.int64)
    for top in np.unique(tops):
        same = np.flatnonzero(abs(tops - top) <= max(1, 0.08 * top))
        at = places[same].tolist()
        for first, second in itertools.pairwise(at):
            if second - first < max(4.0, 2.5 * scale.stroke):
                continue
            on = _multiples(at, first, second - first)
            if len(on) > len(best):
                best = same[on]
        if len(best) > 0.5 * len(tops):
            break
    return best


def _multiples(places: list[float], start: float, period: float) -> list[int]:
    """The indices of the ``places`` at multiples of about ``period`` from ``start``, if few are missing."""
    offsets = [place - start for place in places]
    for most in (3, 12, np.inf):  # the farther away they are, the better the period must be known
        reach, numbers = max(2.0, 0.06 * period), [round(offset / period) for offset in offsets]
        found = [
            index
            for index, (offset, number) in enumerate(zip(offsets, numbers, strict=True))
            if abs(offset - number * period) <= reach and abs(number) <= most
        ]
        squares = sum(numbers[index] ** 2 for index in found)
        period = sum(offsets[index] * numbers[index] for index in found) / max(1, squares) or period
    on = [numbers[index] for index in found]
    complete = len(found) >= max(FEWEST_TICKS, 0.7 * (max(on, default=0) - min(on, default=0) + 1))
    return found if complete else []


def all_along(places: np.ndarray, across: list[Line]) -> bool:
    """Whether vertical rules at ``places`` stand all along a horizontal rule, as those of a comb or grid do."""
    if len(places) < FEWEST_TICKS:
        return False
    extents = [np.ptp(np.flatnonzero(line.covered)) for line in across]
    period = np.ptp(places) / (len(places) - 1)
    return any(np.ptp(places) + 2.5 * period >= extent for extent in extents)


def alike(line: Line, other: Line) -> bool:
    """Whether two rules may have been printed as one frame: as thick and as dark."""
    thick = abs(line.thickness - other.thickness) <= max(0.8, 0.4 * max(line.thickness, other.thickness))
    return bool(thick and 0.6 <= line.profile.max() / other.profile.max() <= 1.6)
