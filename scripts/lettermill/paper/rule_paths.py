"""Printed ruling: straight and slightly bent paths across a word image along which there may be a rule.

The shares of thin structures in short strips of columns are summed along all such paths, as in the Hough transform.
"""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np

from lettermill.paper.rule_scale import Scale
from lettermill.paper.rule_stretches import (
    BAR,
    FEWEST_BARS,
    FEWEST_DASHES,
    LEAST,
    PURE,
    WHOLE,
    gap_of,
    regular_dashes,
    stretches_of,
)

STEEPEST = 0.055
"""Maximum slope of a rule: about three degrees."""

MOST_BENT = 0.015
"""Maximum rise of a bent rule over its chord, as a share of its length."""

TILT_STEP, BEND_STEP = 2.0, 3.0
"""Between one path and the next, at its ends, in units of rows."""

MOST_PATHS, MOST_STRIPS = 80, 32
"""Maximum numbers of candidates examined in an image and of strips of columns along each of them."""

MOST_PLACES = 8_000_000
"""Maximum number of strips of all paths across an image; images with more are too large for their thin strokes to be
words."""


Wanted = Callable[[np.ndarray, list[tuple[int, int]]], bool]
"""Whether a path ((width,) float rows) with stretches (start, end) of a rule is to be looked at more closely."""


def paths_of(thin: np.ndarray, darkness: np.ndarray, scale: Scale, shortest: float, wanted: Wanted) -> list[np.ndarray]:
    """Rows ((width,) float) along which there may be a rule, the most likely first."""
    width = thin.shape[1]
    unit = unit_of(scale)
    near = np.ones((2 * unit + 1, 1), np.uint8)
    thin, darkness = cv2.dilate(thin, near)[::unit], cv2.dilate(darkness, near)[::unit]
    _, present = cv2.threshold(thin, scale.faintest - 1, 255, cv2.THRESH_BINARY)
    strip = max(4, -(-width // MOST_STRIPS), min(round(unit / STEEPEST), width // 6))
    strips = -(-width // strip)
    padded = cv2.copyMakeBorder(present, 0, 0, 0, strips * strip - width, cv2.BORDER_REPLICATE)
    shares = cv2.resize(padded, (strips, len(thin)), interpolation=cv2.INTER_AREA)

    tilt, bend = STEEPEST * width / 2 / unit, MOST_BENT * width / unit
    if len(_steps(tilt, TILT_STEP)) * len(_steps(bend, BEND_STEP)) * strips * len(thin) > MOST_PLACES:
        return []
    shapes, index, margin = _shapes(len(thin), strips, tilt, bend)
    around = cv2.copyMakeBorder(shares, margin, margin, 0, 0, cv2.BORDER_CONSTANT, value=0)
    sums = around.ravel().take(index).sum(axis=0, dtype=np.int32)  # (shapes, rows)

    best = sums.max(axis=0)
    score = best.astype(np.float32)
    score += 0.01 * cv2.blur(score[:, None], (1, 5), borderType=cv2.BORDER_CONSTANT).ravel()  # the middle of a plateau
    highest = cv2.dilate(score[:, None], np.ones((5, 1), np.uint8)).ravel()
    peaks = np.flatnonzero((best >= 0.3 * shortest / strip * 255) & (score >= highest))
    if len(peaks) == 0:
        return []
    peaks = peaks[np.argsort(-best[peaks], kind="stable")][:MOST_PATHS]
    chosen = shapes[sums[:, peaks].argmax(axis=0)]
    paths = peaks[:, None] + _offsets(chosen, width)
    at = paths.clip(0, len(thin) - 1)
    at *= width
    at += np.arange(width)
    thin, darkness = thin.ravel().take(at), darkness.ravel().take(at)
    likely = _likely(thin, darkness, scale, shortest)
    paths, thin, darkness = paths[likely], thin[likely], darkness[likely]
    found = []
    for path, there, any_there in zip(paths, thin, darkness, strict=True):
        stretches = stretches_of(there, any_there, scale, shortest)
        if stretches is not None and wanted(unit * path, stretches[0]):
            found.append(unit * path)
    return found


def unit_of(scale: Scale) -> int:
    """Rows that are looked at as one when paths are searched."""
    return max(1, int(scale.stroke / 3))


@lru_cache(maxsize=8)
def _shapes(rows: int, strips: int, tilt: float, bend: float) -> tuple[np.ndarray, np.ndarray, int]:
    """The shapes ((n, 2) tilt, bend) of paths, the indices ((strips, n, rows)) of the strips along each path of each
    shape, and the number of rows that must be added above and below for that."""
    shapes = np.array([(tilts, bends) for bends in _steps(bend, BEND_STEP) for tilts in _steps(tilt, TILT_STEP)])
    offsets = _offsets(shapes, strips)
    margin = int(abs(offsets).max())
    rows_at = np.arange(rows, dtype=np.int32) + (offsets.T[:, :, None] + margin).astype(np.int32)
    index = rows_at * np.int32(strips) + np.arange(strips, dtype=np.int32)[:, None, None]
    for shared in (shapes, index):
        shared.flags.writeable = False
    return shapes, index, margin


def _steps(most: float, step: float) -> np.ndarray:
    count = int(np.ceil(most / step - 0.25))
    return np.arange(-count, count + 1) * step


def _offsets(shapes: np.ndarray, places: int) -> np.ndarray:
    """Rows by which paths with ``shapes`` ((n, 2) tilt, bend) differ from their mean row, (n, places) int."""
    along = np.linspace(-1, 1, places)
    offsets: np.ndarray = np.round(shapes[:, :1] * along + shapes[:, 1:] * (along**2 - 1 / 3)).astype(np.int64)
    return offsets


def _likely(thin: np.ndarray, darkness: np.ndarray, scale: Scale, shortest: float) -> np.ndarray:
    """(n,) bool: the paths that `stretches_of` may find a rule on; quick, for all at once.

    thin, darkness: (n, width) uint8 along each of them.
    """
    count, width = thin.shape
    if count == 0:
        return np.zeros(0, bool)
    seen = np.count_nonzero(thin >= scale.faintest, axis=1)
    ordered, path = np.sort(thin, axis=1), np.arange(count)
    likely = np.zeros(count, bool)
    flags = np.zeros((3, count, width + 2), np.uint8)  # nothing between two paths
    pure, dark, closed = flags.reshape(3, -1)
    gap = np.ones((1, gap_of(scale) + 1), np.uint8)
    for quarter in (1, 3):
        level = ordered[path, np.minimum(width - seen + seen * quarter // 4, width - 1)]
        least = np.maximum(scale.faintest, LEAST * level)[:, None].astype(np.float32)
        np.greater_equal(thin, least, out=flags[0, :, 1:-1], casting="unsafe")
        np.greater_equal(darkness, least, out=flags[1, :, 1:-1], casting="unsafe")
        if quarter == 1:
            flags[2, :, 1:-1] = cv2.morphologyEx(flags[1, :, 1:-1], cv2.MORPH_CLOSE, gap)
        line = closed if quarter == 1 else dark
        edges = np.flatnonzero(line[1:] != line[:-1])
        starts, ends = edges[::2], edges[1::2]
        if quarter == 1:  # few runs are long
            long = ends - starts >= min(shortest, BAR * scale.letter)
            starts, ends = starts[long], ends[long]
        if len(starts) == 0:
            continue
        lengths = ends - starts
        shares = _counts(pure, starts, ends) / lengths
        if quarter == 1:
            of_rule = (shares >= PURE) & (_counts(dark, starts, ends) >= WHOLE * lengths)
            on, lengths = starts[of_rule] // (width + 2), lengths[of_rule]
            likely[on[lengths >= shortest]] = True
            likely |= np.bincount(on[lengths >= BAR * scale.letter], minlength=count) >= FEWEST_BARS
        else:
            alone = shares >= 0.8
            starts, ends = starts[alone], ends[alone]
            bounds = np.searchsorted(starts, (width + 2) * np.arange(count + 1))
            for place in np.flatnonzero((np.diff(bounds) >= FEWEST_DASHES) & ~likely):
                run = slice(bounds[place], bounds[place + 1])
                likely[place] = regular_dashes(starts[run], ends[run], scale) is not None
    return likely


def _counts(flags: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    total = flags.cumsum(dtype=np.int32)
    counts: np.ndarray = total[ends] - total[starts]
    return counts
