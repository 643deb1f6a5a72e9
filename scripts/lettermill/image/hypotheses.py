"""Ink hypotheses: what in a word image may be the ink of the word.

No single threshold suits pencil on a white form and a pen on a cheque, a rule may be a stroke, and of two lines of
writing the transcription names one. So nothing is decided here: a word image gives several hypotheses, each a set of
connected components and the band of rows that the word is in. Counting takes the hypothesis that others agree with,
alignment the one whose path explains the word best.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.base.box import Box
from lettermill.image.segmentation import word_bands
from lettermill.paper.ink import Components, components, contrast
from lettermill.paper.print_forms import PrintForms

LEVELS = (0.5, 0.2, 0.7, 0.35)
"""Shares of the difference between paper and ink from which a pixel counts as ink: a pen on plain paper first,
then pencil, then ink on a printed pattern."""

DARKEST, BUSY = max(LEVELS), 300
"""Where the darkest ink is noise, so is all of it, even if its pieces merge and specks are left that look like a word.
It is looked at where a level has more pieces than this; a word of twenty letters has about fifty."""

FAINTEST = f".{round(100 * min(LEVELS))}."
"""Part of the name of a hypothesis with all of the ink."""

UNPRINTED, INSIDE, ELSEWHERE = "p.0", "0", "1"
"""Names of where ink is looked for: in all of the first layer, without the print of its form; where the word probably
is; in the whole image."""

MAX_HYPOTHESES = 12
"""Maximum number of hypotheses of an image."""

SAME_EDGE = 0.12
"""Components are the same if their edges differ by at most this share of the height of the band, at least a pixel."""


class InkHypothesis(NamedTuple):
    """A set of ink that may be a word.

    name: unique in its image, and the same whenever the image is looked at again. image: (height, width) uint8 with
    dark ink, the part of a layer that was looked at. origin: its left and top edge in the word image, in pixels. parts:
    the components of ``image``. band: rows (top, bottom exclusive) of the word in ``image``. votes: number of sets of
    ink that gave the same components.
    """

    name: str
    image: np.ndarray
    origin: tuple[int, int]
    parts: Components
    band: tuple[int, int]
    votes: int = 1


class WordImage(NamedTuple):
    """A cropped word image.

    layers: images of the word, (height, width) uint8, dark ink, in which more or less else is drawn: without rules
    first, as it is, ink of one colour alone. region: where the word probably is. line: a row of pixels that is known to
    cross the word, or None. forms: what is printed on the forms of the table, if that is known.
    """

    layers: Sequence[np.ndarray]
    region: Box
    line: int | None
    forms: PrintForms = PrintForms()

    @property
    def writing(self) -> tuple[np.ndarray, int | None]:
        """The region of the word in the first layer, and ``line`` as a row of that region."""
        return self.region.of(self.layers[0]), None if self.line is None else self.line - self.region.y

    @property
    def as_scanned(self) -> np.ndarray:
        """The layer that shows rules and print: of the first two, the one with more ink."""
        return min(self.layers[:2], key=np.mean)

    def _unprinted(self) -> np.ndarray | None:
        """The first layer without the print of its form; None if there is none. Print is looked for where rules are
        still drawn, because their removal may damage it."""
        if not self.forms:
            return None
        scanned = self.as_scanned
        without = self.forms.without(scanned)
        return None if without is scanned else np.where(without == scanned, self.layers[0], without)

    def hypotheses(self, first: str = "") -> Iterator[InkHypothesis]:
        """The different ink hypotheses: the one named ``first``, then the others, the most usual first. Each is made
        when it is asked for."""
        seen: list[tuple[np.ndarray, InkHypothesis]] = []
        named = [one for one in self._every(first) if one.name == first] if first else []
        for hypothesis in itertools.chain(named, self._every()):
            outline = _outline(hypothesis)
            if len(seen) < MAX_HYPOTHESES and not any(_same(outline, hypothesis, *other) for other in seen):
                seen.append((outline, hypothesis._replace(parts=hypothesis.parts.unlabelled)))
                yield hypothesis

    def voted(self) -> list[InkHypothesis]:
        """The different ink hypotheses with their votes: those with all of the ink first, then the most usual. Their
        components have no labels."""
        seen: list[tuple[np.ndarray, InkHypothesis]] = []
        faintest: set[str] = set()
        for hypothesis in self._every():
            outline = _outline(hypothesis)
            for number, other in enumerate(seen):
                if _same(outline, hypothesis, *other):
                    seen[number] = other[0], other[1]._replace(votes=other[1].votes + 1)
                    break
            else:
                number = len(seen)
                if number == MAX_HYPOTHESES:  # of the rest, only the votes for these count
                    continue
                seen.append((outline, hypothesis._replace(parts=hypothesis.parts.unlabelled)))
            if FAINTEST in hypothesis.name:
                faintest.add(seen[number][1].name)
        found = [hypothesis for _, hypothesis in seen]
        return sorted(found, key=lambda one: one.name not in faintest)

    def _every(self, only: str = "") -> Iterator[InkHypothesis]:
        """All ink hypotheses. only: the name of one; those with ink from elsewhere are then left out."""
        for source, box, layer in self._sources(only):
            image = box.of(layer)
            levels = contrast(image)
            if levels is None:  # blank
                continue
            noise = 0.0  # the level from which the ink is noise
            for level in LEVELS[:2] if source.startswith(ELSEWHERE) else LEVELS:
                place = f"{source}.{round(100 * level)}."
                if level < noise or (only and not only.startswith(place)):
                    continue
                parts = components(image < levels.threshold(level))
                if parts.no_word or (parts.count > BUSY and components(image < levels.threshold(DARKEST)).no_word):
                    noise = max(noise, level)
                    continue
                line = None if self.line is None or source == UNPRINTED else self.line - box.y
                for number, band in enumerate(word_bands(parts, line)):
                    yield InkHypothesis(f"{place}{number}", image, (box.x, box.y), parts, band)

    def _sources(self, only: str) -> Iterator[tuple[str, Box, np.ndarray]]:
        """Where ink may be looked for: a name that ends with the number of a layer, the part of the layer, and the
        layer."""
        first = self.layers[0]
        everywhere = Box(0, 0, first.shape[1], first.shape[0])
        if not only or only.startswith(UNPRINTED):
            unprinted = self._unprinted()
            if unprinted is not None:
                yield UNPRINTED, everywhere, unprinted
        for place, box in zip((INSIDE, ELSEWHERE), dict.fromkeys((self.region, everywhere)), strict=False):
            for number, layer in enumerate(self.layers):
                yield f"{place}.{number}", box, layer


def layer_of(hypothesis: str) -> int:
    """The number of the layer that the ink hypothesis with this name looked at; 0 for no name."""
    return int(hypothesis.split(".")[1]) if hypothesis else 0


def whole(image: np.ndarray, line: int | None = None) -> WordImage:
    """``image`` ((height, width) uint8) as a word image in which the word may be anywhere."""
    return WordImage((image,), Box(0, 0, image.shape[1], image.shape[0]), line)


def _outline(hypothesis: InkHypothesis) -> np.ndarray:
    """(4, n) int: left, top, right and bottom of the components in the band that are large enough to matter."""
    parts, (top, bottom) = hypothesis.parts, hypothesis.band
    matter = (parts.bottom > top) & (parts.top < bottom) & (parts.height >= 0.2 * (bottom - top))
    x, y = hypothesis.origin
    sides = (parts.left, x), (parts.top, y), (parts.right, x), (parts.bottom, y)
    return np.stack([side[matter] + shift for side, shift in sides])


def _same(outline: np.ndarray, one: InkHypothesis, other_outline: np.ndarray, other: InkHypothesis) -> bool:
    height = min(bottom - top for top, bottom in (one.band, other.band))
    return outline.shape == other_outline.shape and bool(
        (abs(outline - other_outline) <= max(1, SAME_EDGE * height)).all()
    )
