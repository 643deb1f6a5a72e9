"""How large letters are, and how thick their strokes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.image.ink import FAINTEST_CONTRAST
from lettermill.stages.images import read_cut

FINER = 4
"""Times as large as it is, each way, is a letter in which strokes are measured."""

RIM = 0.5
"""By how much twice the distance to the paper, which is to the middle of its pixels, is more than a stroke is thick: 0
for upright strokes of an even number of pixels, 1 for oblique ones."""

MEASURES = ("height", "width", "aspect", "stroke")
"""Pixels; pixels; width over height; pixels."""


class Shapes(NamedTuple):
    """What was measured of some letters: labels (n,) str, values (n, 4) float in the order of ``MEASURES``, NaN where
    there is nothing to be measured, weights (n,) float: how many letters of the dataset each stands for."""

    labels: np.ndarray
    values: np.ndarray
    weights: np.ndarray

    def medians(self, label: str) -> list[float | None]:
        """Those of the letters of a class, None where there are none."""
        here = self.values[self.labels == label]
        return [_median(column) for column in here.T]


def stroke_width(image: np.ndarray) -> float | None:
    """How thick the strokes of a letter are, in pixels; None when it has no ink.

    image: (height, width) uint8, dark ink. Ink is as thick as the largest disc that fits into it (Hildebrand and
    Rüegsegger, "A new method for the model-independent assessment of thickness in three-dimensional images", 1997):
    here twice the distance to the paper, on its ridge, and of that the mean of the middle half, which ends and
    crossings of strokes do not move.
    """
    if int(image.max()) - int(image.min()) < FAINTEST_CONTRAST:
        return None
    level, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink, paper = image[image <= level], image[image > level]
    edge = (np.percentile(ink, 25) + np.median(paper)) / 2  # half way: the rim of a stroke is blurred
    padded = cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=int(image.max()))
    fine = cv2.resize(padded, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    distance = cv2.distanceTransform((fine < edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = np.sort(distance[(distance > 0) & (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)) - 1e-4)])
    return float((2 * ridge[len(ridge) // 4 : len(ridge) - len(ridge) // 4].mean() - RIM) / FINER)


def measure(samples: Mapping[str, tuple[int, Iterable[Path]]]) -> Shapes:
    """Measure letters. samples: label -> (letters that the class has, the images of some of them)."""
    labels, values, weights = [], [], []
    for label, (total, paths) in samples.items():
        images = [read_cut(path) for path in paths]
        for image in images:
            height, width = image.shape
            stroke = stroke_width(image)
            labels.append(label)
            values.append((height, width, width / height, np.nan if stroke is None else stroke))
            weights.append(total / len(images))
    return Shapes(np.array(labels, str), np.array(values, float).reshape(-1, len(MEASURES)), np.array(weights, float))


def spreads(shapes: Shapes) -> dict[str, list[float]]:
    """Measure -> what 5, 50 and 95 per cent of the dataset's letters do not exceed; nothing where none is measured."""
    found = {}
    for measure, column in zip(MEASURES, shapes.values.T, strict=True):
        known = ~np.isnan(column)
        if known.any():
            order = np.argsort(column[known], kind="stable")
            share = np.cumsum(shapes.weights[known][order]) / shapes.weights[known].sum()
            places = np.minimum(np.searchsorted(share, (0.05, 0.5, 0.95)), len(order) - 1)
            found[measure] = column[known][order][places].tolist()
    return found


def _median(column: np.ndarray) -> float | None:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else None
