"""Converts transcriptions to the letters of the alphabet."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from lettermill.base.direction import drawn_order, embedding_levels

OTHER = "·"
"""In a pattern: a letter or digit that is drawn but is not in the alphabet."""

MARK = "-"
"""In a pattern: a hyphen, an apostrophe or a similar mark, which is drawn and is smaller than a letter."""

ORDER = "|"
"""In a pattern: follows its characters, where these are not drawn from left to right, and precedes their order."""

T = TypeVar("T")


class Alphabet:
    """The letters to find, and the conversion of a transcription to them.

    letters: the alphabet, each letter one code point after NFC normalisation.
    """

    def __init__(self, letters: str):
        self.letters = tuple(dict.fromkeys(unicodedata.normalize("NFC", letters)))
        self._known = frozenset(self.letters)
        # ß has no upper case of one letter, so it does not decide the case.
        cased = [letter for letter in self.letters if len(letter.upper()) == 1]
        self._fold_case: Callable[[str], str]
        if all(letter == letter.upper() for letter in cased):
            self._fold_case = str.upper
        elif all(letter == letter.lower() for letter in cased):
            self._fold_case = str.lower
        else:
            self._fold_case = str  # the alphabet has both cases

    def pattern(self, text: str) -> str:
        """The pattern of ``text``: a letter of the alphabet, ``OTHER`` or ``MARK`` for every character but white space.

        The case is that of the alphabet. A letter that the alphabet lacks loses its accent (É becomes E) if the
        alphabet has the plain letter. Characters are in the order of ``text``. If this is not the order in which they
        are drawn from left to right, ``ORDER`` follows, and for each place of the line the index of its character, in
        decimal, with spaces between.
        """
        text = unicodedata.normalize("NFC", text)
        levels = embedding_levels(text)
        letters = [
            (letter, level)
            for character, level in zip(text, levels, strict=True)
            for letter in (character if character in self._known else self._fold_case(character))
        ]
        kept = [index for index, (letter, _) in enumerate(letters) if _is_drawn(letter)]
        pattern = "".join(self._letter(letters[index][0]) for index in kept)
        if not any(levels):
            return pattern
        # White space counts for the order: it may stand between two numbers.
        number = {index: place for place, index in enumerate(kept)}
        order = [number[index] for index in drawn_order([level for _, level in letters]) if index in number]
        return pattern if order == sorted(order) else f"{pattern}{ORDER}{' '.join(map(str, order))}"

    def _letter(self, letter: str) -> str:
        if letter in self._known:
            return letter
        bare = unicodedata.normalize("NFD", letter)[0]
        if bare in self._known:
            return bare
        return OTHER if bare.isalnum() else MARK


def _is_drawn(character: str) -> bool:
    return character.isalnum() or not (
        character.isspace() or unicodedata.combining(character) or unicodedata.category(character) == "Cf"
    )


def characters(pattern: str) -> str:
    """The characters of ``pattern`` (see ``Alphabet.pattern``), in the order in which they are read."""
    return pattern.partition(ORDER)[0]


def word(pattern: str) -> str:
    """The letters of ``pattern`` that are in the alphabet, in the order in which they are read."""
    return characters(pattern).replace(OTHER, "").replace(MARK, "")


def drawn_places(pattern: str) -> list[int]:
    """For each place of the line, from left to right, the index of the character of ``pattern`` that is drawn there."""
    text, _, order = pattern.partition(ORDER)
    return [int(index) for index in order.split()] if order else list(range(len(text)))


def drawn_letters(pattern: str) -> list[int]:
    """The same for its ``word`` only, as if no other character were drawn."""
    letters = [index for index, character in enumerate(characters(pattern)) if character not in (OTHER, MARK)]
    number = {index: position for position, index in enumerate(letters)}
    return [number[index] for index in drawn_places(pattern) if index in number]


def drawn_word(pattern: str) -> str:
    """The letters of ``word(pattern)``, from left to right."""
    letters = word(pattern)
    return "".join(letters[position] for position in drawn_letters(pattern))


def as_read(found: Sequence[T], places: Sequence[int]) -> list[T]:
    """What was ``found`` from left to right, in the order in which it is read.

    places: for each place of the line, from left to right, the index of its character; see ``drawn_places``.
    """
    read = dict(zip(places, found, strict=True))
    return [read[index] for index in range(len(places))]
