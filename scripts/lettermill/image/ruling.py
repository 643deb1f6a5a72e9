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

UNEVEN = 0.5
"""Maximum standard deviation of the darkness along a rule, as a share of its median."""


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
    included. profile: (2 * reach + 1,) darkness across, the middle is the centre. dashed: whether it has gaps.
    """

    rows: np.ndarray
    covered: np.ndarray
    profile: np.ndarray
    dashed: bool

    @property
    def thickness(self) -> int:
        """Rows in which the rule is at least half as dark as in its centre."""
        return int(np.count_nonzero(self.profile >= self.profile.max() / 2))


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


def find_lines(darkness: np.ndarray, scale: Scale, shortest: float) -> list[Line]:
    """The horizontal rules of at least ``shortest`` columns in ``darkness`` ((height, width) uint8)."""
    thin = thin_parts(darkness, scale)
    lines: list[Line] = []
    for rows in _paths(thin, darkness, scale, shortest):
        if any(_near(rows, other, _unit(scale) + 1) for other in lines):
            continue
        line = _line_along(rows, darkness, thin, scale, shortest)
        if line is not None and not any(_same(line, other) for other in lines):
            lines.append(line)
    return lines


def _near(path: np.ndarray, line: Line, rows: int) -> bool:
    """Whether most of ``line`` is within ``rows`` rows of ``path``."""
    return bool((abs(path - line.rows)[line.covered] <= rows + line.thickness / 2).mean() > 0.7)


def _same(line: Line, other: Line) -> bool:
    both = line.covered & other.covered
    return bool(both.any()) and float(np.median(abs(line.rows - other.rows)[both])) <= max(2, line.thickness)


def _paths(thin: np.ndarray, darkness: np.ndarray, scale: Scale, shortest: float) -> list[np.ndarray]:
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

    tilts, bends = _steps(STEEPEST * width / 2 / unit, 1.5), _steps(MOST_BENT * width / unit, 2.0)
    shapes = np.array([(tilt, bend) for bend in bends for tilt in tilts])
    offsets = _offsets(shapes, strips)
    margin = int(abs(offsets).max())
    index = (np.arange(len(thin))[:, None] + offsets[:, None] + margin) * strips + np.arange(strips)
    sums = np.pad(shares, ((margin, margin), (0, 0))).ravel().take(index).sum(axis=2)  # (shapes, rows)

    best = sums.max(axis=0)
    score = best.astype(np.float32)
    score += 0.01 * cv2.blur(score[:, None], (1, 5), borderType=cv2.BORDER_CONSTANT).ravel()  # the middle of a plateau
    highest = cv2.dilate(score[:, None], np.ones((5, 1), np.uint8)).ravel()
    peaks = np.flatnonzero((best >= 0.25 * shortest / strip * 255) & (score >= highest))
    peaks = peaks[np.argsort(-best[peaks], kind="stable")][:MOST_PATHS]
    chosen = shapes[sums[:, peaks].argmax(axis=0)]
    paths = peaks[:, None] + _offsets(chosen, width)
    at = np.clip(np.round(paths), 0, len(thin) - 1).astype(np.int64), np.arange(width)
    closed = _longest(darkness[at] >= scale.faintest, _gap(scale)) >= shortest
    rises = np.count_nonzero(np.diff((thin[at] >= scale.faintest).view(np.int8), axis=1) > 0, axis=1)
    likely = closed | (rises >= min(FEWEST_DASHES, FEWEST_BARS))
    paths, at = paths[likely], (at[0][likely], at[1])
    return [
        unit * path
        for path, there, any_there in zip(paths, thin[at], darkness[at], strict=True)
        if _stretches(there, any_there, scale, shortest) is not None
    ]


def _unit(scale: Scale) -> int:
    """Rows that are looked at as one when paths are searched."""
    return max(1, int(scale.stroke / 3))


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


def _longest(flags: np.ndarray, gap: int) -> np.ndarray:
    """(n,) int: the longest run in each row of ``flags`` ((n, width) bool) without a gap of more than ``gap``."""
    if len(flags) == 0:
        return np.zeros(0, np.int64)
    closed = cv2.morphologyEx(flags.view(np.uint8), cv2.MORPH_CLOSE, np.ones((1, gap + 1), np.uint8))
    columns = np.arange(1, flags.shape[1] + 1)
    longest: np.ndarray = (columns - np.maximum.accumulate(np.where(closed, 0, columns), axis=1)).max(axis=1)
    return longest


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """(start, end) of each run of True in ``flags`` ((n,) bool)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def straightened(image: np.ndarray, rows: np.ndarray, reach: int) -> np.ndarray:
    """The pixels within ``reach`` rows of a curve, (2 * reach + 1, width). Outside the image there is nothing."""
    height, width = image.shape
    # A row of nothing above the image and one below it.
    padded = np.zeros((height + 2, width), image.dtype)
    padded[1:-1] = image
    at = np.clip(rows + np.arange(1 - reach, reach + 2)[:, None], 0, height + 1)
    pixels: np.ndarray = padded.ravel().take(at * width + np.arange(width))
    return pixels


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
    profile = np.quantile(straightened(darkness, rows, reach)[:, sample], 0.7, axis=1)
    return Line(rows, covered, profile, dashed)


def _spread(values: np.ndarray) -> float:
    """The standard deviation of ``values`` ((n,)), from the distance of their quartiles."""
    quartiles = [len(values) // 4, 3 * len(values) // 4]
    low, high = np.partition(values, quartiles)[quartiles]
    return float(high - low) / 1.35


def _median(values: np.ndarray) -> float:
    """The median of ``values`` ((n,)), faster than that of NumPy for few numbers."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    ordered = np.partition(values, (low, high))
    return float(ordered[low] + ordered[high]) / 2


def _fitted(x: np.ndarray, at: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """A parabola through most of the points (``at``, ``centre``), at ``x``."""
    keep = np.ones(len(at), bool)
    powers = np.stack((np.ones_like(at), at, at**2))
    for degree in (1, 1, 2, 2):
        terms, kept = powers[: degree + 1], powers[: degree + 1] * keep
        factors = np.linalg.solve(kept @ terms.T + 1e-6 * np.eye(degree + 1), kept @ centre)
        distance = abs(factors @ terms - centre)
        keep = distance <= max(0.75, 1.5 * _median(distance))
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
    runs = [
        (start, end) for start, end in _runs(closed) if pure[start:end].mean() >= 0.4 and dark[start:end].mean() >= 0.85
    ]
    if not any(end - start >= shortest for start, end in runs) and not _bars(runs, scale):
        return []
    return [(start, end) for start, end in runs if end - start >= 0.5 * scale.letter]


def _bars(runs: list[tuple[int, int]], scale: Scale) -> bool:
    """Whether ``runs`` are the sides of separate boxes in a row: longer than those of letters, equal and regular."""
    bars = np.array([run for run in runs if run[1] - run[0] >= scale.letter]).reshape(-1, 2)
    if len(bars) < FEWEST_BARS:
        return False
    lengths, steps = bars[:, 1] - bars[:, 0], np.diff(bars[:, 0])
    even = [abs(values - np.median(values)) <= max(2, 0.08 * np.median(values)) for values in (lengths, steps)]
    return bool(min(np.count_nonzero(even[0]), np.count_nonzero(even[1]) + 1) >= max(FEWEST_BARS, 0.6 * len(bars)))


def _closed(flags: np.ndarray, gap: int) -> np.ndarray:
    """``flags`` with runs of up to ``gap`` False between two True filled."""
    closed = flags.copy()
    for start, end in _runs(~flags):
        if end - start <= gap and start > 0 and end < len(flags):
            closed[start:end] = True
    return closed


def _dashes(pure: np.ndarray, dark: np.ndarray, scale: Scale, shortest: float) -> list[tuple[int, int]]:
    """The columns of dashes or dots of one length at regular distances, if there are such.

    Dashes are missing where a letter stands on them, but not where there is paper.
    """
    alone = [(start, end) for start, end in _runs(dark) if pure[start:end].mean() >= 0.8]
    if len(alone) < FEWEST_DASHES:
        return []
    starts, ends = np.array(alone).T
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
    if end - start < shortest or free[start:end].mean() > 0.1:
        return []
    half = length / 2 + 1
    return [(max(0, round(place - half)), max(1, round(place + half))) for place in at]
