"""A writer's hand: vector letters become ink on a fine grid, as a black and white scanner sees them.

Lengths are pixels of the finished image, unless a name or docstring says grid: the scan is black and white on a
grid of ``GRID`` cells per pixel and gets its grey levels only when it is made smaller.
"""

from typing import NamedTuple

import cv2
import numpy as np
from strokes import ACCENTS, HAND, Stroke, parse, path

GRID = 3
"""Cells of the scanner's grid per pixel of the finished image."""

SCALE = 6
"""Cells per pixel on which strokes are drawn before the scanner decides for black or white."""

SHIFT = 4
"""Fractional bits of the coordinates that OpenCV draws."""


class Style(NamedTuple):
    """How one writer writes.

    cap, pen: height of the capitals and width of the stroke. width: of the letters, 1 as in the drawing.
    slant: columns per row to the right. jitter: unsteadiness in cap heights. wander: rise and fall of letters.
    pitch: distance of the letters' middles when they are written into the cells of a comb, else 0.
    gap: between letters when there is no comb. ink: 0 to 1, how black the pen writes. grain: roughness of the ink.
    habits: for each sign the variant that the writer prefers.
    """

    cap: float
    pen: float
    width: float
    slant: float
    jitter: float
    wander: float
    pitch: float
    gap: float
    ink: float
    grain: float
    habits: dict[str, int]


class Ink(NamedTuple):
    """A sign on the grid: mask (h, w) bool without empty margin columns; top: its first row from the baseline."""

    mask: np.ndarray
    top: int


def new_style(rng: np.random.Generator, faint: bool = False) -> Style:
    """A writer drawn at random; a ``faint`` one writes with a hard pencil."""
    fine, thick = (1.0, 1.5), (2.2, 2.9)
    pen = rng.uniform(*(fine, (1.4, 1.9), thick)[rng.choice(3, p=(0.56, 0.34, 0.1))])
    cap = float(np.clip(rng.normal(12.8 if pen < 2.2 else 14.5, 1.5), 11, 17))
    comb = rng.random() < 0.65
    return Style(
        cap=cap,
        pen=float(rng.uniform(1.0, 1.3) if faint else pen),
        width=float(np.clip(rng.normal(1.08, 0.1), 0.85, 1.35)),
        slant=float(np.clip(rng.normal(0.06, 0.13), -0.2, 0.38)),
        jitter=float(rng.uniform(0.022, 0.055)),
        wander=float(rng.uniform(0.2, 0.9)),
        pitch=float(rng.uniform(17, 20.5)) if comb else 0.0,
        gap=float(rng.uniform(3.5, 9)),
        ink=float(rng.uniform(0.57, 0.68)) if faint else float(rng.uniform(0.85, 1.1)),
        grain=float(rng.uniform(0.16, 0.24)) if faint else float(rng.uniform(0.05, 0.15)),
        habits={sign: _variant(sign, rng) for sign in sorted(HAND)},
    )


def _variant(sign: str, rng: np.random.Generator) -> int:
    """One of the ways to draw ``sign``; they are listed from common to rare."""
    weights = 1 / np.arange(2, 2 + len(HAND[sign]))
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def write(sign: str, accents: str, style: Style, rng: np.random.Generator) -> Ink:
    """``sign`` with its ``accents`` (combining characters) in the hand of ``style``."""
    strokes = parse(HAND[sign][style.habits[sign] if rng.random() < 0.85 else _variant(sign, rng)])
    if accents and sign == "I" and len(strokes) == 2:
        strokes = strokes[:1]  # an i loses its dot under an accent
    strokes = _with_accents(strokes, accents)
    return _scan([_unsteady(stroke, style, rng) for stroke in strokes], style, rng)


def _with_accents(strokes: list[Stroke], accents: str) -> list[Stroke]:
    """``strokes`` and their accents, these in the middle above (the cedilla below) the letter."""
    points = np.concatenate([stroke.points for stroke in strokes])
    middle, top = (points[:, 0].min() + points[:, 0].max()) / 2, points[:, 1].min()
    above, below = np.array([middle, top]), np.array([middle, 0])
    marks = [mark for accent in accents for mark in parse(ACCENTS[accent])]
    return strokes + [Stroke(mark.points + (above if mark.points[0, 1] < 0 else below), mark.corner) for mark in marks]


def _unsteady(stroke: Stroke, style: Style, rng: np.random.Generator) -> np.ndarray:
    """(m, 2) the way of the pen in pixels from the baseline: every point a little off, no line quite straight."""
    points = stroke.points + rng.normal(0, style.jitter, stroke.points.shape)
    corner = stroke.corner.copy()
    corner[[0, -1]] = True
    for start in np.flatnonzero(corner[:-1] & corner[1:])[::-1]:
        along = points[start + 1] - points[start]
        bow = points[start] + along * rng.uniform(0.35, 0.65) + rng.normal(0, 0.03) * along[::-1] * (-1, 1)
        points, corner = np.insert(points, start + 1, bow, axis=0), np.insert(corner, start + 1, False)
    way = path(Stroke(points, corner)) - (0, 1)
    return np.stack([way[:, 0] * style.width - way[:, 1] * style.slant, way[:, 1]], axis=1) * style.cap


def _turned(ways: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """``ways`` with the size and the tilt that this one letter has by chance."""
    angle = rng.normal(0, 0.045)
    size = np.clip(rng.normal(1, (0.08, 0.055)), 0.85, 1.18)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * size
    return [way @ turn.T for way in ways]


def _scan(ways: list[np.ndarray], style: Style, rng: np.random.Generator) -> Ink:
    """The ink that a pen leaves on its ``ways`` (in pixels), black or white on the grid."""
    ways = _turned(ways, rng)
    points = np.concatenate(ways)
    low = np.floor(points.min(axis=0)).astype(int) - 3
    columns, rows = np.ceil(points.max(axis=0)).astype(int) + 3 - low
    layer = np.zeros((rows * SCALE, columns * SCALE), np.uint8)
    for way in ways:
        _draw(layer, (way - low) * SCALE, style.pen * SCALE, rng)
    return trimmed(_black(_on_grid(layer), style, rng), low[1] * GRID)


def _draw(layer: np.ndarray, way: np.ndarray, pen: float, rng: np.random.Generator) -> None:
    """Draw the stroke on ``layer`` in place: the pressure swells and falls and is least at the ends."""
    steps = len(way) - 1
    pressure = np.interp(np.arange(steps), np.linspace(0, steps, 5), rng.normal(1, 0.12, 5))
    ends = np.minimum(np.arange(steps), np.arange(steps)[::-1]) / max(1, steps)
    widths = np.maximum(1, np.round(pen * pressure * np.clip(0.75 + 3 * ends, 0, 1))).astype(int)
    fixed = np.round(way * 2**SHIFT).astype(np.int32)
    for start, width in enumerate(widths.tolist()):
        cv2.polylines(layer, [fixed[start : start + 2]], False, 255, width, cv2.LINE_AA, SHIFT)


def _on_grid(layer: np.ndarray) -> np.ndarray:
    """(h, w) float 0 to 1: how much of each cell of the grid the drawn ``layer`` covers."""
    size = (layer.shape[1] * GRID // SCALE, layer.shape[0] * GRID // SCALE)
    return cv2.resize(layer, size, interpolation=cv2.INTER_AREA).astype(float) / 255


def _black(cover: np.ndarray, style: Style, rng: np.random.Generator) -> np.ndarray:
    """(h, w) bool: where the ink on rough paper is dark enough for the scanner."""
    rough = cv2.GaussianBlur(rng.normal(0, 1, cover.shape), (0, 0), 0.4 * GRID) * 3.5
    mask = cover * (style.ink + style.grain * rough) > 0.5
    return mask if mask.any() else cover >= cover.max()


def trimmed(mask: np.ndarray, top: int) -> Ink:
    """``mask`` (h, w) bool on the grid, its first row ``top`` rows below the baseline, without its margins."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return Ink(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], int(top + rows[0]))


def broken(ink: Ink, rng: np.random.Generator) -> Ink:
    """``ink`` with a gap of one to two pixels across it, where the pen failed."""
    rows, columns = ink.mask.shape
    angle = rng.uniform(-0.5, 0.5) + (np.pi / 2 if rng.random() < 0.5 else 0)
    y, x = np.mgrid[:rows, :columns] - np.reshape([rows, columns], (2, 1, 1)) * rng.uniform(0.35, 0.65)
    gap = abs(x * np.cos(angle) + y * np.sin(angle)) <= rng.uniform(0.5, 1.0) * GRID
    mask = ink.mask & ~gap
    return trimmed(mask, ink.top) if mask.any() else ink


def paste(canvas: np.ndarray, mask: np.ndarray, x: int, y: int) -> None:
    """Blacken ``canvas`` in place where ``mask`` is, its corner at column ``x``, row ``y`` (all on the grid)."""
    left, top = max(0, x), max(0, y)
    right, bottom = min(canvas.shape[1], x + mask.shape[1]), min(canvas.shape[0], y + mask.shape[0])
    if left < right and top < bottom:
        canvas[top:bottom, left:right] |= mask[top - y : bottom - y, left - x : right - x]
