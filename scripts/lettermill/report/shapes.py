"""Measure letter size and stroke width."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from lettermill.base.kept import Kept, digest_of_files
from lettermill.paper.ink import FAINTEST_CONTRAST
from lettermill.report.letter_statistics import LetterStatistics
from lettermill.stages.images import read_cut

FINER = 4
"""Letters are enlarged by this factor before their strokes are measured."""

RIM = 0.5
"""Twice the distance to the paper, measured to pixel centres, exceeds the stroke width by this: 0 for upright strokes
of an even number of pixels, 1 for oblique ones, 0.5 on average."""

MEASURES = ("height", "width", "aspect", "stroke")
"""In pixels, except the aspect ratio (width / height)."""


def stroke_width(image: np.ndarray) -> float | None:
    """Stroke width of a letter in pixels; None if it has no ink.

    image: (height, width) uint8, dark ink. The width at a point is the diameter of the largest disc that fits into the
    ink (Hildebrand and Rüegsegger, "A new method for the model-independent assessment of thickness in three-dimensional
    images", 1997), here twice the distance transform on its ridge. The mean over the middle half of these values is
    robust to the ends and crossings of strokes.
    """
    if int(image.max()) - int(image.min()) < FAINTEST_CONTRAST:
        return None
    level, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink, paper = image[image <= level], image[image > level]
    edge = (np.percentile(ink, 25) + np.median(paper)) / 2  # half way, because the edge of a stroke is blurred
    padded = cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=int(image.max()))
    fine = cv2.resize(padded, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    distance = cv2.distanceTransform((fine < edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = np.sort(distance[(distance > 0) & (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)) - 1e-4)])
    return float((2 * ridge[len(ridge) // 4 : len(ridge) - len(ridge) // 4].mean() - RIM) / FINER)


def measure(letters: LetterStatistics, kept: Kept | None = None) -> pd.DataFrame:
    """Measure the letters of the sample. Columns: label, the ``MEASURES`` (NaN for letters without ink), and weight:
    how many letters of the dataset the letter represents.

    kept: the measures of the same images.
    """
    rows: list[tuple] = []
    for label, sample in letters.sample.items():
        weight = int(letters.classes["letters"][label]) / len(sample)
        measures = json.loads((kept or Kept()).get(digest_of_files(sample["path"]), partial(_measures, sample["path"])))
        rows += [(label, height, width, width / height, stroke, weight) for height, width, stroke in measures]
    measured = pd.DataFrame(rows, columns=["label", *MEASURES, "weight"])
    return measured.astype(dict.fromkeys([*MEASURES, "weight"], float))


def _measures(paths: Iterable[Path]) -> bytes:
    """[height, width, stroke width] of each letter, as JSON."""
    images = [read_cut(path) for path in paths]
    return json.dumps([[*image.shape, stroke_width(image)] for image in images]).encode()


def percentiles(shapes: pd.DataFrame) -> dict[str, list[float]]:
    """Measure -> 5th, 50th and 95th percentile over all letters. Measures without letters are missing."""
    found = {}
    for measure in MEASURES:
        letters = shapes.dropna(subset=measure).sort_values(measure, kind="stable")
        if len(letters):
            share = letters["weight"].cumsum() / letters["weight"].sum()
            places = np.minimum(np.searchsorted(share, (0.05, 0.5, 0.95)), len(letters) - 1)
            found[measure] = letters[measure].iloc[places].tolist()
    return found
