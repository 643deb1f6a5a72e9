"""Converts transcriptions to the letters of the alphabet."""

import unicodedata
from collections.abc import Callable

OTHER = "·"
"""In a pattern: a letter or digit that is drawn but is not in the alphabet."""

MARK = "-"
"""In a pattern: a hyphen, an apostrophe or a similar mark, which is drawn and is smaller than a letter."""


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
        alphabet has the plain letter.
        """
        return "".join(
            self._letter(letter)
            for character in unicodedata.normalize("NFC", text)
            for letter in (character if character in self._known else self._fold_case(character))
            if not (letter.isspace() or unicodedata.combining(letter))
        )

    def _letter(self, letter: str) -> str:
        if letter in self._known:
            return letter
        bare = unicodedata.normalize("NFD", letter)[0]
        if bare in self._known:
            return bare
        return OTHER if bare.isalnum() else MARK


def word(pattern: str) -> str:
    """The letters of ``pattern`` (see ``Alphabet.pattern``) that are in the alphabet."""
    return pattern.replace(OTHER, "").replace(MARK, "")
