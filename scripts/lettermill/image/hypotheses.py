"""Ink hypotheses: what in a word image may be the ink of the word.

No single threshold suits pencil on a white form and a pen on a cheque, a rule may be a stroke, and of two lines of
writing the transcription names one. So nothing is decided here: a word image gives several hypotheses, each a set of
connected components and the band of rows that the word is in. Counting takes the hypothesis that others agree with,
alignment the one whose path explains the word best.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.base.box import Box
from lettermill.image.ink import Components, components, contrast
from lettermill.image.rules import without_rules
from lettermill.image.segmentation import word_bands

LEVELS = (0.5, 0.2, 0.7, 0.35)
"""Shares of the difference between paper and ink from which a pixel counts as ink: pen on plain paper first, then
pencil, then ink on a printed pattern."""

MAX_HYPOTHESES = 12
"""Maximum number of hypotheses of an image."""

SAME_EDGE = 0.12
"""Components are the same when their edges differ by at most this share of the height of the band (at least a pixel)."""


class InkHypothesis(NamedTuple):
    """A set of ink that may be a word.

    name: unique in its image, and the same whenever the image is looked at again. image: (height, width) uint8 with
    dark ink, the part of the word image that was looked at, without its rules if the hypothesis is that they are no
    ink. origin: its left and top edge in the word image, in pixels. parts: the components of ``image``. band: rows (top,
    bottom exclusive) of the word in ``image``. votes: number of sets of ink that gave the same components.
    """

    name: str
    image: np.ndarray
    origin: tuple[int, int]
    parts: Components
    band: tuple[int, int]
    votes: int = 1


class WordImage(NamedTuple):
    """A cropped word image. layers, region, line: see ``ink_hypotheses``."""

    layers: Sequence[np.ndarray]
    region: Box
    line: int | None

    def hypotheses(self) -> list[InkHypothesis]:
        """See ``ink_hypotheses``."""
        return ink_hypotheses(*self)


def whole(image: np.ndarray, line: int | None = None) -> WordImage:
    """``image`` ((height, width) uint8) as a word image in which the word may be anywhere."""
    return WordImage((image,), Box(0, 0, image.shape[1], image.shape[0]), line)


def ink_hypotheses(layers: Sequence[np.ndarray], region: Box, line: int | None) -> list[InkHypothesis]:
    """The hypotheses for a word image, the most usual first.

    layers: the image, (height, width) uint8, dark ink, and any further images of the same size that show part of its
    ink. region: where the word probably is. line: a row of pixels that is known to cross the word, or None.
    """
    found: list[InkHypothesis] = []
    outlines: list[np.ndarray] = []
    for hypothesis in _every(layers, region, line):
        outline = _outline(hypothesis)
        for number, other in enumerate(outlines):
            if _same(outline, other, hypothesis.band, found[number].band):
                found[number] = found[number]._replace(votes=found[number].votes + 1)
                break
        else:
            if len(found) < MAX_HYPOTHESES:
                found.append(hypothesis)
                outlines.append(outline)
    return found


def _every(layers: Sequence[np.ndarray], region: Box, line: int | None) -> Iterator[InkHypothesis]:
    height, width = layers[0].shape
    for place, box in enumerate(dict.fromkeys((region, Box(0, 0, width, height)))):
        for layer, whole in enumerate(layers):
            image = box.of(whole)
            cleaned = without_rules(image).image
            for rules, pixels in enumerate((image,) if cleaned is image else (cleaned, image)):
                levels = contrast(pixels)
                if levels is None:  # blank
                    continue
                for level in LEVELS:
                    parts = components(pixels < levels.threshold(level))
                    if parts.no_word:
                        continue
                    for number, band in enumerate(word_bands(parts, None if line is None else line - box.y)):
                        name = f"{place}.{layer}.{rules}.{level}.{number}"
                        yield InkHypothesis(name, pixels, (box.x, box.y), parts, band)


def _outline(hypothesis: InkHypothesis) -> np.ndarray:
    """(n, 4) int: left, top, right and bottom of the components in the band that are large enough to matter."""
    parts, (top, bottom) = hypothesis.parts, hypothesis.band
    matter = (parts.bottom > top) & (parts.top < bottom) & (parts.height >= 0.2 * (bottom - top))
    sides = np.stack([parts.left, parts.top, parts.right, parts.bottom], axis=1)[matter]
    x, y = hypothesis.origin
    moved: np.ndarray = sides + [x, y, x, y]
    return moved


def _same(one: np.ndarray, other: np.ndarray, *bands: tuple[int, int]) -> bool:
    height = min(bottom - top for top, bottom in bands)
    return one.shape == other.shape and bool((abs(one - other) <= max(1, SAME_EDGE * height)).all())
