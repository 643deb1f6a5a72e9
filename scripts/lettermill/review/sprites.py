"""Sprites: pictures of words, packed on sheets, so that a page of thousands of letters has few files."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.base.files import write_bytes
from lettermill.base.kept import Kept

SHEET = (1024, 1536)
"""Maximum height and width of a sheet in pixels. Browsers decode such a sheet in about 10 ms."""

TALLEST = 64
"""Maximum height of a word on a sheet in pixels. Taller words are scaled down."""

GAP = 2
"""White pixels between two words, so that they do not bleed into each other when enlarged."""

QUALITY = 75
"""Quality of WebP. The sheets of 5,000 letters are about 5 MB, without visible loss."""


class Sprite(NamedTuple):
    """Location of the picture of a word: number of the sheet, and place on it."""

    sheet: int
    place: Box


class SpriteSheets:
    """Sheets in ``folder``, which is created, named by ``name_of``. They are filled one after the other in the order of
    the words, so words that are shown together are mostly on one sheet.

    sizes: (width, height) of the finished sheets. kept: sheets of the same words.
    """

    def __init__(self, folder: Path, kept: Kept | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._kept = folder, kept or Kept()
        self.sizes: list[tuple[int, int]] = []
        self._begin()

    def _begin(self) -> None:
        self._words: list[tuple[Box, bytes, Callable[[], np.ndarray]]] = []
        self._x = self._y = self._shelf = self._used = 0

    def add(self, image: np.ndarray) -> Sprite:
        """Place ``image`` ((height, width) uint8) on a sheet, scaled down if necessary."""
        return self.add_later(image.shape, hashlib.sha256(image.tobytes()).digest(), lambda: image)

    def add_later(self, shape: tuple[int, ...], key: bytes, read: Callable[[], np.ndarray]) -> Sprite:
        """Place the image of this shape (height, width) that ``read`` returns. It is only read if no sheet with the
        same words was kept. key: all that the image depends on."""
        height, width = fitted_shape(shape)
        if self._x + width > SHEET[1]:
            self._x, self._y, self._shelf = 0, self._y + self._shelf + GAP, 0
        if self._y + height > SHEET[0]:
            self.finish()
        place = Box(self._x, self._y, width, height)
        self._words.append((place, key, read))
        self._x += width + GAP
        self._shelf = max(self._shelf, height)
        self._used = max(self._used, place.right)
        return Sprite(len(self.sizes), place)

    def finish(self) -> None:
        """Write the current sheet unless it is empty."""
        if self._used:
            shape = (min(self._y + self._shelf, SHEET[0]), self._used)  # the gap below may not fit
            key = hashlib.sha256(b"".join(b"%r %b" % (tuple(place), key) for place, key, _ in self._words)).digest()
            write_bytes(self._folder / name_of(len(self.sizes)), self._kept.get(key, partial(self._drawn, shape)))
            self.sizes.append(shape[::-1])
        self._begin()

    def _drawn(self, shape: tuple[int, int]) -> bytes:
        """The current sheet as WebP."""
        sheet = np.full(shape, 255, np.uint8)
        for place, _, read in self._words:
            place.of(sheet)[:] = fitted(read())
        return encode_webp(sheet)


def name_of(sheet: int) -> str:
    """The file name of a sheet, by its number from 0."""
    return f"{sheet:04d}.webp"


def fitted_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """The height and width of an image of this shape on a sheet: scaled down if it is taller than ``TALLEST`` or wider
    than a sheet."""
    height, width = shape
    scale = min(1.0, TALLEST / height, SHEET[1] / width)
    return (height, width) if scale == 1.0 else (max(1, round(height * scale)), max(1, round(width * scale)))


def fitted(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width) uint8) in its ``fitted_shape``."""
    height, width = fitted_shape(image.shape)
    if image.shape == (height, width):
        return image
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def encode_webp(image: np.ndarray) -> bytes:
    """``image`` ((height, width) uint8) as lossy WebP."""
    done, content = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    if not done:
        raise ValueError(f"cannot encode an image of shape {image.shape}")
    return content.tobytes()
