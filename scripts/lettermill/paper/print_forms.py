"""What a form prints in the same way in many word images, whatever it says and wherever it is.

A label differs from writing in that it recurs nearly pixel for pixel. So runs of components that look the same in many
images of a table are averaged: what remains of the average is the label, and the writing around it fades.
"""

import hashlib
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.paper.print_learning import counted, grown, is_label
from lettermill.paper.print_place import Place, gone_at, writing_left
from lettermill.paper.print_runs import Recurring, darkness, runs_of
from lettermill.paper.print_template import Template

SHARE, LEAST = 0.08, 8
"""A label is in at least this share of the images, and in so many images."""

SAMPLE = 200
"""Number of images in which runs are compared; the labels are then counted in all of them."""

MOST_TEMPLATES, MOST_FAILED, MOST_TESTED = 24, 12, 30
"""Maximum numbers of labels, of runs in succession that turn out not to be labels, and of images for a first test."""


class PrintForms:
    """The labels of a table."""

    def __init__(self, templates: Sequence[Template] = ()) -> None:
        self.templates = list(templates)

    def __bool__(self) -> bool:
        return bool(self.templates)

    def found(self, image: np.ndarray) -> list[Box]:
        """The boxes of the print in ``image`` ((height, width) uint8, dark ink), in pixels: those that ``without``
        empties."""
        dark = darkness(image) if self.templates else None
        if dark is None or not writing_left(dark, places := self._places(dark)):
            return []
        boxes = []
        for place in places:
            rows, columns = np.flatnonzero(place.mask.any(axis=1)), np.flatnonzero(place.mask.any(axis=0))
            boxes.append(Box.around(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
        return boxes

    def without(self, image: np.ndarray) -> np.ndarray:
        """``image`` ((height, width) uint8, dark ink) with its print painted in the colour of the paper; the very array
        if there is none, or if there is no other ink: then the print is the word."""
        dark = darkness(image) if self.templates else None
        if dark is None:
            return image
        places = self._places(dark)
        if not places:
            return image
        gone = gone_at(dark, places)
        if not writing_left(dark, places, gone):
            return image
        clean = image.copy()
        clean[gone] = np.median(image[(dark <= 0.05) & ~gone])
        return clean

    def _places(self, dark: np.ndarray) -> list[Place]:
        found = (template.find(dark) for template in self.templates)
        return [place for place in found if place is not None and place.certain and place.mask.any()]

    def arrays(self) -> dict[str, np.ndarray]:
        """The labels as arrays, for ``numpy.savez``."""
        arrays: dict[str, np.ndarray] = {}
        for number, template in enumerate(self.templates):
            arrays[f"dark_{number}"] = template.dark
            around = [*template.around, *map(float, template.side), float(template.one_size)]
            arrays[f"around_{number}"] = np.array(around, np.float64)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "PrintForms":
        """What ``arrays`` described."""
        templates = []
        for number in range(sum(name.startswith("dark_") for name in arrays)):
            dark = np.asarray(arrays[f"dark_{number}"], np.float32)
            *around, right, bottom, one_size = arrays[f"around_{number}"].tolist()
            templates.append(Template(dark, around, (bool(right), bool(bottom)), bool(one_size)))
        return cls(templates)


def learn_print(images: Sequence[np.ndarray]) -> PrintForms:
    """The labels that recur in ``images``: word images of one table ((height, width) uint8, dark ink on light paper,
    without rules), in any order."""
    keyed = sorted((hashlib.sha256(repr(i.shape).encode() + i.tobytes()).digest(), n) for n, i in enumerate(images))
    darks = [dark for _, number in keyed if (dark := darkness(images[number])) is not None]
    least = max(LEAST, SHARE * len(images))
    if len(darks) < least:
        return PrintForms()
    sample = darks[:SAMPLE]
    seeds = Recurring([run for number, dark in enumerate(sample) for run in runs_of(number, dark)], sample)
    enough = max(5, 0.6 * SHARE * len(sample))
    templates: list[Template] = []
    known = [np.zeros(dark.shape, bool) for dark in darks]
    failed = 0
    while failed < MOST_FAILED and len(templates) < MOST_TEMPLATES:
        best, members = seeds.most_frequent()
        if len(members) < enough:
            break
        failed += 1
        explained = np.append(members, best)
        template = grown([seeds.runs[i] for i in (best, *members)], sample)
        if template is not None and is_label(template, [sample[seeds.runs[i].image] for i in members[:MOST_TESTED]]):
            template, places = counted(template, darks, least)
            if template is not None and _new(places, known):
                failed = 0
                templates.append(template)
                for number, place in places.items():
                    known[number] |= cv2.dilate(place.mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
                explained = np.append(explained, _inside(seeds, sample, known))
        seeds.take(explained)
    return PrintForms(templates)


def _new(places: Mapping[int, Place], known: Sequence[np.ndarray]) -> bool:
    """Whether a label covers much that the labels found before do not cover."""
    total = sum(int(place.mask.sum()) for place in places.values())
    return sum(int((place.mask & ~known[number]).sum()) for number, place in places.items()) >= 0.25 * total


def _inside(seeds: Recurring, darks: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> np.ndarray:
    """The runs most of whose ink is known to be print."""
    covered = []
    for number, (image, x, y, width, height) in enumerate(seeds.runs):
        area = slice(y, y + height), slice(x, x + width)
        ink = darks[image][area] >= 0.5
        covered.append(number if np.count_nonzero(ink & known[image][area]) >= 0.6 * np.count_nonzero(ink) else -1)
    numbers = np.array(covered, np.int64)
    inside: np.ndarray = numbers[numbers >= 0]
    return inside
