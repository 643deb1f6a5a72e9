"""Printed ruling: find the straight lines of a form or of ruled paper in a word image.

A rule is thin across its direction, nearly straight, of constant look, and continuous (or dashed in a regular manner)
for much longer than the strokes of a letter. The thin structures of an image are those that the top-hat transform
leaves (Meyer, Contrast feature extraction, 1979). Their shares in short strips of columns are summed along all straight
and slightly bent paths, as in the Hough transform; what is found is then measured along a fitted curve, column by
column. Everything here is about horizontal rules: vertical ones are found in the transposed image.
"""

from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.median import median
from lettermill.paper.rule_paths import Wanted, paths_of, unit_of
from lettermill.paper.rule_scale import Scale, thickest_of, thin_parts
from lettermill.paper.rule_stretches import FEWEST_DASHES, LEAST, stretches_of

EDGE = 0.12
"""Darkness at which a rule ends, as a share of that of its middle."""

CLEAR = 0.2
"""Minimum share of the columns of a rule that have paper on both sides, and of dashes that do."""

UNEVEN = 0.5
"""Maximum standard deviation of the darkness along a rule, as a share of its median."""


class Line(NamedTuple):
    """A rule, of an image (height, width).

    rows: (width,) int, its centre at each column. covered: (width,) bool, the columns that it crosses, gaps of dashes
    included. profile: (2 * reach + 1,) darkness across, the middle is the centre; it is that of the darker places, as a
    rule is not always quite where its curve is. thickness: rows of full darkness that are as much ink. dashed: whether
    it has gaps.
    """

    rows: np.ndarray
    covered: np.ndarray
    profile: np.ndarray
    thickness: float
    dashed: bool


def find_lines(
    darkness: np.ndarray, scale: Scale, shortest: float, wanted: Wanted = lambda path, stretches: True
) -> list[Line]:
    """The horizontal rules of at least ``shortest`` columns in ``darkness`` ((height, width) uint8).

    wanted: whether a path ((width,) float rows) with stretches (start, end) of a rule is to be looked at more closely.
    """
    thin = thin_parts(darkness, scale)
    lines: list[Line] = []
    for rows in paths_of(thin, darkness, scale, shortest, wanted):
        if any(_near(rows, other, unit_of(scale) + 1) for other in lines):
            continue
        line = _line_along(rows, darkness, thin, scale, shortest)
        if line is not None and not any(_same(line, other) for other in lines):
            lines.append(line)
    return [line for line in lines if not _pattern(line, lines, scale)]


def _pattern(line: Line, lines: list[Line], scale: Scale) -> bool:
    """Whether ``line`` is one of many that are too close to each other for writing between them."""
    near = [abs(median(line.rows - other.rows)) < 2.2 * scale.stroke for other in lines] if len(lines) > 2 else []
    return sum(near) > 2


def _near(path: np.ndarray, line: Line, rows: int) -> bool:
    """Whether most of ``line`` is within ``rows`` rows of ``path``."""
    return bool((abs(path - line.rows)[line.covered] <= rows + line.thickness / 2).mean() > 0.7)


def _same(line: Line, other: Line) -> bool:
    both = line.covered & other.covered
    return bool(both.any()) and median(abs(line.rows - other.rows)[both]) <= max(2.0, line.thickness)


def straightened(image: np.ndarray, rows: np.ndarray, reach: int) -> np.ndarray:
    """The pixels within ``reach`` rows of a curve, (2 * reach + 1, width). Outside the image there is nothing."""
    height, width = image.shape
    padded = cv2.copyMakeBorder(image, 2 * reach + 1, 2 * reach + 1, 0, 0, cv2.BORDER_CONSTANT, value=0)
    at = np.minimum(np.maximum(rows, -reach - 1), height + reach) + np.arange(reach + 1, 3 * reach + 2)[:, None]
    at *= width
    at += np.arange(width)
    pixels: np.ndarray = padded.ravel().take(at)
    return pixels


def _line_along(path: np.ndarray, darkness: np.ndarray, thin: np.ndarray, scale: Scale, shortest: float) -> Line | None:
    """The rule along ``path`` ((width,) float rows), if there is one."""
    x = np.linspace(-1, 1, len(path))
    rows = np.round(path).astype(np.int64)
    for search in (unit_of(scale) + 2, unit_of(scale) + 1):
        band = straightened(thin, rows, search).astype(np.float32)
        band[band < scale.faintest] = 0
        weight = band.sum(axis=0)
        seen = weight > 0
        if np.count_nonzero(seen) < max(6, 0.15 * shortest):
            return None
        centre = rows[seen] + (np.arange(-search, search + 1) @ band[:, seen]) / weight[seen]
        path = _fitted(x, x[seen], centre)
        rows = np.round(path).astype(np.int64)
    found = _covered(rows, darkness, thin, scale, shortest)
    if found is None:
        return None
    if found.dashed:
        # The letters beside dashes bend a curve more than the dashes hold it: fit it again to dashes alone.
        at = found.covered & found.pure
        band = straightened(thin, rows, unit_of(scale)).astype(np.float32)[:, at]
        centre = rows[at] + (np.arange(len(band)) - len(band) // 2) @ band / np.maximum(band.sum(axis=0), 1)
        straight = _fitted(x, x[at], centre, degrees=(1, 1, 1))
        again = _covered(np.round(straight).astype(np.int64), darkness, thin, scale, shortest)
        if again is not None and np.count_nonzero(again.covered) >= 0.9 * np.count_nonzero(found.covered):
            path, found = straight, again
    return measured(path, *found, darkness, thin, scale)


class _Covered(NamedTuple):
    """The columns of a curve that a rule covers, those that show nothing else, and whether it is dashed."""

    covered: np.ndarray
    pure: np.ndarray
    dashed: bool


def _covered(
    rows: np.ndarray, darkness: np.ndarray, thin: np.ndarray, scale: Scale, shortest: float
) -> _Covered | None:
    strength, whole = (straightened(image, rows, 1).max(axis=0) for image in (thin, darkness))
    found = stretches_of(strength, whole, scale, shortest)
    if found is None:
        return None
    runs, dashed, level = found
    covered = np.zeros(len(rows), bool)
    for start, end in runs:
        covered[start:end] = True
    return _Covered(covered, (strength >= LEAST * level) & (strength <= level / LEAST), dashed)


def measured(
    path: np.ndarray,
    covered: np.ndarray,
    pure: np.ndarray,
    dashed: bool,
    darkness: np.ndarray,
    thin: np.ndarray,
    scale: Scale,
) -> Line | None:
    """The rule along ``path`` in the columns ``covered``, if it is straight and even where it is ``pure``."""
    reach, beside = thickest_of(scale.stroke) + 2, unit_of(scale) + 1
    rows, sample = np.round(path).astype(np.int64), covered & pure
    if not sample.any():
        return None
    weight = straightened(thin, rows, beside)[:, sample].astype(np.float32)
    weight[weight < scale.faintest] = 0
    strength = weight[beside - 1 : beside + 2].max(axis=0)
    centre = (np.arange(-beside, beside + 1) @ weight) / np.maximum(weight.sum(axis=0), 1) + (rows - path)[sample]
    if _spread(strength) > UNEVEN * median(strength) or _spread(centre) > max(0.6, 0.2 * scale.stroke):
        return None
    around = straightened(darkness, rows, reach)
    pixels = around[:, sample]
    ordered = np.sort(pixels, axis=1)
    middle = _quantile(ordered, 0.5)
    beyond = np.flatnonzero(middle < EDGE * middle[reach - 1 : reach + 2].max())
    first = int(beyond[beyond < reach].max(initial=-1)) + 1
    end = int(beyond[beyond > reach].min(initial=2 * reach + 1))
    if not 0 < end - first <= thickest_of(scale.stroke) + 2:
        return None
    if not (_dashes_apart(around[:, covered], first, end, covered) if dashed else _apart(pixels, first, end)):
        return None
    first, end = max(first, 1), min(end, 2 * reach)
    profile = np.zeros(2 * reach + 1)
    profile[first - 1 : end + 1] = _quantile(ordered[first - 1 : end + 1], 0.8)
    return Line(rows, covered, profile, float(middle[first:end].sum() / middle.max()), dashed)


def _apart(pixels: np.ndarray, first: int, end: int) -> bool:
    """Whether enough of a rule has paper on both sides: of a row of bars that belong to letters, little has.

    pixels: (rows, columns) darkness around it, the rule from row ``first`` to ``end``.
    """
    return bool(_clear(pixels, first, end, LEAST * median(pixels[first:end].max(axis=0))).mean() >= CLEAR)


def _dashes_apart(pixels: np.ndarray, first: int, end: int, covered: np.ndarray) -> bool:
    """The same for dashes, of which ``covered`` ((width,) bool) are the columns: whether enough stand alone."""
    starts = np.flatnonzero(np.diff(np.flatnonzero(covered), prepend=-2) > 1)
    clear = _clear(pixels, first, end, LEAST * float(np.quantile(pixels[first:end].max(axis=0), 0.75)))
    alone = np.logical_and.reduceat(clear, starts)
    return int(np.count_nonzero(alone)) >= max(FEWEST_DASHES - 3, CLEAR * len(starts))


def _clear(pixels: np.ndarray, first: int, end: int, least: float) -> np.ndarray:
    beside = np.concatenate((pixels[: max(0, first - 1)], pixels[end + 1 :]))
    clear: np.ndarray = np.logical_not((beside >= least).any(axis=0))
    return clear


def _spread(values: np.ndarray) -> float:
    """The standard deviation of ``values`` ((n,)), from the distance of their quartiles."""
    quartiles = [len(values) // 4, 3 * len(values) // 4]
    low, high = np.partition(values, quartiles)[quartiles]
    return float(high - low) / 1.35


def _quantile(ordered: np.ndarray, share: float) -> np.ndarray:
    """The quantile of each row of ``ordered`` ((rows, n), ascending); several times as fast as NumPy's."""
    place = share * (ordered.shape[1] - 1)
    before = int(place)
    low, high = ordered[:, before].astype(np.float64), ordered[:, min(before + 1, ordered.shape[1] - 1)]
    quantile: np.ndarray = low + (place - before) * (high - low)
    return quantile


def _fitted(x: np.ndarray, at: np.ndarray, centre: np.ndarray, degrees: tuple[int, ...] = (1, 2, 2)) -> np.ndarray:
    """A parabola, or what the last of ``degrees`` says, through most of the points (``at``, ``centre``), at ``x``."""
    keep = np.ones(len(at), bool)
    powers = np.stack((np.ones_like(at), at, at**2))
    ridge = 1e-6 * np.eye(3)
    for degree in degrees:
        terms = powers[: degree + 1, keep]
        system = terms @ terms.T + ridge[: degree + 1, : degree + 1]
        factors = np.linalg.solve(system, terms @ centre[keep])
        distance = abs(factors @ powers[: degree + 1] - centre)
        keep = distance <= max(0.75, 1.5 * median(distance))
    curve: np.ndarray = factors @ np.stack((np.ones_like(x), x, x**2))[: len(factors)]
    return curve
