"""Runs of connected components that look the same in many word images: where printed labels may be."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.paper.ink import Components, components, histogram_of

LEVELS = (0.5, 0.3)
"""Darkness from which a pixel belongs to a run: print darker than the writing, and print in a paler colour."""

SMALLEST = 5
"""Minimum height of a letter of print in pixels. Smaller print is not legible."""

MOST_RUNS = 150
"""Maximum number of runs of one image and level. A label and a word have about twenty."""

SHAPE = (8, 32)
"""Rows and columns to which the picture of a run is reduced."""

ALIKE = 0.85
"""Minimum correlation of the pictures of two runs that are the same print."""


class Run(NamedTuple):
    """Neighbouring components of one line. image: index of the word image. The box is in pixels."""

    image: int
    x: int
    y: int
    width: int
    height: int


def darkness(image: np.ndarray) -> np.ndarray | None:
    """(height, width) float32: 0 for the paper of ``image`` ((height, width) uint8, dark ink), 1 for its ink; None when
    it is blank."""
    otsu, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    histogram = histogram_of(image)
    dark, light = histogram[: int(otsu) + 1], histogram[int(otsu) + 1 :]
    if not dark.any() or not light.any():
        return None
    ink = float(np.dot(dark, np.arange(len(dark))) / dark.sum())
    paper = int(np.argmax(light)) + len(dark)
    if paper - ink < 1:
        return None
    table = ((paper - np.arange(256)) / (paper - ink)).clip(0, 1).astype(np.float32)
    result: np.ndarray = table[image]
    return result


def runs_of(number: int, dark: np.ndarray) -> list[Run]:
    """The runs of the word image ``number`` with the darkness ``dark``: three neighbouring letters, or one or two
    components as long as three letters."""
    found = []
    for level in LEVELS:
        parts = components(dark >= level)
        if not parts.no_word and len(parts) <= 4 * MOST_RUNS:
            found += _runs(number, parts, dark)[:MOST_RUNS]
    return found


def _runs(number: int, parts: Components, dark: np.ndarray) -> list[Run]:
    letters = np.flatnonzero(parts.height >= SMALLEST)
    left, top, right, bottom = (side[letters].tolist() for side in (parts.left, parts.top, parts.right, parts.bottom))
    following: list[int | None] = []
    for one in range(len(letters)):
        following.append(None)
        height = bottom[one] - top[one]
        for other in range(one + 1, len(letters)):
            larger = max(height, bottom[other] - top[other])
            if left[other] > right[one] + 1.5 * larger:
                break
            shared = min(bottom[one], bottom[other]) - max(top[one], top[other])
            near = -0.5 * height <= left[other] - right[one] <= larger
            if near and shared >= 0.5 * min(height, bottom[other] - top[other]) and larger <= 3 * height:
                following[one] = other
                break
    found = []
    for first in range(len(letters)):
        chain, place = [first], following[first]
        while place is not None and len(chain) < 3:
            chain.append(place)
            place = following[place]
        x, y = left[first], min(top[i] for i in chain)
        run = Run(number, x, y, max(right[i] for i in chain) - x, max(bottom[i] for i in chain) - y)
        if len(chain) == 3 or _joined(run, dark):
            found.append(run)
    return found


def _joined(run: Run, dark: np.ndarray) -> bool:
    """Whether a run of one or two components is a word of print whose letters touch, and not a dash or a rule."""
    if run.width < 2.5 * run.height:
        return False
    ink = dark[run.y : run.y + run.height, run.x : run.x + run.width] >= LEVELS[0]
    strokes = np.count_nonzero(ink[:, 1:] & ~ink[:, :-1], axis=1)
    return bool(np.median(strokes) >= 4)


class Recurring:
    """Which runs look the same. Runs are taken away as they are explained."""

    def __init__(self, runs: Sequence[Run], darks: Sequence[np.ndarray]) -> None:
        """runs: in any number. darks: darkness of the word images, which ``Run.image`` counts."""
        self.runs = list(runs)
        self.images = np.array([run.image for run in runs], np.int64)
        self.widths = np.array([run.width for run in runs], np.int64)
        self.heights = np.array([run.height for run in runs], np.int64)
        self.pictures = np.zeros((len(runs), SHAPE[0] * SHAPE[1]), np.float32)
        for number, (image, x, y, width, height) in enumerate(runs):
            small = cv2.resize(darks[image][y : y + height, x : x + width], SHAPE[::-1], interpolation=cv2.INTER_AREA)
            small -= small.mean()
            self.pictures[number] = small.ravel() / max(float(np.linalg.norm(small)), 1e-6)
        self.alive = np.ones(len(runs), bool)
        self.alike = self._alike()
        self.counts = np.zeros((len(runs), len(darks)), np.int32)
        for number, others in enumerate(self.alike):
            np.add.at(self.counts[number], self.images[others], 1)

    def _alike(self) -> list[np.ndarray]:
        """For each run, the runs that look the same, itself included."""
        order = np.argsort(self.widths, kind="stable")
        widths = self.widths[order]
        slack = np.maximum(2, 0.06 * widths)
        first = np.searchsorted(widths, widths - slack, "left")
        last = np.searchsorted(widths, widths + slack, "right")
        alike: list[np.ndarray] = [np.zeros(0, np.int64)] * len(order)
        for start in range(0, len(order), 256):
            block = order[start : start + 256]
            ends = slice(first[start], last[min(start + 255, len(order) - 1)])
            others = order[ends]
            same = self.pictures[block] @ self.pictures[others].T >= ALIKE
            gap = abs(self.heights[block][:, None] - self.heights[others])
            same &= gap <= np.maximum(1, 0.1 * self.heights[block])[:, None]
            gap = abs(self.widths[block][:, None] - self.widths[others])
            same &= gap <= np.maximum(2, 0.06 * self.widths[block])[:, None]
            for number, row in zip(block.tolist(), same, strict=True):
                alike[number] = np.sort(others[row])
        return alike

    def most_frequent(self) -> tuple[int, np.ndarray]:
        """The run that recurs in most images, and the runs like it, one an image; no runs if none are left."""
        if not self.alive.any():
            return 0, np.zeros(0, np.int64)
        support = np.count_nonzero(self.counts, axis=1)
        best = int(np.argmax(np.where(self.alive, support, -1)))
        others = self.alike[best]
        others = others[self.alive[others]]
        order = np.argsort(-(self.pictures[others] @ self.pictures[best]), kind="stable")
        _, once = np.unique(self.images[others[order]], return_index=True)
        return best, others[order][np.sort(once)]

    def take(self, chosen: np.ndarray) -> None:
        """Take runs away; chosen: their numbers."""
        for number in chosen.tolist():
            if self.alive[number]:
                self.alive[number] = False
                self.counts[self.alike[number], self.images[number]] -= 1
