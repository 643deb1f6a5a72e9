"""Read: from the image of a word or a line to its text, with a box for each letter."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import find_fragments
from lettermill.base.box import Box
from lettermill.image.crop import Cropping
from lettermill.image.ink import ink_mask
from lettermill.predict.letter_lattice import LetterLattice, letter_shares
from lettermill.predict.models import Models
from lettermill.predict.prepare import prepare
from lettermill.predict.search import Reading, read_lattice
from lettermill.predict.word_list import WordList
from lettermill.predict.words import find_words

SAME_PLACE = 0.5
"""Overlap (intersection over union) of two boxes above which they are one place."""


class ReadLetter(NamedTuple):
    """A letter that is read. probability: that this letter stands in this place, by its looks, whatever the list."""

    word: int  # counts the words of the line from 0
    letter: str
    box: Box
    probability: float


@dataclass(frozen=True)
class Line:
    """What stands in an image. texts: what it may say, the likeliest first, words parted by spaces. letters: those of
    the likeliest text. reason, detail: why there are none, see ``lettermill.base.reasons``."""

    texts: list[Reading]
    letters: list[ReadLetter]
    reason: str = ""
    detail: str = ""

    @property
    def best(self) -> Reading:
        """The likeliest text; an empty one when nothing is read."""
        return self.texts[0] if self.texts else Reading("", 0.0)


@dataclass(frozen=True)
class Reader:
    """models: what letters look like. words: what may be written, None for anything. other_words: see
    ``read_lattice``. alternatives: texts that are given, the likeliest included."""

    models: Models
    words: WordList | None = None
    other_words: float = 0.0
    alternatives: int = 5

    def picture(self, image: np.ndarray, cropping: Cropping) -> Line:
        """What any picture of a word or a line says, ``image`` ((height, width) uint8), with boxes in its pixels."""
        prepared = prepare(image, cropping)
        if prepared is None:
            return Line([], [], "outside_image", f"{image.shape[1]}x{image.shape[0]} pixels")
        line = self.line(prepared.image, prepared.line)
        letters = [letter._replace(box=prepared.original(letter.box)) for letter in line.letters]
        return Line(line.texts, letters, line.reason, line.detail)

    def line(self, image: np.ndarray, line: int | None = None) -> Line:
        """What ``image`` ((height, width) uint8, dark ink) says; line: a row known to cross the writing."""
        fragments = find_fragments(image, line)
        candidates = fragments.candidates() if fragments else []
        if not fragments or not candidates:
            return Line([], [], "no_letters" if ink_mask(image).any() else "blank_image")
        whole = self.models.lattice(fragments, candidates)
        texts, letters, words = [Reading("", 1.0)], [], 0
        for start, stop in find_words(fragments, whole):
            part = whole.part(start, stop)
            found = read_lattice(part, self.alternatives, self.words, self.other_words)
            if found:
                texts = _joined(texts, self._written(found), self.alternatives)
                letters += _letters(part, words, found[0].text)
                words += 1
        if not words:
            return Line(
                [], [], "no_letters", f"{len(fragments.boxes)} fragments of ink, too few for any word of the list"
            )
        return Line(texts, letters)

    def _written(self, readings: list[Reading]) -> list[Reading]:
        """``readings`` as the list spells them."""
        spellings = self.words.spellings if self.words else {}
        return [Reading(spellings.get(text, text), probability) for text, probability in readings]


def word_lattice(models: Models, image: np.ndarray, line: int | None, fold: int) -> LetterLattice | None:
    """What a row of the table may read, as one word and by what has not been trained on it; None when its image
    ((height, width) uint8) has nothing like a letter. line: a row known to cross the word."""
    fragments = find_fragments(image, line)
    candidates = fragments.candidates() if fragments else []
    return models.lattice(fragments, candidates, fold) if fragments and candidates else None


def _joined(before: list[Reading], after: list[Reading], count: int) -> list[Reading]:
    """The ``count`` likeliest texts of two that follow each other."""
    both = [
        Reading(f"{first.text} {second.text}".strip(), first.probability * second.probability)
        for first in before
        for second in after
    ]
    return sorted(both, key=lambda reading: (-reading.probability, reading.text))[:count]


def _letters(lattice: LetterLattice, word: int, text: str) -> list[ReadLetter]:
    """The letters of ``text`` in the places where they stand best."""
    alignment = lattice.paths.align(lattice.columns(text))
    if alignment is None:
        raise ValueError(f"the reading {text!r} does not fit the lattice that it comes from")
    shares = letter_shares(lattice)
    letters = []
    for letter, index in zip(text, alignment.chosen, strict=True):
        box = lattice.candidates[index].box
        # A stroke more or less at its edge leaves a letter in its place.
        here = [number for number, other in enumerate(lattice.candidates) if other.box.overlap(box) > SAME_PLACE]
        share = shares[here, lattice.letters.index(letter)].sum() if letter in lattice.letters else 0.0
        letters.append(ReadLetter(word, letter, box, min(1.0, float(share))))
    return letters
