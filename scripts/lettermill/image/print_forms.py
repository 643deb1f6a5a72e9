"""What a form prints in the same way in many word images, whatever it says and wherever it is.

A label differs from writing in that it recurs nearly pixel for pixel. So runs of components that look the same in many
images of a table are averaged: what remains of the average is the label, and the writing around it fades.
"""

import hashlib
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.image.ink import components
from lettermill.image.print_runs import Recurring, Run, darkness, runs_of
from lettermill.image.print_template import Place, Template, average

SHARE, LEAST = 0.08, 8
"""A label is in at least this share of the images, and in so many images."""

SAMPLE = 200
"""Number of images in which runs are compared; the labels are then counted in all of them."""

MOST_TRIED, MOST_TEMPLATES, MOST_AVERAGED = 80, 24, 80

RECOGNISED = 0.6
"""Minimum share of the parts of a label that must be recognised."""


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
        if dark is None or not _writing_left(dark, places := self._places(dark)):
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
        gone = _gone(dark, places)
        if not _writing_left(dark, places, gone):
            return image
        clean = image.copy()
        clean[gone] = np.median(image[(dark <= 0.05) & ~gone])
        return clean

    def _places(self, dark: np.ndarray) -> list[Place]:
        found = (template.find(dark) for template in self.templates)
        return [place for place in found if place is not None and place.share >= RECOGNISED and place.mask.any()]

    def arrays(self) -> dict[str, np.ndarray]:
        """The labels as arrays, for ``numpy.savez``."""
        arrays: dict[str, np.ndarray] = {}
        for number, template in enumerate(self.templates):
            arrays[f"dark_{number}"] = template.dark
            arrays[f"around_{number}"] = np.array([*template.around, *template.side, template.one_size], np.float64)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "PrintForms":
        """What ``arrays`` described."""
        templates = []
        for number in range(sum(name.startswith("dark_") for name in arrays)):
            around = arrays[f"around_{number}"]
            dark = np.asarray(arrays[f"dark_{number}"], np.float32)
            templates.append(Template(dark, around[:4], (bool(around[4]), bool(around[5])), bool(around[6])))
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
    for _ in range(MOST_TRIED):
        best, members = seeds.most_frequent()
        if len(members) < enough or len(templates) == MOST_TEMPLATES:
            break
        template = _grown([seeds.runs[i] for i in (best, *members)], sample)
        explained = np.append(members, best)
        if template is not None:
            template, places = _counted(template, darks, least)
            if template is not None and _new(places, known):
                templates.append(template)
                for number, place in places.items():
                    known[number] |= cv2.dilate(place.mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
                explained = np.append(explained, _inside(seeds, sample, known))
        seeds.take(explained)
    return PrintForms(templates)


def _grown(runs: Sequence[Run], darks: Sequence[np.ndarray]) -> Template | None:
    """The label around runs that look the same; the first is the most typical one."""
    typical = runs[0]
    dark = darks[typical.image]
    seed = Template(dark[typical.y : typical.y + typical.height, typical.x : typical.x + typical.width].copy())
    origin = (0, 0)
    for _ in range(2):
        places = []
        for run in runs[1 : 1 + MOST_AVERAGED]:
            x, y = run.x - origin[0], run.y - origin[1]
            place = seed.find(darks[run.image], (x - 4, x + 4, y - 4, y + 4))
            if place is None:
                continue
            gain = _gain(seed, darks[run.image], place)
            places.append((darks[run.image], place.x, place.y, place.scale, gain))
        if len(places) < 5:
            return None
        size = seed.dark.shape[::-1]
        mean, left, top = average(places, (size[0], size[1]))
        rows, columns = np.flatnonzero(mean.any(axis=1)), np.flatnonzero(mean.any(axis=0))
        if not len(rows):
            return None
        origin = (origin[0] + left - columns[0], origin[1] + top - rows[0])
        seed = Template(mean[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return seed


def _gain(template: Template, dark: np.ndarray, place: Place) -> float:
    """How dark the print of a template is at its place, relative to the template."""
    height, width = template.dark.shape
    x, y = max(place.x, 0), max(place.y, 0)
    seen = dark[y : place.y + height, x : place.x + width]
    want = template.dark[y - place.y :, x - place.x :][: seen.shape[0], : seen.shape[1]]
    return float(np.clip(np.sum(seen * want) / max(float(np.sum(want * want)), 1e-6), 0.3, 1.5))


def _counted(
    template: Template, darks: Sequence[np.ndarray], least: float
) -> tuple[Template | None, dict[int, Place]]:
    """The template with the places where it usually is, or None if it is too rare or part of longer words."""
    left, top, right, bottom = template.core
    if len(template.letters) < 3 and right - left < 2.5 * (bottom - top):
        return None, {}
    places, positions, within = {}, [], 0
    for number, dark in enumerate(darks):
        place = template.find(dark)
        if place is None or place.share < RECOGNISED or not _writing_left(dark, [place]):
            continue
        places[number] = place
        positions.append((place.x, place.x - dark.shape[1], place.y, place.y - dark.shape[0]))
        within += _continued(template, dark, place)
    if len(places) < least or within >= 0.5 * len(places):
        return None, places
    least_, most = np.percentile(positions, 1, axis=0), np.percentile(positions, 99, axis=0)
    spread = most - least_
    side = (bool(spread[1] < spread[0]), bool(spread[3] < spread[2]))
    chosen = [int(side[0]), 2 + int(side[1])]
    around = np.array([least_[chosen[0]], most[chosen[0]], least_[chosen[1]], most[chosen[1]]])
    one_size = sum(place.scale == 1 for place in places.values()) >= 0.95 * len(places)
    return Template(template.dark, around, side, one_size), places


def _continued(template: Template, dark: np.ndarray, place: Place) -> bool:
    """Whether the print is part of a longer line of print: a letter beside it has the height of its letters."""
    parts = components((dark >= 0.5) & ~place.mask)
    left, top, right, bottom = template.core
    height = bottom - top
    x0, x1 = place.x + left * place.scale, place.x + right * place.scale
    gap = np.where(parts.left >= x1 - 1, parts.left - x1, np.where(parts.right <= x0 + 1, x0 - parts.right, np.inf))
    slack = max(1, round(0.08 * height))
    tops = place.y + template.letters[:, 1] * place.scale
    bottoms = place.y + (template.letters[:, 1] + template.letters[:, 3]) * place.scale
    level = (abs(parts.top[:, None] - tops) <= slack).any(axis=1) & (abs(parts.bottom[:, None] - bottoms) <= slack).any(
        axis=1
    )
    near = (gap <= height) & (parts.height >= 5)
    return bool((near & level).any())


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


def _writing_left(dark: np.ndarray, places: Sequence[Place], gone: np.ndarray | None = None) -> bool:
    """Whether an image has other ink than its print: at least as much as one letter of it. gone: see ``_gone``."""
    if not places:
        return True
    letter = min(int(place.mask.sum()) / max(int(place.letters.sum()), 1) for place in places)
    if gone is None:
        gone = _gone(dark, places)
    return int(np.count_nonzero((dark >= 0.5) & ~gone)) >= max(5, letter)


def _gone(dark: np.ndarray, places: Sequence[Place]) -> np.ndarray:
    """(height, width) bool: the pixels to paint over: the print, its edge, and the faint remains around it."""
    core = np.zeros(dark.shape, np.uint8)
    for place in places:
        core |= place.mask
    gone = cv2.dilate(core, np.ones((3, 3), np.uint8)).astype(bool)
    near = cv2.dilate(core, np.ones((7, 7), np.uint8)).astype(bool)
    rest = (dark >= 0.15) & ~gone
    count, labels = cv2.connectedComponents(rest.astype(np.uint8), connectivity=8)
    beyond = np.zeros(count, bool)
    beyond[labels[rest & ~near]] = True
    gone |= rest & ~beyond[labels]
    return gone
