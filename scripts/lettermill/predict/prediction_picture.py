"""The picture of a prediction: text, boxes and alternatives."""

from collections.abc import Sequence

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.image.drawing import BLACK, COLOURS, GREY
from lettermill.predict.read import ReadLetter, Text

UNCERTAIN = 0.9
"""A letter with a lower probability has its probability written below its box."""

LETTER_HEIGHT = 48
"""Height of the letters as shown, in pixels, if there is room."""

WIDEST, LARGEST = 1600, 6.0
"""Largest width of the image as shown, in pixels, and its largest enlargement."""

SIDE = 16
"""Margin in pixels."""

Colour = tuple[int, int, int]


def prediction_picture(image: np.ndarray, name: str, line: Text) -> np.ndarray:
    """Draw ``image`` ((height, width) uint8) with its text, a box for each letter, and the alternative texts.

    Returns (rows, columns, 3) uint8 BGR. Text is drawn in OpenCV's own font.
    """
    shown, scale = _shown(image, [letter.box for letter in line.letters])
    height, width = shown.shape[:2]
    head, above, row = 64, 34, 26
    others = line.texts[1:]
    below = 22 + (row * len(others) + 14 if others else 0)
    canvas = np.full((head + above + height + below + SIDE, max(width, 480) + 2 * SIDE, 3), 255, np.uint8)
    title = line.best.text or f"no text: {line.reason.replace('_', ' ')}"
    room = canvas.shape[1] - 2 * SIDE - (90 if line.texts else 0)
    end = _write(canvas, title, (SIDE, 34), BLACK, 28, room)
    if line.texts:
        _write(canvas, percent(line.best.probability), (end + 14, 34), GREY, 22)
    _write(canvas, name, (SIDE, 56), GREY, 14, canvas.shape[1] - 2 * SIDE)
    top = head + above
    canvas[top : top + height, SIDE : SIDE + width] = shown
    cv2.rectangle(canvas, (SIDE - 1, top - 1), (SIDE + width, top + height), (225, 225, 225), 1)
    for number, letter in enumerate(line.letters):
        _draw(canvas, letter, COLOURS[number % 2], scale, top, height)
    for number, other in enumerate(others):
        y = top + height + 22 + row * (number + 1)
        _write(canvas, percent(other.probability), (SIDE, y), GREY, 14)
        end = _write(canvas, other.text, (SIDE + 54, y), BLACK, 17, canvas.shape[1] - 2 * SIDE - 200)
        bar = round(120 * other.probability / line.best.probability) if line.best.probability else 0
        cv2.rectangle(canvas, (end + 12, y - 11), (end + 12 + max(bar, 1), y - 1), (225, 225, 225), -1)
    return canvas


def percent(probability: float) -> str:
    """``probability`` in per cent, never 100 %."""
    share = 100 * probability
    return f"{min(share, 99.9):.1f} %" if share > 99 else f"{share:.0f} %" if share >= 1 else "< 1 %"


def _shown(image: np.ndarray, boxes: Sequence[Box]) -> tuple[np.ndarray, float]:
    """``image`` enlarged as (height, width, 3) uint8, and the factor of enlargement."""
    height = float(np.median([box.height for box in boxes])) if boxes else image.shape[0] / 2
    scale = min(LETTER_HEIGHT / height, LARGEST, WIDEST / image.shape[1])
    size = tuple(max(1, round(side * scale)) for side in image.shape[::-1])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.cvtColor(cv2.resize(image, size, interpolation=method), cv2.COLOR_GRAY2BGR), scale


def _draw(canvas: np.ndarray, letter: ReadLetter, colour: Colour, scale: float, top: int, height: int) -> None:
    box = letter.box
    left, right = (SIDE + round(side * scale) for side in (box.x, box.right))
    upper, lower = (top + round(side * scale) for side in (box.y, box.bottom))
    cv2.rectangle(canvas, (left, upper), (right - 1, lower - 1), colour, 1, cv2.LINE_AA)
    _centred(canvas, letter.letter, (left + right) // 2, top - 8, colour, 22)
    if letter.probability < UNCERTAIN:
        _centred(canvas, percent(letter.probability), (left + right) // 2, top + height + 14, colour, 12)


def _centred(canvas: np.ndarray, text: str, x: int, y: int, colour: Colour, size: int) -> None:
    _write(canvas, text, (x - _width(text, size) // 2, y), colour, size)


def _write(
    canvas: np.ndarray, text: str, place: tuple[int, int], colour: Colour, size: int, room: int | None = None
) -> int:
    """Write ``text``, cut to ``room`` pixels, with its left end and baseline at ``place``. Returns its right end."""
    while room is not None and len(text) > 1 and _width(text, size) > room:
        text = f"{text[:-2]}…"
    cv2.putText(canvas, text, place, colour, cv2.FontFace("sans"), size, 400)
    return place[0] + _width(text, size)


def _width(text: str, size: int) -> int:
    x, _, width, _ = cv2.getTextSize((1, 1), text, (0, 0), cv2.FontFace("sans"), size, 400)
    return x + width
