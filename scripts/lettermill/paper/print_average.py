"""What remains of many word images when they are averaged around the same print."""

from collections.abc import Iterable

import cv2
import numpy as np

from lettermill.paper.print_runs import SMALLEST


def average(
    places: Iterable[tuple[np.ndarray, float, float, float, float]], seed: tuple[int, int]
) -> tuple[np.ndarray, int, int]:
    """What is the same around a place in many images.

    places: for each image, its darkness, x and y of the place, its scale, and how dark the print is there. seed: width
    and height of the place at scale 1. Returns the mean darkness of what recurs, (height, width) float32, 0 elsewhere,
    and where in it the place is; only what is connected to the place by gaps of at most two heights.
    """
    places = list(places)
    left = min(2000, max(round(x / scale) for _, x, _, scale, _ in places))
    top = min(600, max(round(y / scale) for _, _, y, scale, _ in places))
    right = min(2000, max(round((dark.shape[1] - x) / scale) for dark, x, _, scale, _ in places))
    bottom = min(600, max(round((dark.shape[0] - y) / scale) for dark, _, y, scale, _ in places))
    left, top, right, bottom = max(left, 0), max(top, 0), max(right, seed[0]), max(bottom, seed[1])
    size = (left + right, top + bottom)
    total, hits, visible = (np.zeros(size[::-1], np.float32) for _ in range(3))
    for dark, x, y, scale, gain in places:
        move = np.array([[scale, 0, x - left * scale], [0, scale, y - top * scale]], np.float32)
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        moved = cv2.warpAffine(dark, move, size, flags=how, borderValue=-1)
        seen = moved >= 0
        moved = np.where(seen, moved / gain, 0)
        visible += seen
        total += np.minimum(moved, 1)
        hits += moved >= 0.3
    recurs = (hits >= 0.7 * visible + 0.5 * np.sqrt(visible)) & (visible >= 0.5 * len(places))
    mean = np.where(recurs, total / np.maximum(visible, 1), 0).astype(np.float32)
    return _group(mean, left, top, seed), left, top


def _group(mean: np.ndarray, left: int, top: int, seed: tuple[int, int]) -> np.ndarray:
    """Only the components connected to the place: without rules, frames, leading dots, and single pixels."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((mean > 0).astype(np.uint8), connectivity=8)
    width, height, area = stats[:, 2:].T
    keep = (area >= 3) & (width <= np.maximum(8 * height, 12)) & (height <= 2.5 * seed[1])
    keep[0] = False
    letters = (keep & (height >= SMALLEST))[labels]
    reach = max(1, seed[1])
    near = cv2.dilate(letters.astype(np.uint8), np.ones((2 * (reach // 4) + 1, 2 * reach + 1), np.uint8))
    _, groups = cv2.connectedComponents(near, connectivity=8)
    place = slice(top, top + seed[1]), slice(left, left + seed[0])
    here = np.unique(groups[place][letters[place]])
    # Small marks belong to the print if they are close to its letters: points, colons, hyphens.
    around = cv2.dilate(
        (np.isin(groups, here[here > 0]) & letters).astype(np.uint8), np.ones((3, 2 * reach + 1), np.uint8)
    )
    ink = keep[labels] & np.isin(labels, np.unique(labels[(around > 0) & keep[labels]]))
    ink &= np.where(letters, np.isin(groups, here[here > 0]), True)
    chosen: np.ndarray = np.where(ink, mean, 0).astype(np.float32)
    return chosen
