"""A printed label in one size, in the form in which it is compared with an image."""

from typing import NamedTuple

import cv2
import numpy as np


class Size(NamedTuple):
    """A template in one size.

    dark: as in ``Template``. core: left, top, right and bottom of its letters. pixels, part, want: of each pixel of
    the print its index in an area with a border of one pixel, the number of its part, and its darkness; box_pixels,
    box_part, box_want: the same of each pixel of the box around a part.
    """

    dark: np.ndarray
    core: tuple[int, int, int, int]
    pixels: np.ndarray
    part: np.ndarray
    want: np.ndarray
    box_pixels: np.ndarray
    box_part: np.ndarray
    box_want: np.ndarray

    @classmethod
    def of(
        cls, dark: np.ndarray, labels: np.ndarray, around: np.ndarray, core: tuple[int, int, int, int], scale: float
    ) -> "Size":
        """dark, core: those of the template at scale 1. labels: (height, width), 0 for paper, else the number of the
        part + 1. around: (n, 4) int, left, top, width and height of the parts."""
        height, width = dark.shape
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        fx, fy = size[0] / width, size[1] / height
        dark = cv2.resize(dark, size, interpolation=cv2.INTER_LINEAR)
        labels = cv2.resize(labels.astype(np.float32), size, interpolation=cv2.INTER_NEAREST).astype(np.int64)
        rows, columns = np.nonzero(labels)
        padded = np.pad(dark, 1)
        boxes, parts = [], []
        numbers = np.arange(padded.size).reshape(padded.shape)
        for part, (x, y, across, down) in enumerate(around.tolist()):
            box = numbers[int(y * fy) : int((y + down) * fy) + 3, int(x * fx) : int((x + across) * fx) + 3].ravel()
            boxes.append(box)
            parts.append(np.full(len(box), part))
        box_pixels = np.concatenate(boxes)
        left, top, right, bottom = core
        return cls(
            dark,
            (round(left * fx), round(top * fy), min(round(right * fx), size[0]), min(round(bottom * fy), size[1])),
            numbers[rows + 1, columns + 1],
            labels[rows, columns] - 1,
            dark[rows, columns],
            box_pixels,
            np.concatenate(parts),
            padded.ravel()[box_pixels],
        )
