"""Read: the text of an image of words, in one line or several, with a box for each letter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate, Fragments, find_fragments
from lettermill.base.box import Box
from lettermill.base.direction import as_written, written_order
from lettermill.image.crop import Cropping
from lettermill.paper.ink import ink_mask
from lettermill.predict.letter_lattice import LetterLattice, letter_shares
from lettermill.predict.lines import find_lines
from lettermill.predict.models import Models, Opinions
from lettermill.predict.prepare import prepare
from lettermill.predict.search import Reading, read_lattice
from lettermill.predict.word_list import WordList
from lettermill.predict.words import find_words

SAME_PLACE = 0.5
"""Intersection over union of two boxes above which they count as the same place."""


class ReadLetter(NamedTuple):
    """A letter of a reading. probability: of this letter in this place, by its appearance, without the word list."""

    word: int  # counts the words of the image from 0
    letter: str
    box: Box
    probability: float
    line: int = 0  # counts the lines of the image from 0


@dataclass(frozen=True)
class Text:
    """The readings of an image.

    texts: the most likely first, with spaces between words and between lines; empty if nothing is read. letters: of the
    first text. All in the order in which they are read: of Hebrew letters, from right to left.
    reason, detail: why nothing is read, see ``lettermill.base.reasons``.
    """

    texts: list[Reading]
    letters: list[ReadLetter]
    reason: str = ""
    detail: str = ""

    @property
    def best(self) -> Reading:
        """The most likely text; an empty text with probability 0 if nothing is read."""
        return self.texts[0] if self.texts else Reading("", 0.0)


@dataclass(frozen=True)
class Reader:
    """Reads images. words: the word list, None for any text. other_words: see ``read_lattice``. alternatives: maximum
    number of texts per image."""

    models: Models
    words: WordList | None = None
    other_words: float = 0.0
    alternatives: int = 5

    def picture(self, image: np.ndarray, cropping: Cropping) -> Text:
        """Prepare and read ``image`` ((height, width) uint8), any image of a word or line. Boxes are in its pixels."""
        prepared = prepare(image, cropping)
        if prepared is None:
            return Text([], [], "outside_image", f"{image.shape[1]}x{image.shape[0]} pixels")
        found = self.writing(prepared.image, prepared.line)
        letters = [letter._replace(box=prepared.original(letter.box)) for letter in found.letters]
        return replace(found, letters=letters)

    def writing(self, image: np.ndarray, line: int | None = None) -> Text:
        """Read ``image`` ((height, width) uint8, dark ink). line: a row known to cross the only line of writing, or
        None for all lines, from top to bottom."""
        found = find_lines(image, line)
        if not found:
            return Text([], [], "no_letters" if ink_mask(image).any() else "blank_image")
        texts, letters, words = [Reading("", 1.0)], [], 0
        for number, (fragments, candidates) in enumerate(found):
            for part, readings in self._words(fragments, candidates):
                texts = _joined(texts, self._written(readings), self.alternatives)
                letters += _letters(part, number, words, readings[0].text)
                words += 1
        if not words:
            pieces = sum(len(fragments.boxes) for fragments, _ in found)
            return Text([], [], "no_letters", f"{pieces} fragments of ink, too few for any word of the list")
        return Text(texts, letters)

    def _words(
        self, fragments: Fragments, candidates: Sequence[Candidate]
    ) -> list[tuple[LetterLattice, list[Reading]]]:
        """The words of a line with their readings, as they are read."""
        whole = self.models.lattice(fragments, candidates)
        parts = [whole.part(start, stop) for start, stop in find_words(fragments, whole)]
        prior = self.models.prior
        readings = [read_lattice(part, self.alternatives, self.words, self.other_words, prior) for part in parts]
        words = [(part, found) for part, found in zip(parts, readings, strict=True) if found]
        return [words[place] for place in order_of([found[0].text for _, found in words])]

    def _written(self, readings: list[Reading]) -> list[Reading]:
        """``readings`` in the spelling of the word list, or in the order in which they are read."""
        spellings = self.words.spellings if self.words else {}
        return [Reading(spellings.get(text) or as_written(text), probability) for text, probability in readings]


def word_opinions(models: Models, image: np.ndarray, line: int | None, fold: int) -> Opinions | None:
    """What the models say of the image of a row of the table ((height, width) uint8), read as one word.

    line: a row of pixels known to cross the word, or None. fold: of the row, see ``Models.opinions``. Returns None if
    nothing in the image resembles a letter.
    """
    fragments = find_fragments(image, line)
    candidates = fragments.candidates() if fragments else []
    return models.opinions(fragments, candidates, fold) if fragments and candidates else None


def _joined(before: list[Reading], after: list[Reading], count: int) -> list[Reading]:
    """The ``count`` most likely texts of two consecutive parts of a line."""
    both = [
        Reading(f"{first.text} {second.text}".strip(), first.probability * second.probability)
        for first in before
        for second in after
    ]
    return sorted(both, key=lambda reading: (-reading.probability, reading.text))[:count]


def _letters(lattice: LetterLattice, line: int, word: int, text: str) -> list[ReadLetter]:
    """The letters of ``text``, which are given from left to right, in their best places, as they are read."""
    alignment = lattice.paths.align(lattice.columns(text))
    if alignment is None:
        raise ValueError(f"the reading {text!r} does not fit the lattice that it comes from")
    shares = letter_shares(lattice)
    letters = []
    for letter, index in zip(text, alignment.chosen, strict=True):
        box = lattice.candidates[index].box
        # A candidate with a stroke more or less is still in the same place.
        here = [number for number, other in enumerate(lattice.candidates) if other.box.overlap(box) > SAME_PLACE]
        share = shares[here, lattice.letters.index(letter)].sum() if letter in lattice.letters else 0.0
        letters.append(ReadLetter(word, letter, box, min(1.0, float(share)), line))
    return [letters[place] for place in written_order(text)]


def order_of(words: Sequence[str]) -> list[int]:
    """The indices of ``words``, which stand from left to right, in the order in which they are read."""
    # A letter, or else a digit, stands for each word.
    line = " ".join(next((letter for letter in as_written(word) if letter.isalpha()), word[0]) for word in words)
    return [place // 2 for place in written_order(line) if place % 2 == 0]
