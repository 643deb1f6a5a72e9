"""Printed ruling: find the straight lines of a form or of ruled paper in a word image.

A rule is thin across its direction, nearly straight, of constant look, and continuous (or dashed in a regular manner)
for much longer than the strokes of a letter. The thin structures of an image are those that the top-hat transform
leaves (Meyer, Contrast feature extraction, 1979). Their shares in short strips of columns are summed along all straight
and slightly bent paths, as in the Hough transform; what is found is then measured along a fitted curve, column by
column. Everything here is about horizontal rules: vertical ones are found in the transposed image.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

STEEPEST = 0.055
"""Maximum slope of a rule: about three degrees."""

MOST_BENT = 0.015
"""Maximum rise of a bent rule over its chord, as a share of its length."""

MOST_PATHS, MOST_STRIPS = 80, 32
"""Maximum numbers of candidates examined in an image and of strips of columns along each of them."""

FEWEST_DASHES = 7
"""Minimum number of dashes or dots in a rule."""

FEWEST_BARS = 3
"""Minimum number of the long bars of separate boxes in a row."""

LEAST = 0.45
"""Darkness of a pixel of a rule, at least, as a share of that of the rule."""

EDGE = 0.12
"""Darkness at which a rule ends, as a share of that of its middle."""

CLEAR = 0.2
"""Minimum share of the columns of a rule that have paper on both sides, and of dashes that do."""

UNEVEN = 0.5
"""Maximum standard deviation of the darkness along a rule, as a share of its median."""


Wanted = Callable[[np.ndarray, list[tuple[int, int]]], bool]


class Scale(NamedTuple):
    """What lengths and grey levels are relative to.

    stroke, letter: thickness of strokes and height of letters, pixels. ink: darkness of strokes. faintest: darkness
    from which a pixel differs from the noise of the paper. Darkness is the difference to the paper in grey levels.
    """

    stroke: float
    letter: float
    ink: float
    faintest: float


class Line(NamedTuple):
    """A rule, of an image (height, width).

    rows: (width,) int, its centre at each column. covered: (width,) bool, the columns that it crosses, gaps of dashes
    included. profile: (2 * reach + 1,) darkness across, the middle is the centre; it is that of the darker places, as a
    rule is not always quite where its curve is. thickness: rows of full darkness that are as much ink. dashed: whether it
    has gaps.
    """

    rows: np.ndarray
    covered: np.ndarray
    profile: np.ndarray
    thickness: float
    dashed: bool


def scale_of(image: np.ndarray) -> tuple[Scale, np.ndarray] | None:
    """The scale of ``image`` ((height, width) uint8, dark ink) and the darkness of its pixels ((height, width) uint8).

    None if the image is blank or too small.
    """
    if min(image.shape) < 8:
        return None
    otsu, ink = cv2.threshold(image, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    area = cv2.countNonZero(ink)
    if not 8 <= area <= 0.6 * image.size:
        return None
    histogram = cv2.calcHist([image], [0], None, [256], [0, 256]).ravel()
    paper = int(otsu) + 1 + int(np.argmax(histogram[int(otsu) + 1 :]))
    darkness = cv2.subtract(np.full_like(image, paper), image)
    edges = np.count_nonzero(ink[:, 1:] != ink[:, :-1]) + np.count_nonzero(ink[1:] != ink[:-1])
    stroke = max(1.0, 2 * area / (np.pi / 4 * max(edges, 1)))  # area and perimeter (Crofton) of a long thin figure
    steps = cv2.absdiff(image[:, 1:], image[:, :-1])
    noise = float(np.count_nonzero(np.cumsum(cv2.calcHist([steps], [0], None, [256], [0, 256])) < 0.6 * steps.size))
    faintest = max(10.0, 3.0 * noise)

    thin = _thin(darkness, _thickest(stroke)) >= faintest
    upright = ink.astype(bool) & ~thin
    letter = letter_height(upright, stroke) or 7 * stroke
    level = float(np.median(darkness[upright])) if upright.any() else float(np.median(darkness[ink > 0]))
    if level < faintest:
        return None
    return Scale(stroke, letter, level, faintest), darkness


def letter_height(ink: np.ndarray, stroke: float) -> float | None:
    """The height of letters, from the heights of the pieces of ``ink`` ((height, width) bool); None without letters.

    The pieces of a broken stroke count as one. Wide pieces count more: a rule is narrow, along one direction or the other.
    """
    across, along = (max(1, round(share * stroke)) for share in (1, 2))
    joined = cv2.morphologyEx(ink.view(np.uint8), cv2.MORPH_CLOSE, np.ones((along, across), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    letters = (heights >= 2.5 * stroke) & (heights < len(ink))
    if not letters.any():
        return None
    weights = np.where(widths > 1.6 * stroke, widths, 0.1 * widths)[letters]
    return max(_weighted_quantile(heights[letters], weights, 0.6), 4 * stroke)


def _weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, share * total[-1])])


def _thickest(stroke: float) -> int:
    return round(1.5 * stroke) + 1


def _thin(darkness: np.ndarray, thickest: int) -> np.ndarray:
    """``darkness`` without everything that is more than ``thickest`` rows high."""
    return cv2.morphologyEx(darkness, cv2.MORPH_TOPHAT, np.ones((thickest + 1, 1), np.uint8))


def thin_parts(darkness: np.ndarray, scale: Scale) -> np.ndarray:
    """``darkness`` without everything that is much higher than a stroke is thick."""
    return _thin(darkness, _thickest(scale.stroke))


def find_lines(
    darkness: np.ndarray, scale: Scale, shortest: float, wanted: Wanted = lambda path, stretches: True
) -> list[Line]:
    """The horizontal rules of at least ``shortest`` columns in ``darkness`` ((height, width) uint8).

    wanted: whether a path ((width,) float rows) with stretches (start, end) of a rule is to be looked at more closely.
    """
    thin = thin_parts(darkness, scale)
    lines: list[Line] = []
    for rows in _paths(thin, darkness, scale, shortest, wanted):
        if any(_near(rows, other, _unit(scale) + 1) for other in lines):
            continue
        line = _line_along(rows, darkness, thin, scale, shortest)
        if line is not None and not any(_same(line, other) for other in lines):
            lines.append(line)
    return [line for line in lines if not _pattern(line, lines, scale)]


def _pattern(line: Line, lines: list[Line], scale: Scale) -> bool:
    """Whether ``line`` is one of many that are too close to each other for writing between them."""
    near = [abs(float(np.median(line.rows - other.rows))) < 0.3 * scale.letter for other in lines]
    return sum(near) > 2


def _near(path: np.ndarray, line: Line, rows: int) -> bool:
    """Whether most of ``line`` is within ``rows`` rows of ``path``."""
    return bool((abs(path - line.rows)[line.covered] <= rows + line.thickness / 2).mean() > 0.7)


def _same(line: Line, other: Line) -> bool:
    both = line.covered & other.covered
    return bool(both.any()) and float(np.median(abs(line.rows - other.rows)[both])) <= max(2.0, line.thickness)


def _paths(thin: np.ndarray, darkness: np.ndarray, scale: Scale, shortest: float, wanted: Wanted) -> list[np.ndarray]:
    """Rows ((width,) float) along which there may be a rule, the most likely first."""
    width = thin.shape[1]
    unit = _unit(scale)
    near = np.ones((2 * unit + 1, 1), np.uint8)
    thin, darkness = cv2.dilate(thin, near)[::unit], cv2.dilate(darkness, near)[::unit]
    _, present = cv2.threshold(thin, scale.faintest - 1, 255, cv2.THRESH_BINARY)
    strip = max(4, -(-width // MOST_STRIPS), min(round(unit / STEEPEST), width // 6))
    strips = -(-width // strip)
    padded = cv2.copyMakeBorder(present, 0, 0, 0, strips * strip - width, cv2.BORDER_REPLICATE)
    shares = cv2.resize(padded, (strips, len(thin)), interpolation=cv2.INTER_AREA).astype(np.int32)

    shapes, index, margin = _shapes(len(thin), strips, STEEPEST * width / 2 / unit, MOST_BENT * width / unit)
    sums = np.pad(shares, ((margin, margin), (0, 0))).ravel().take(index).sum(axis=2)  # (shapes, rows)

    best = sums.max(axis=0)
    score = best.astype(np.float32)
    score += 0.01 * cv2.blur(score[:, None], (1, 5), borderType=cv2.BORDER_CONSTANT).ravel()  # the middle of a plateau
    highest = cv2.dilate(score[:, None], np.ones((5, 1), np.uint8)).ravel()
    peaks = np.flatnonzero((best >= 0.3 * shortest / strip * 255) & (score >= highest))
    peaks = peaks[np.argsort(-best[peaks], kind="stable")][:MOST_PATHS]
    chosen = shapes[sums[:, peaks].argmax(axis=0)]
    paths = peaks[:, None] + _offsets(chosen, width)
    at = np.clip(np.round(paths), 0, len(thin) - 1).astype(np.int64), np.arange(width)
    thin, darkness = thin[at], darkness[at]
    likely = _likely(thin, darkness, scale, shortest)
    paths, thin, darkness = paths[likely], thin[likely], darkness[likely]
    found = []
    for path, there, any_there in zip(paths, thin, darkness, strict=True):
        stretches = _stretches(there, any_there, scale, shortest)
        if stretches is not None and wanted(unit * path, stretches[0]):
            found.append(unit * path)
    return found


def _unit(scale: Scale) -> int:
    """Rows that are looked at as one when paths are searched."""
    return max(1, int(scale.stroke / 3))


@lru_cache(maxsize=32)
def _shapes(rows: int, strips: int, tilt: float, bend: float) -> tuple[np.ndarray, np.ndarray, int]:
    """The shapes ((n, 2) tilt, bend) of paths, the indices ((n, rows, strips)) of the strips along each path of each
    shape, and the number of rows that must be added above and below for that."""
    shapes = np.array([(tilts, bends) for bends in _steps(bend, 3.0) for tilts in _steps(tilt, 2.0)])
    offsets = _offsets(shapes, strips)
    margin = int(abs(offsets).max())
    index = (np.arange(rows)[:, None] + offsets[:, None] + margin) * strips + np.arange(strips)
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


def _gap(scale: Scale) -> int:
    """Columns that may be missing from a rule without gaps."""
    return max(2, round(0.1 * scale.letter))


def _likely(thin: np.ndarray, darkness: np.ndarray, scale: Scale, shortest: float) -> np.ndarray:
    """(n,) bool: the paths that `_stretches` may find a rule on; quick, for all at once.

    thin, darkness: (n, width) uint8 along each of them.
    """
    count, width = thin.shape
    seen = np.count_nonzero(thin >= scale.faintest, axis=1)
    ordered, path = np.sort(thin, axis=1), np.arange(count)
    likely = np.zeros(count, bool)
    for quarter in (1, 3):
        level = ordered[path, np.minimum(width - seen + seen * quarter // 4, width - 1)]
        least = np.maximum(scale.faintest, LEAST * level)[:, None]
        pure, dark = thin >= least, (darkness >= least).view(np.uint8)
        if quarter == 1:
            dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, _gap(scale) + 1), np.uint8))
        edges = np.flatnonzero(np.diff(np.pad(dark.astype(np.int8), ((0, 0), (1, 1))).ravel()))
        starts, ends = edges[::2], edges[1::2]
        total = np.concatenate(([0], np.cumsum(np.pad(pure, ((0, 0), (1, 1))).ravel())))
        share = (total[ends + 1] - total[starts + 1]) / (ends - starts)
        if quarter == 1:
            of_rule = (share >= 0.4) & (ends - starts >= min(shortest, scale.letter))
            long = of_rule & (ends - starts >= shortest)
            likely[starts[long] // (width + 2)] = True
            likely |= np.bincount(starts[of_rule] // (width + 2), minlength=count) >= FEWEST_BARS
        else:
            likely |= np.bincount(starts[share >= 0.8] // (width + 2), minlength=count) >= FEWEST_DASHES
    return likely


def runs_of(flags: np.ndarray) -> list[tuple[int, int]]:
    """(start, end) of each run of True in ``flags`` ((n,) bool)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _shares(flags: np.ndarray, runs: list[tuple[int, int]]) -> np.ndarray:
    """(n,) float: the share of True in ``flags`` ((width,) bool) within each of ``runs``."""
    starts, ends = np.array(runs, np.int64).reshape(-1, 2).T
    total = np.concatenate(([0], np.cumsum(flags)))
    shares: np.ndarray = (total[ends] - total[starts]) / np.maximum(ends - starts, 1)
    return shares


def straightened(image: np.ndarray, rows: np.ndarray, reach: int) -> np.ndarray:
    """The pixels within ``reach`` rows of a curve, (2 * reach + 1, width). Outside the image there is nothing."""
    height, width = image.shape
    at = rows + np.arange(-reach, reach + 1)[:, None]
    inside = (at >= 0) & (at < height)
    if inside.all():
        pixels: np.ndarray = image.ravel().take(at * width + np.arange(width))
        return pixels
    return np.where(inside, image[np.clip(at, 0, height - 1), np.arange(width)], 0)


def _line_along(path: np.ndarray, darkness: np.ndarray, thin: np.ndarray, scale: Scale, shortest: float) -> Line | None:
    """The rule along ``path`` ((width,) float rows), if there is one."""
    width = len(path)
    reach = _thickest(scale.stroke) + 2
    x = np.linspace(-1, 1, width)
    rows = np.round(path).astype(np.int64)
    for search in (_unit(scale) + 2, _unit(scale) + 1):
        band = straightened(thin, rows, search).astype(np.float32)
        band[band < scale.faintest] = 0
        weight = band.sum(axis=0)
        seen = weight > 0
        if np.count_nonzero(seen) < max(6, 0.15 * shortest):
            return None
        centre = rows[seen] + (np.arange(-search, search + 1) @ band[:, seen]) / weight[seen]
        path = _fitted(x, x[seen], centre)
        rows = np.round(path).astype(np.int64)
    band = straightened(thin, rows, reach)
    middle = slice(reach - 1, reach + 2)
    strength, whole = band[middle].max(axis=0), straightened(darkness, rows, reach)
    found = _stretches(strength, whole[middle].max(axis=0), scale, shortest)
    if found is None:
        return None
    runs, dashed, level = found
    covered = np.zeros(width, bool)
    for start, end in runs:
        covered[start:end] = True
    return measured(path, covered, strength >= LEAST * level, dashed, darkness, thin, scale)


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
    reach, beside = _thickest(scale.stroke) + 2, _unit(scale) + 1
    rows, sample = np.round(path).astype(np.int64), covered & pure
    if not sample.any():
        return None
    weight = straightened(thin, rows, beside)[:, sample].astype(np.float32)
    weight[weight < scale.faintest] = 0
    strength = weight[beside - 1 : beside + 2].max(axis=0)
    centre = (np.arange(-beside, beside + 1) @ weight) / np.maximum(weight.sum(axis=0), 1) + (rows - path)[sample]
    if _spread(strength) > UNEVEN * np.median(strength) or _spread(centre) > max(0.6, 0.2 * scale.stroke):
        return None
    around = straightened(darkness, rows, reach)
    pixels = around[:, sample]
    middle = np.median(pixels, axis=1)
    beyond = np.flatnonzero(middle < EDGE * middle[reach - 1 : reach + 2].max())
    first = int(beyond[beyond < reach].max(initial=-1)) + 1
    end = int(beyond[beyond > reach].min(initial=2 * reach + 1))
    if not 0 < end - first <= _thickest(scale.stroke) + 2:
        return None
    if not (_dashes_apart(around[:, covered], first, end, covered) if dashed else _apart(pixels, first, end)):
        return None
    first, end = max(first, 1), min(end, 2 * reach)
    profile = np.zeros(2 * reach + 1)
    profile[first - 1 : end + 1] = np.quantile(pixels[first - 1 : end + 1], 0.8, axis=1)
    return Line(rows, covered, profile, float(middle[first:end].sum() / middle.max()), dashed)


def _apart(pixels: np.ndarray, first: int, end: int) -> bool:
    """Whether enough of a rule has paper on both sides: of a row of bars that belong to letters, little has.

    pixels: (rows, columns) darkness around it, the rule from row ``first`` to ``end``.
    """
    return bool(_clear(pixels, first, end, LEAST * float(np.median(pixels[first:end].max(axis=0)))).mean() >= CLEAR)


def _dashes_apart(pixels: np.ndarray, first: int, end: int, covered: np.ndarray) -> bool:
    """The same for dashes, of which ``covered`` ((width,) bool) are the columns: whether enough stand alone."""
    starts = np.flatnonzero(np.diff(np.flatnonzero(covered), prepend=-2) > 1)
    clear = _clear(pixels, first, end, LEAST * float(np.quantile(pixels[first:end].max(axis=0), 0.75)))
    alone = np.logical_and.reduceat(clear, starts)
    return np.count_nonzero(alone) >= max(FEWEST_DASHES - 3, CLEAR * len(starts))


def _clear(pixels: np.ndarray, first: int, end: int, least: float) -> np.ndarray:
    beside = np.concatenate((pixels[: max(0, first - 1)], pixels[end + 1 :]))
    clear: np.ndarray = ~(beside >= least).any(axis=0)
    return clear


def _spread(values: np.ndarray) -> float:
    """The standard deviation of ``values`` ((n,)), from the distance of their quartiles."""
    quartiles = [len(values) // 4, 3 * len(values) // 4]
    low, high = np.partition(values, quartiles)[quartiles]
    return float(high - low) / 1.35


def _fitted(x: np.ndarray, at: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """A parabola through most of the points (``at``, ``centre``), at ``x``."""
    keep = np.ones(len(at), bool)
    powers = np.stack((np.ones_like(at), at, at**2))
    for degree in (1, 2, 2):
        terms = powers[: degree + 1, keep]
        system = terms @ terms.T + 1e-6 * np.eye(degree + 1)
        factors = np.linalg.solve(system, terms @ centre[keep])
        distance = abs(factors @ powers[: degree + 1] - centre)
        keep = distance <= max(0.75, 1.5 * float(np.median(distance)))
    curve: np.ndarray = factors @ np.stack((np.ones_like(x), x, x**2))
    return curve


def _stretches(
    strength: np.ndarray, darkness: np.ndarray, scale: Scale, shortest: float
) -> tuple[list[tuple[int, int]], bool, float] | None:
    """The columns (start, end) that a rule covers along a curve, whether it is dashed, and how dark it is.

    strength, darkness: (width,) uint8, of what is thin there and of anything there.
    """
    seen = strength[strength >= scale.faintest]
    if len(seen) < max(6, 0.15 * shortest):
        return None
    for dashed in (False, True):
        level = float(np.partition(seen, (rank := len(seen) * (3 if dashed else 1) // 4))[rank])
        least = max(scale.faintest, LEAST * level)
        runs = (_dashes if dashed else _solid_runs)(strength >= least, darkness >= least, scale, shortest)
        if runs:
            return runs, dashed, level
    return None


def _solid_runs(pure: np.ndarray, dark: np.ndarray, scale: Scale, shortest: float) -> list[tuple[int, int]]:
    """The stretches of columns along a curve without a gap: dark, and for the most part nothing but a thin line."""
    closed = _closed(dark, _gap(scale))
    runs = runs_of(closed)
    even = (_shares(pure, runs) >= 0.4) & (_shares(dark, runs) >= 0.94)
    runs = [run for run, rule in zip(runs, even, strict=True) if rule]
    if not any(end - start >= shortest for start, end in runs) and not _bars(runs, scale):
        return []
    return [(start, end) for start, end in runs if end - start >= 0.5 * scale.letter]


def _bars(runs: list[tuple[int, int]], scale: Scale) -> bool:
    """Whether ``runs`` are the sides of separate boxes in a row: longer than those of letters, equal and regular."""
    bars = np.array([run for run in runs if run[1] - run[0] >= scale.letter]).reshape(-1, 2)
    if len(bars) < FEWEST_BARS:
        return False
    lengths, steps = bars[:, 1] - bars[:, 0], np.diff(bars[:, 0])
    if np.median(steps) > 1.4 * np.median(lengths):
        return False
    even = [abs(values - np.median(values)) <= max(2, 0.08 * np.median(values)) for values in (lengths, steps)]
    return bool(min(np.count_nonzero(even[0]), np.count_nonzero(even[1]) + 1) >= max(FEWEST_BARS, 0.6 * len(bars)))


def _closed(flags: np.ndarray, gap: int) -> np.ndarray:
    """``flags`` with runs of up to ``gap`` False between two True filled."""
    closed = flags.copy()
    for start, end in runs_of(~flags):
        if end - start <= gap and start > 0 and end < len(flags):
            closed[start:end] = True
    return closed


def _dashes(pure: np.ndarray, dark: np.ndarray, scale: Scale, shortest: float) -> list[tuple[int, int]]:
    """The columns of dashes or dots of one length at regular distances, if there are such.

    Dashes are missing where a letter stands on them, but not where there is paper.
    """
    runs = runs_of(dark)
    alone = np.array(runs).reshape(-1, 2)[_shares(pure, runs) >= 0.8]
    if len(alone) < FEWEST_DASHES:
        return []
    starts, ends = alone.T
    centres, lengths = (starts + ends) / 2, ends - starts
    steps, length = np.diff(centres), float(np.median(lengths))
    period = float(np.median(steps))
    if not 2 <= period <= 1.2 * scale.letter:
        return []
    away = abs(steps - period * np.maximum(1, np.round(steps / period)))
    regular = (away <= max(1.0, 0.15 * period)) & (abs(lengths[1:] - length) <= max(1.0, 0.25 * length))
    if np.count_nonzero(regular) < max(FEWEST_DASHES - 1, 0.6 * len(steps)):
        return []
    anchors = centres[1:][regular]
    gaps = np.maximum(1, np.round(np.diff(anchors) / period)).astype(np.int64)
    places = [anchors[:1] - period]
    for anchor, following, gap in zip(anchors[:-1], anchors[1:], gaps, strict=True):
        places.append(np.linspace(anchor, following, gap, endpoint=False))
    places.append(anchors[-1] + period * np.arange(2))
    at = np.concatenate(places)
    start, end = max(0, int(at[0])), min(len(dark), int(at[-1]) + 1)
    free = ~_closed(dark, round(1.5 * period))
    if end - start < shortest or free[start:end].mean() > 0.2:
        return []
    half = length / 2 + 1
    stretches = np.clip(np.round((at - half, at + half)), 0, len(dark)).astype(np.int64).T
    return [(start, end) for start, end in stretches.tolist() if start < end]
