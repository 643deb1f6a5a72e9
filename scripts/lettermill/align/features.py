"""Features: what a candidate looks like, as numbers that a recogniser can learn from.

Histograms of oriented gradients (Dalal and Triggs, CVPR 2005) of the candidate's own ink, scaled to one size, and
four numbers on how large it is and where it stands in its word.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from lettermill.align.units import Candidate, Units

SIDE = 32
"""Pixels of the square that a candidate is scaled into."""

MARGIN = 2
CELL = 4
DIRECTIONS = 8
COUNT = DIRECTIONS * (SIDE // CELL) ** 2 + 4
"""Features of a candidate."""


def describe(units: Units, candidates: Sequence[Candidate]) -> np.ndarray:
    """The features of ``candidates``: (n, COUNT) float32."""
    if not candidates:
        return np.zeros((0, COUNT), np.float32)
    pictures = np.stack([picture(units, candidate) for candidate in candidates])
    places = np.array([_place(units, candidate) for candidate in candidates], np.float32)
    return np.hstack([gradients(pictures), places])


def picture(units: Units, candidate: Candidate) -> np.ndarray:
    """The ink of a candidate, and of no other unit, centred: (SIDE, SIDE) uint8, 0 is paper."""
    box = candidate.box
    labels = box.of(units.labels)
    own = (labels > candidate.start) & (labels <= candidate.stop)
    ink = np.where(own, 255 - box.of(units.image), 0).astype(np.uint8)
    # A dot or a dash is not blown up to the size of a letter.
    scale = (SIDE - 2 * MARGIN) / max(box.width, box.height, 0.5 * units.height)
    width, height = max(1, round(box.width * scale)), max(1, round(box.height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.zeros((SIDE, SIDE), np.uint8)
    y, x = (SIDE - height) // 2, (SIDE - width) // 2
    square[y : y + height, x : x + width] = cv2.resize(ink, (width, height), interpolation=method)
    return square


def gradients(pictures: np.ndarray) -> np.ndarray:
    """Histograms of gradient directions by cells: (n, SIDE, SIDE) uint8 to (n, COUNT - 4) float32 of unit length."""
    ink = _smooth(pictures.astype(np.float32) / 255)
    across, down = np.zeros_like(ink), np.zeros_like(ink)
    across[:, :, 1:-1] = ink[:, :, 2:] - ink[:, :, :-2]
    down[:, 1:-1] = ink[:, 2:] - ink[:, :-2]
    length = np.sqrt(across * across + down * down) + np.float32(1e-6)
    cubed = length * length * length
    cells = np.empty((len(ink), DIRECTIONS, (SIDE // CELL) ** 2), np.float32)
    for direction in range(DIRECTIONS // 2):
        angle = 2 * np.pi * direction / DIRECTIONS
        along = across * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle))
        # length * cos(angle between) ** 4: a lobe about as wide as the distance to the next direction.
        share = along * along
        share = share * share / cubed
        forward = along > 0
        cells[:, direction] = _pool(np.where(forward, share, 0))
        cells[:, direction + DIRECTIONS // 2] = _pool(np.where(forward, 0, share))
    flat = cells.reshape(len(ink), -1)
    return np.sqrt(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + np.float32(1e-3)))


def _smooth(images: np.ndarray) -> np.ndarray:
    """``images`` ((n, SIDE, SIDE) float32) after a 3x3 binomial filter."""
    for axis in (1, 2):
        padded = np.pad(images, [(1, 1) if axis == other else (0, 0) for other in range(3)])
        before, after = np.take(padded, range(SIDE), axis), np.take(padded, range(2, SIDE + 2), axis)
        images = (before + 2 * images + after) / 4
    return images


def _pool(images: np.ndarray) -> np.ndarray:
    """Sums over cells: (n, SIDE, SIDE) to (n, (SIDE // CELL) ** 2)."""
    cells = SIDE // CELL
    rows = images.reshape(len(images), cells, CELL, SIDE).sum(axis=2)
    return rows.reshape(len(images), cells * cells, CELL).sum(axis=2)


def _place(units: Units, candidate: Candidate) -> list[float]:
    """Half of width, height, and distance of top and bottom from the word's, in letter heights."""
    box = candidate.box
    sides = (box.width, box.height, box.y - units.top, box.bottom - units.bottom)
    return [0.5 * side / units.height for side in sides]
