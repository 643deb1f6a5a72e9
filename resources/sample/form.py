"""The paper: printed labels, time stamps and the lines above and below the one that is cut out."""

from typing import NamedTuple

import cv2
import numpy as np
from line import write_line
from pen import GRID, SCALE, Style, paste
from strokes import PRINT, parse, path


class Type(NamedTuple):
    """How print looks, in hundredths of the cap height.

    half_pen: half the width of upright strokes. width: of the letters, 1 as in the drawing. gap: between letters.
    pitch: from letter to letter when all are equally wide, else 0.
    """

    half_pen: float
    width: float
    gap: float
    pitch: float = 0.0


BOLD = Type(half_pen=8.8, width=1.0, gap=16)
LIGHT = Type(half_pen=5.8, width=1.08, gap=18)
STAMP = Type(half_pen=8.2, width=0.7, gap=0, pitch=67)

FLAT = 0.78
"""Width of the level strokes of the print as a share of the upright ones'."""

BEFORE_COLON = 20
"""Space before a colon, in hundredths of the cap height."""


class Page(NamedTuple):
    """A form before the word is written: canvas (h, w) bool on the grid; where the word starts, in pixels."""

    canvas: np.ndarray
    x: float
    baseline: float


def print_text(text: str, cap: float, kind: Type) -> np.ndarray:
    """(h, w) bool on the grid: ``text`` in print with capitals ``cap`` pixels high; the mask is 1.3 times as high."""
    polygons, x = [], 0.0
    for sign in text:
        if sign == " ":
            x += 35
            continue
        ways = [path(stroke) * (100 * kind.width, 100) for stroke in parse(PRINT[sign])]
        left = min(float(way[:, 0].min()) for way in ways) - kind.half_pen
        width = max(float(way[:, 0].max()) for way in ways) + kind.half_pen - left
        start = x + ((kind.pitch - width) / 2 if kind.pitch else BEFORE_COLON * (sign == ":"))
        shift = np.array([start - left, 0])
        polygons += [_square_line(way + shift, kind.half_pen) for way in ways]
        x = x + kind.pitch if kind.pitch else start + width + kind.gap
    unit = cap / 100 * SCALE
    layer = np.zeros((round(130 * unit), round((x + 5) * unit)), np.uint8)
    for polygon in np.concatenate(polygons):
        cv2.fillConvexPoly(layer, np.round(polygon * unit * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    size = (layer.shape[1] * GRID // SCALE, layer.shape[0] * GRID // SCALE)
    return cv2.resize(layer, size, interpolation=cv2.INTER_AREA) > 127


def _square_line(way: np.ndarray, half_pen: float) -> np.ndarray:
    """(n, 4, 2) the steps of ``way`` as rectangles with square ends: print has edges that a round pen has not."""
    along = np.diff(way, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    along, across = along * half_pen * (1, FLAT), along[:, ::-1] * (-1, 1) * half_pen * (1, FLAT)
    start, end = way[:-1] - along, way[1:] + along
    return np.stack([start + across, end + across, end - across, start - across], axis=1)


def _put_text(canvas: np.ndarray, text: str, x: float, baseline: float, cap: float, kind: Type = BOLD) -> float:
    """Print on ``canvas`` in place (``x``, ``baseline`` in pixels) and return the right end of the text in pixels."""
    mask = print_text(text, cap, kind)
    paste(canvas, mask, round(x * GRID), round((baseline - cap) * GRID))
    return x + mask.any(axis=0).nonzero()[0][-1] / GRID


def _put_writing(
    canvas: np.ndarray, text: str, style: Style, rng: np.random.Generator, x: float, baseline: float
) -> None:
    """Write a neighbouring line on ``canvas`` in place."""
    for sign in write_line(text, style, rng):
        canvas |= sign.layer(canvas.shape, round(x * GRID), round(baseline * GRID))


def _some_letters(rng: np.random.Generator, signs: str, low: int, high: int) -> str:
    return "".join(rng.choice(list(signs), rng.integers(low, high)).tolist())


def _stamp(canvas: np.ndarray, middle: float, rng: np.random.Generator) -> None:
    """A time of day, turned to read from bottom to top around column ``middle``; it clears what it overprints."""
    hours, minutes, seconds = rng.integers((8, 0, 0), (19, 60, 60)).tolist()
    digits = np.rot90(print_text(f"{hours:02}:{minutes:02}:{seconds:02}", 9.8, STAMP))
    x, y = round(middle * GRID) - digits.shape[1] // 2, round(rng.uniform(-22, 8) * GRID)
    halo = np.zeros(canvas.shape, bool)
    paste(halo, cv2.dilate(np.pad(digits, GRID).astype(np.uint8), np.ones((3, 3))) > 0, x - GRID, y - GRID)
    canvas &= ~halo
    paste(canvas, digits, x, y)


def _frame_line(canvas: np.ndarray, x: float, rng: np.random.Generator) -> None:
    """A thin vertical line, grey because it is thinner than a pixel, with a few gaps."""
    column = np.repeat(rng.random(canvas.shape[0] // 4 + 1) < 0.98, 4)[: canvas.shape[0]]
    left = max(0, round(x * GRID))
    canvas[:, left : left + 2] |= column[:, None]


def _specks(canvas: np.ndarray, rng: np.random.Generator) -> None:
    """Now and then some dirt, far smaller than a letter."""
    if rng.random() < 0.1:
        for _ in range(rng.integers(1, 4)):
            y, x = rng.integers(4, canvas.shape[0] - 4), rng.integers(canvas.shape[1] // 2, canvas.shape[1] - 4)
            canvas[y : y + rng.integers(1, 3), x : x + rng.integers(1, 4)] = True


def first_name_page(style: Style, rng: np.random.Generator) -> Page:
    """388x36, ``PRENOM :`` beside the word, slices of the lines of the family name and of the date of birth."""
    canvas = np.zeros((36 * GRID, 388 * GRID), bool)
    indented = rng.random() < 0.3
    x, baseline = rng.uniform(11, 24) if indented else rng.uniform(0, 9), float(np.clip(rng.normal(24.5, 3.5), 16, 31))
    cap = rng.uniform(9.6, 10.1)
    _put_text(canvas, "NOM :", x, baseline - 26, cap)
    end = _put_text(canvas, "PRENOM :", x, baseline, cap)
    start = end + rng.uniform(11, 19)
    above, below = rng.normal(baseline - 26, 1), rng.normal(baseline + 26, 1)
    _put_writing(canvas, _some_letters(rng, "ABCDEGHILMNORSTUV", 4, 9), style, rng, start, above)
    _put_text(canvas, "NE(E) LE :", x, baseline + 26, cap)
    _put_writing(canvas, _some_letters(rng, "0123456789", 8, 9), style, rng, start + 4, below)
    _class(canvas, x + 275, baseline + 26, cap, rng)
    if rng.random() < 0.92:
        _stamp(canvas, x + rng.uniform(-5, 4), rng)
    if indented:
        _frame_line(canvas, x - rng.uniform(7, 11), rng)
    _specks(canvas, rng)
    return Page(canvas, start, baseline + rng.normal(0.6, 0.9))


def _class(canvas: np.ndarray, x: float, baseline: float, cap: float, rng: np.random.Generator) -> None:
    """``CLASSE :`` with a ticked circle and the number of the class."""
    end = _put_text(canvas, "CLASSE :", x, baseline, cap)
    dot = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (8 * GRID, 8 * GRID)) > 0
    paste(canvas, dot, round((end + 7) * GRID), round((baseline - 9) * GRID))
    end = _put_text(canvas, str(rng.integers(3, 7)), end + 18, baseline, cap)
    _put_text(canvas, "eme", end + 1, baseline - 4, 0.6 * cap)


def family_name_page(style: Style, rng: np.random.Generator) -> Page:
    """388x36, ``NOM :`` beside the word, a slice of a line of digits above."""
    canvas = np.zeros((36 * GRID, 388 * GRID), bool)
    x, baseline = rng.uniform(2, 14), rng.uniform(20, 29)
    cap = rng.uniform(9.6, 10.1)
    end = _put_text(canvas, "CODE RNE / UAI :", x, baseline - 24, cap)
    _put_writing(canvas, _some_letters(rng, "0123456789", 7, 9), style, rng, end + 14, rng.normal(baseline - 23, 1))
    end = _put_text(canvas, "NOM :", x, baseline, cap)
    _put_text(canvas, "PRENOM :", x, baseline + 26, cap)
    if x > 8:
        _stamp(canvas, x + rng.uniform(-4, 2), rng)
        _frame_line(canvas, x - 8, rng)
    _specks(canvas, rng)
    return Page(canvas, end + rng.uniform(18, 30), baseline + rng.normal(0.6, 0.9))


def bare_page(style: Style, rng: np.random.Generator) -> Page:
    """324x44 with nothing but the word; ``style`` is not needed."""
    canvas = np.zeros((44 * GRID, 324 * GRID), bool)
    _specks(canvas, rng)
    return Page(canvas, rng.uniform(7, 16), rng.uniform(28, 35))


def label_above_page(style: Style, rng: np.random.Generator) -> Page:
    """284x50 or 284x66 with a light label on a line of its own, print or digits in slices beyond it."""
    tall = rng.random() < 0.5
    canvas = np.zeros(((66 if tall else 50) * GRID, 284 * GRID), bool)
    x, cap = rng.uniform(29, 34), rng.uniform(9.1, 9.6)
    baseline = rng.uniform(10, 14) if tall else rng.uniform(15, 19)
    _put_text(canvas, "PRENOM" if tall or rng.random() < 0.4 else "NOM", x, baseline, cap, LIGHT)
    if tall:
        _put_text(canvas, "DATE DE NAISSANCE   CLASSE", x, rng.uniform(68, 72), cap, LIGHT)
    else:
        digits = _some_letters(rng, "0123456789", 7, 9)
        _put_writing(canvas, digits, style, rng, x + rng.uniform(60, 130), baseline - rng.uniform(15, 18))
    _specks(canvas, rng)
    return Page(canvas, x + rng.uniform(-2, 6), baseline + rng.uniform(*((31, 38) if tall else (24, 28))))
