"""Drawing: debug pictures and contact sheets."""

from collections.abc import Sequence

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.paper.ink import ink_mask

COLOURS = ((200, 80, 0), (0, 90, 220))
"""Blue and orange (BGR) in turn, so that everyone can tell neighbouring boxes apart, colour-blind or not."""

GREY = (150, 150, 150)
BLACK = (0, 0, 0)


def word_picture(
    image: np.ndarray, region: Box | None, boxes: Sequence[Box], labels: Sequence[str], caption: str
) -> np.ndarray:
    """A word image with its crop, boxes and labels, and the histograms of its columns and rows.

    image: (height, width) uint8. region: the crop. boxes, region: in pixels of ``image``.
    Returns (rows, columns, 3) uint8 BGR, ``image`` up to four times as large.
    """
    height, width = image.shape
    scale = max(1, min(4, 4000 // max(image.shape)))
    region = region or Box(0, 0, width, height)
    mask = np.zeros(image.shape, bool)
    region.of(mask)[:] = ink_mask(region.of(image))
    column_height, row_width, top = 60, 100, 50
    shape = (top + height * scale + column_height + 10, width * scale + row_width + 10, 3)
    canvas = np.full(shape, 255, np.uint8)
    big = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    canvas[top : top + height * scale, : width * scale] = big[:, :, None]

    _bars(canvas[top + height * scale + 5 :, : width * scale], mask.sum(axis=0), scale)
    _bars(canvas[top : top + height * scale, width * scale + 5 :].transpose(1, 0, 2), mask.sum(axis=1), scale)
    _outline(canvas, region, GREY, scale, top)
    for index, box in enumerate(boxes):
        colour = COLOURS[index % 2]
        _outline(canvas, box, colour, scale, top)
        if index < len(labels):
            _write(canvas, labels[index], (box.x * scale, top - 6), colour)
    _write(canvas, caption, (5, 18), BLACK)
    return canvas


def class_lines(classes: Sequence[tuple[str, Sequence[np.ndarray]]], columns: int, cell: int = 44) -> np.ndarray:
    """One line for each class: its label, then up to ``columns`` of its images, scaled down if necessary.

    classes: (label, images as (height, width) uint8). Returns (rows, columns, 3) uint8 BGR.
    """
    sheet = _sheet(len(classes), columns + 1, (cell, cell))
    for line, (label, images) in enumerate(classes):
        _write(sheet, label, (cell // 4, line * cell + 2 * cell // 3), COLOURS[0], 0.8)
        for column, image in enumerate(images[:columns], start=1):
            _place(sheet[line * cell : (line + 1) * cell, column * cell : (column + 1) * cell], image)
    return sheet


def captioned(
    images: Sequence[tuple[str, np.ndarray]], columns: int, cell: tuple[int, int], largest: float = 1.0
) -> np.ndarray:
    """Images in lines of ``columns``, each under its caption, scaled down if necessary.

    images: (caption, (height, width) uint8). cell: (height, width) of the space for one image. largest: maximum factor
    by which images are enlarged. Returns (rows, columns, 3) uint8 BGR.
    """
    caption, (height, width) = 12, cell
    sheet = _sheet(-(-len(images) // columns), columns, (height + caption, width))
    for number, (text, image) in enumerate(images):
        line, column = divmod(number, columns)
        y, x = line * (height + caption), column * width
        _write(sheet, text, (x + 2, y + caption - 2), COLOURS[0], 0.3)
        _place(sheet[y + caption : y + caption + height, x : x + width], image, largest)
    return sheet


def _sheet(lines: int, columns: int, cell: tuple[int, int]) -> np.ndarray:
    return np.full((max(lines, 1) * cell[0], columns * cell[1], 3), 255, np.uint8)


def _place(room: np.ndarray, image: np.ndarray, largest: float = 1.0) -> None:
    """Draw ``image`` into the middle of ``room`` ((height, width, 3) uint8), scaled to fit."""
    scale = min(largest, *((free - 8) / side for free, side in zip(room.shape[:2], image.shape, strict=True)))
    height, width = (max(1, round(side * scale)) for side in image.shape)
    if scale != 1:
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        image = cv2.resize(image, (width, height), interpolation=method)
    y, x = (room.shape[0] - height) // 2, (room.shape[1] - width) // 2
    room[y : y + height, x : x + width] = image[:, :, None]


def _bars(canvas: np.ndarray, counts: np.ndarray, scale: int) -> None:
    """Draw ``counts`` (n,) as bars, each ``scale`` columns wide, from the upper edge of ``canvas`` downwards."""
    room = canvas.shape[0] - 5
    bars = np.repeat(np.round(room * counts / max(counts.max(), 1)), scale)
    canvas[np.arange(canvas.shape[0])[:, None] < bars] = GREY


def _outline(canvas: np.ndarray, box: Box, colour: tuple[int, int, int], scale: int, top: int) -> None:
    corner = (box.right * scale - 1, top + box.bottom * scale - 1)
    cv2.rectangle(canvas, (box.x * scale, top + box.y * scale), corner, colour, 1)


def _write(
    canvas: np.ndarray, text: str, place: tuple[int, int], colour: tuple[int, int, int], size: float = 0.55
) -> None:
    cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
