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

CHUNK = 256
"""Pictures processed at a time: few enough for the cache of a processor."""

_CENTRES = (np.arange(CELLS) + 0.5) * CELL - 0.5
WINDOWS = np.maximum(0, 1 - np.abs(np.arange(SIDE)[:, None] - _CENTRES) / CELL).astype(np.float32)
"""(SIDE, CELLS) weights of the pixels in each cell. Cells overlap, so that a shift by a pixel changes little."""


class Appearance(NamedTuple):
    """Candidates as images and places. pictures: (n, SIDE, SIDE) uint8, 0 is paper. places: (n, PLACES) float32."""

    pictures: np.ndarray
    places: np.ndarray

    def features(self) -> np.ndarray:
        """The features, (n, COUNT) float32."""
        return np.hstack([gradients(self.pictures), self.places])


def appearance_of(fragments: Fragments, candidates: Sequence[Candidate]) -> Appearance:
    """The images and places of ``candidates``."""
    pictures = np.array([picture(fragments, candidate) for candidate in candidates], np.uint8).reshape(-1, SIDE, SIDE)
    places = np.array([_place(fragments, candidate) for candidate in candidates], np.float32).reshape(-1, PLACES)
    return Appearance(pictures, places)


def picture(fragments: Fragments, candidate: Candidate) -> np.ndarray:
    """The ink of a candidate, and of no other fragment, centred: (SIDE, SIDE) uint8, 0 is paper."""
    box = candidate.box
    labels = box.of(fragments.labels)
    own = (labels > candidate.start) & (labels <= candidate.stop)
    ink = np.where(own, 255 - box.of(fragments.image), 0).astype(np.uint8)
    longer = max(box.width, box.height)
    # Do not enlarge a dot or a dash to the size of a letter.
    size = (SIDE - 2 * MARGIN) * min(1, longer / (0.5 * fragments.height))
    width, height = (
        max(1, round(size * math.sqrt(math.sin(math.pi / 2 * side / longer)))) for side in (box.width, box.height)
    )
    method = cv2.INTER_AREA if width < box.width and height < box.height else cv2.INTER_LINEAR
    square = np.zeros((SIDE, SIDE), np.uint8)
    y, x = (SIDE - height) // 2, (SIDE - width) // 2
    square[y : y + height, x : x + width] = cv2.resize(ink, (width, height), interpolation=method)
    return square


def gradients(pictures: np.ndarray) -> np.ndarray:
    """Histograms of gradient directions by cells: (n, SIDE, SIDE) uint8 to (n, COUNT - PLACES) float32."""
    if len(pictures) > CHUNK:
        return np.concatenate([gradients(pictures[i : i + CHUNK]) for i in range(0, len(pictures), CHUNK)])
    ink = _smooth(pictures.astype(np.float32) / 255)
    across, down = np.zeros_like(ink), np.zeros_like(ink)
    across[:, :, 1:-1] = ink[:, :, 2:] - ink[:, :, :-2]
    down[:, 1:-1] = ink[:, 2:] - ink[:, :-2]
    length = np.sqrt(across * across + down * down) + np.float32(1e-6)
    per_cube = 1 / (length * length * length)
    cells = np.empty((len(ink), DIRECTIONS, CELLS * CELLS), np.float32)
    for direction in range(DIRECTIONS // 2):
        angle = 2 * np.pi * direction / DIRECTIONS
        along = across * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle))
        # length * cos(angle between) ** 4: a lobe about as wide as the distance to the next direction.
        share = along * along
        share *= share
        share *= per_cube
        forward = share * (along > 0)
        cells[:, direction] = _pool(forward)
        cells[:, direction + DIRECTIONS // 2] = _pool(share - forward)
    flat = cells.reshape(len(ink), -1)
    normalised: np.ndarray = np.sqrt(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + np.float32(1e-3)))
    return GAIN * normalised


def _smooth(images: np.ndarray) -> np.ndarray:
    """``images`` ((n, SIDE, SIDE) float32) after a 3x3 binomial filter."""
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1)])
    padded = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    smooth: np.ndarray = (padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]) / 16
    return smooth


def _pool(images: np.ndarray) -> np.ndarray:
    """Sums over cells: (n, SIDE, SIDE) to (n, CELLS * CELLS)."""
    columns = (images.reshape(-1, SIDE) @ WINDOWS).reshape(-1, SIDE, CELLS).transpose(0, 2, 1)
    return (columns.reshape(-1, SIDE) @ WINDOWS).reshape(len(images), -1)


def _place(fragments: Fragments, candidate: Candidate) -> list[float]:
    """Half of width, height, and distance of top and bottom from the word's, in letter heights."""
    box = candidate.box
    sides = (box.width, box.height, box.y - fragments.top, box.bottom - fragments.bottom)
    return [0.5 * side / fragments.height for side in sides]
