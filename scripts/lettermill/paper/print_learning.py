"""Learning one printed label from the word images in which a run of it recurs."""

from collections.abc import Sequence

import numpy as np

from lettermill.paper.ink import components
from lettermill.paper.print_average import average
from lettermill.paper.print_place import Place, writing_left
from lettermill.paper.print_runs import Run
from lettermill.paper.print_template import Template

MOST_AVERAGED = 50
"""Maximum number of images that are averaged."""

USUAL = 0.75
"""A part of a label is recognised in at least this share of the places of the label."""

COMMON = 0.55
"""A part of a label has paper around it in at least this share of its images: in more than a half, so that it is not
where two labels of a half each overlap."""

ALONE = 0.3
"""Minimum share of the places of a label where it is not a part of a longer line of print."""


def grown(runs: Sequence[Run], darks: Sequence[np.ndarray]) -> Template | None:
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
    return _common(seed, runs[1 : 1 + MOST_AVERAGED], darks, origin)


def is_label(template: Template, darks: Sequence[np.ndarray]) -> bool:
    """Whether what recurs in some images is worth counting in all of them: it is not always a part of longer words."""
    alone = [not _continued(template, dark, place) for dark in darks if (place := template.find(dark)) is not None]
    return sum(alone) >= 0.5 * ALONE * len(alone)


def _common(template: Template, runs: Sequence[Run], darks: Sequence[np.ndarray], origin: tuple[int, int]) -> Template:
    """Without the parts that are only where the letters of two different labels overlap. origin: of the run in it."""
    alike = []
    for run in runs:
        x, y = run.x - origin[0], run.y - origin[1]
        place = template.find(darks[run.image], (x - 4, x + 4, y - 4, y + 4))
        if place is not None:
            alike.append(place.alike)
    common = np.mean(alike, axis=0) >= COMMON if alike else np.ones(len(template.boxes), bool)
    return template if common.all() or not common.any() else template.with_parts(common)


def _gain(template: Template, dark: np.ndarray, place: Place) -> float:
    """How dark the print of a template is at its place, relative to the template."""
    height, width = template.dark.shape
    x, y = max(place.x, 0), max(place.y, 0)
    seen = dark[y : place.y + height, x : place.x + width]
    want = template.dark[y - place.y :, x - place.x :][: seen.shape[0], : seen.shape[1]]
    return float(np.clip(np.sum(seen * want) / max(float(np.sum(want * want)), 1e-6), 0.3, 1.5))


def counted(template: Template, darks: Sequence[np.ndarray], least: float) -> tuple[Template | None, dict[int, Place]]:
    """The template with the places where it usually is, or None if it is too rare or part of longer words."""
    left, top, right, bottom = template.core
    if len(template.letters) < 3 and right - left < 2.5 * (bottom - top):
        return None, {}
    places = {}
    for number, dark in enumerate(darks):
        place = template.find(dark)
        if place is not None and place.certain and writing_left(dark, [place]):
            places[number] = place
    if len(places) < least:
        return None, places
    usual = np.mean([place.letters for place in places.values()], axis=0) >= USUAL
    usual |= ~template.is_letter  # a colon may follow the label in some of the forms
    if not usual.all():
        return (
            counted(template.with_parts(usual), darks, least) if (usual & template.is_letter).any() else (None, places)
        )
    alone = sum(not _continued(template, darks[number], place) for number, place in places.items())
    if alone < max(least, ALONE * len(places)):
        return None, places
    positions = [
        (place.x, place.x - darks[number].shape[1], place.y, place.y - darks[number].shape[0])
        for number, place in places.items()
    ]
    least_, most = np.percentile(positions, 1, axis=0), np.percentile(positions, 99, axis=0)
    spread = most - least_
    side = (bool(spread[1] < spread[0]), bool(spread[3] < spread[2]))
    chosen = [int(side[0]), 2 + int(side[1])]
    around = [float(limit) for limit in (least_[chosen[0]], most[chosen[0]], least_[chosen[1]], most[chosen[1]])]
    one_size = sum(place.scale == 1 for place in places.values()) >= 0.95 * len(places)
    return Template(template.dark, around, side, one_size), places


def _continued(template: Template, dark: np.ndarray, place: Place) -> bool:
    """Whether the print is part of a longer line of print.

    Beside it is a letter between the same two lines as one of its letters or, as close as letters of a word are, on one
    of their lines.
    """
    parts = components((dark >= 0.5) & ~place.mask)
    left, top, right, bottom = template.core
    height = bottom - top
    x0, x1 = place.x + left * place.scale, place.x + right * place.scale
    gap = np.where(parts.left >= x1 - 1, parts.left - x1, np.where(parts.right <= x0 + 1, x0 - parts.right, np.inf))
    slack = max(1, round(0.08 * height))
    tops = place.y + template.letters[:, 1] * place.scale
    bottoms = place.y + (template.letters[:, 1] + template.letters[:, 3]) * place.scale
    upper = (abs(parts.top[:, None] - tops) <= slack).any(axis=1)
    lower = (abs(parts.bottom[:, None] - bottoms) <= slack).any(axis=1)
    sized = (parts.height >= 0.5 * np.median(template.letters[:, 3])) & (parts.height <= 1.5 * height)
    close = (gap <= 0.4 * height) & (upper | lower)
    return bool((sized & (close | ((gap <= height) & upper & lower))).any())
