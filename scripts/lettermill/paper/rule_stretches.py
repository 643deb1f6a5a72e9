"""Printed ruling: the columns that a rule covers along a curve: without gaps, dashed, dotted, or of separate boxes."""

import numpy as np

from lettermill.base.median import median
from lettermill.paper.rule_scale import Scale

FEWEST_DASHES = 7
"""Minimum number of dashes or dots in a rule."""

FEWEST_BARS = 3
"""Minimum number of the long bars of separate boxes in a row."""

LEAST = 0.45
"""Darkness of a pixel of a rule, at least, as a share of that of the rule."""

PURE, WHOLE = 0.4, 0.94
"""Minimum shares of the columns of a rule without gaps that show nothing but a thin line, and that show anything."""

BAR = 1.2
"""Minimum length of such a bar in letter heights."""


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


def gap_of(scale: Scale) -> int:
    """Columns that may be missing from a rule without gaps."""
    return max(2, round(0.1 * scale.letter))


def stretches_of(
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
    closed = _closed(dark, gap_of(scale))
    runs = runs_of(closed)
    even = (_shares(pure, runs) >= PURE) & (_shares(dark, runs) >= WHOLE)
    runs = [run for run, rule in zip(runs, even, strict=True) if rule]
    if not any(end - start >= shortest for start, end in runs) and not _bars(runs, scale):
        return []
    return [(start, end) for start, end in runs if end - start >= 0.5 * scale.letter]


def _bars(runs: list[tuple[int, int]], scale: Scale) -> bool:
    """Whether ``runs`` are the sides of separate boxes in a row: longer than those of letters, equal and regular."""
    bars = np.array([run for run in runs if run[1] - run[0] >= BAR * scale.letter]).reshape(-1, 2)
    if len(bars) < FEWEST_BARS:
        return False
    lengths, steps = bars[:, 1] - bars[:, 0], np.diff(bars[:, 0])
    if median(steps) > 1.4 * median(lengths):
        return False
    even = [abs(values - (middle := median(values))) <= max(2, 0.08 * middle) for values in (lengths, steps)]
    return bool(min(np.count_nonzero(even[0]), np.count_nonzero(even[1]) + 1) >= max(FEWEST_BARS, 0.6 * len(bars)))


def regular_dashes(starts: np.ndarray, ends: np.ndarray, scale: Scale) -> tuple[np.ndarray, float, float] | None:
    """The centres, the period, and the length of most of the dashes from ``starts`` to ``ends`` ((n,) int, at least
    two); None unless they are of one length at regular distances."""
    centres, lengths = (starts + ends) / 2, ends - starts
    steps, length = centres[1:] - centres[:-1], median(lengths)
    period = median(steps)
    if not 2 <= period <= 1.2 * scale.letter:
        return None
    away = abs(steps - period * np.maximum(1, np.rint(steps / period)))
    regular = (away <= max(1.0, 0.15 * period)) & (abs(lengths[1:] - length) <= max(1.0, 0.25 * length))
    if np.count_nonzero(regular) < max(FEWEST_DASHES - 1, 0.6 * len(steps)):
        return None
    return centres[1:][regular], period, length


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
    found = regular_dashes(alone[:, 0], alone[:, 1], scale)
    if found is None:
        return []
    anchors, period, length = found
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
