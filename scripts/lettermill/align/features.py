"""Features of a candidate, from which the recogniser learns.

The ink of a candidate is scaled to a fixed size and described by histograms of oriented gradients (Dalal and Triggs,
CVPR 2005). Four more numbers describe its size and its position in the word. Narrow shapes are widened as in Liu et
al., "Handwritten digit recognition: investigation of normalization and feature extraction techniques", Pattern
Recognition 37(2), 2004 (aspect ratio adaptive normalization).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.align.fragments import Candidate, Fragments

SIDE = 32
"""Side in pixels of the square that a candidate is scaled into."""

MARGIN = 2
CELL = 4
CELLS = SIDE // CELL
DIRECTIONS = 8
PLACES = 4
COUNT = DIRECTIONS * CELLS**2 + PLACES
"""Number of features of a candidate."""

GAIN = 4
"""Factor that gives gradient features about the same variance as those of place, so that networks learn faster."""

CHUNK = 64
"""Pictures processed at a time: few enough for the cache of a processor."""

_CENTRES = (np.arange(CELLS) + 0.5) * CELL - 0.5
WINDOWS = np.maximum(0, 1 - np.abs(np.arange(SIDE)[:, None] - _CENTRES) / CELL).astype(np.float32)
"""(SIDE, CELLS) weights of the pixels in each cell. Cells overlap, so that a shift by a pixel changes little."""

SMOOTH, SLOPE = np.array([1, 2, 1], np.float32), np.array([-1, -2, 0, 2, 1], np.float32)
"""A binomial filter, and the difference of the next and the previous pixel after it."""

BLACK = np.float32(255 * SMOOTH.sum() ** 2)
"""What the filters make of black in place of 1."""

GAP = 2
"""Columns of paper between pictures side by side, so that filters do not mix them."""

WINDOWS_AND_GAP = np.concatenate([WINDOWS, np.zeros((GAP, CELLS), np.float32)])


class Appearance(NamedTuple):
    """Candidates as images and places. pictures: (n, SIDE, SIDE) uint8, 0 is paper. places: (n, PLACES) float32."""

    pictures: np.ndarray
    places: np.ndarray

    def features(self) -> np.ndarray:
        """The features, (n, COUNT) float32."""
        return np.hstack([gradients(self.pictures), self.places])


def appearance_of(fragments: Fragments, candidates: Sequence[Candidate]) -> Appearance:
    """The images and places of ``candidates``."""
    # Labels of 8 bits are compared faster; there are 4,000 fragments at most.
    labels: np.ndarray = fragments.labels.astype(np.uint8 if len(fragments.boxes) < 256 else np.uint16)
    darkness = cv2.bitwise_not(fragments.image)
    pictures = np.zeros((len(candidates), SIDE, SIDE), np.uint8)
    for square, (start, stop, (x, y, width, height)) in zip(pictures, candidates, strict=True):
        there = slice(y, y + height), slice(x, x + width)
        ink = cv2.bitwise_and(darkness[there], cv2.inRange(labels[there], start + 1, stop))
        _draw(square, ink, fragments.height)
    return Appearance(pictures, _places(fragments, candidates))


def _draw(square: np.ndarray, ink: np.ndarray, letter: float) -> None:
    """Draw the ink of a candidate ((height, width) uint8) into the middle of ``square`` ((SIDE, SIDE) uint8, 0).

    letter: height of the letters of the word.
    """
    high, wide = ink.shape
    longer = max(wide, high)
    # Do not enlarge a dot or a dash to the size of a letter.
    size = (SIDE - 2 * MARGIN) * min(1, longer / (0.5 * letter))
    width = max(1, round(size if wide == longer else size * math.sqrt(math.sin(math.pi / 2 * wide / longer))))
    height = max(1, round(size if high == longer else size * math.sqrt(math.sin(math.pi / 2 * high / longer))))
    method = cv2.INTER_AREA if width < wide and height < high else cv2.INTER_LINEAR
    y, x = (SIDE - height) // 2, (SIDE - width) // 2
    cv2.resize(ink, (width, height), square[y : y + height, x : x + width], interpolation=method)


def gradients(pictures: np.ndarray) -> np.ndarray:
    """Histograms of gradient directions by cells: (n, SIDE, SIDE) uint8 to (n, COUNT - PLACES) float32."""
    cells = np.empty((len(pictures), DIRECTIONS * CELLS**2), np.float32)
    for first in range(0, len(pictures), CHUNK):
        _cells(pictures[first : first + CHUNK], cells[first : first + CHUNK])
    cells /= np.linalg.norm(cells, axis=1, keepdims=True) + np.float32(1e-3)
    np.sqrt(cells, out=cells)
    cells *= GAIN
    return cells


def _cells(pictures: np.ndarray, cells: np.ndarray) -> None:
    """Sums by directions, columns and rows of cells, (n, SIDE, SIDE) uint8 into (n, COUNT - PLACES) float32."""
    # Side by side, so that each step is one call for all of them.
    strip = np.zeros((SIDE, len(pictures), SIDE + GAP), np.uint8)
    strip[:, :, :SIDE] = pictures.transpose(1, 0, 2)
    flat = strip.reshape(SIDE, -1)
    across, down = (
        cv2.sepFilter2D(flat, cv2.CV_32F, *kernels, borderType=cv2.BORDER_CONSTANT)
        for kernels in ((SLOPE, SMOOTH), (SMOOTH, SLOPE))
    )
    across.reshape(strip.shape)[:, :, 0] = across.reshape(strip.shape)[:, :, SIDE - 1 :] = 0
    down.reshape(strip.shape)[:, :, SIDE:] = 0
    down[0] = down[-1] = 0
    length = across * across
    length += down * down
    np.sqrt(length, out=length)
    length += BLACK * np.float32(1e-6)
    per_cube = 1 / (BLACK * length * length * length)
    diagonals = across + down, down - across
    for diagonal in diagonals:
        diagonal *= np.float32(np.sqrt(0.5))
    rows = np.empty((DIRECTIONS, CELLS, flat.shape[1]), np.float32)
    for direction, along in enumerate((across, diagonals[0], down, diagonals[1])):
        # length * cos(angle between) ** 4: a lobe about as wide as the distance to the next direction.
        share = along * along
        share *= share
        share *= per_cube
        forward = share * (along > 0)
        share -= forward
        np.matmul(WINDOWS.T, forward, out=rows[direction])
        np.matmul(WINDOWS.T, share, out=rows[direction + DIRECTIONS // 2])
    sums = (rows.reshape(-1, SIDE + GAP) @ WINDOWS_AND_GAP).reshape(DIRECTIONS, CELLS, -1, CELLS)
    cells.reshape(-1, DIRECTIONS, CELLS, CELLS)[:] = sums.transpose(2, 0, 3, 1)


def _places(fragments: Fragments, candidates: Sequence[Candidate]) -> np.ndarray:
    """(n, PLACES) float32: half of width, height, and distance of top and bottom from the word's, in letter heights."""
    _, top, width, height = np.array([box for _, _, box in candidates], np.float64).reshape(-1, 4).T
    sides = np.stack([width, height, top - fragments.top, top + height - fragments.bottom], axis=1)
    places: np.ndarray = (0.5 * sides / fragments.height).astype(np.float32)
    return places
