"""How large letters are, and how thick their strokes."""

import cv2
import numpy as np
import pandas as pd

from lettermill.image.ink import FAINTEST_CONTRAST
from lettermill.report.letter_statistics import LetterStatistics
from lettermill.stages.images import read_cut

FINER = 4
"""Times as large as it is, each way, is a letter in which strokes are measured."""

RIM = 0.5
"""By how much twice the distance to the paper, which is to the middle of its pixels, is more than a stroke is thick: 0
for upright strokes of an even number of pixels, 1 for oblique ones."""

MEASURES = ("height", "width", "aspect", "stroke")
"""Pixels; pixels; width over height; pixels."""


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


def measure(letters: LetterStatistics) -> pd.DataFrame:
    """Measure the letters of the sample: label, the ``MEASURES`` (NaN where there is nothing to be measured), and
    weight: how many letters of the dataset each stands for."""
    rows = []
    for label, sample in letters.sample.items():
        weight = int(letters.classes["letters"][label]) / len(sample)
        for path in sample["path"]:
            image = read_cut(path)
            height, width = image.shape
            rows.append((label, height, width, width / height, stroke_width(image), weight))
    measured = pd.DataFrame(rows, columns=["label", *MEASURES, "weight"])
    return measured.astype(dict.fromkeys([*MEASURES, "weight"], float))


def percentiles(shapes: pd.DataFrame) -> dict[str, list[float]]:
    """Measure -> what 5, 50 and 95 per cent of the dataset's letters do not exceed; nothing where none is measured."""
    found = {}
    for measure in MEASURES:
        letters = shapes.dropna(subset=measure).sort_values(measure, kind="stable")
        if len(letters):
            share = letters["weight"].cumsum() / letters["weight"].sum()
            places = np.minimum(np.searchsorted(share, (0.05, 0.5, 0.95)), len(letters) - 1)
            found[measure] = letters[measure].iloc[places].tolist()
    return found
