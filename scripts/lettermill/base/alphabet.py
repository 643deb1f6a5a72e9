"""Transcriptions: which letters of the alphabet a word is written with."""

import unicodedata
from collections.abc import Callable

OTHER = "·"
"""Stands in a pattern for a letter or digit that is drawn but is not in the alphabet."""

MARK = "-"
"""Stands in a pattern for a hyphen, an apostrophe or the like: drawn, and smaller than a letter."""


class Alphabet:
    """The letters that are to be found, and how a transcription is brought to them.

    letters: the alphabet, each letter one code point after NFC normalisation.
    """

    def __init__(self, letters: str):
        self.letters = tuple(dict.fromkeys(unicodedata.normalize("NFC", letters)))
        self._known = frozenset(self.letters)
        # ß counts for neither case: in capitals it is two letters.
        cased = [letter for letter in self.letters if len(letter.upper()) == 1]
        self._fold_case: Callable[[str], str]
        if all(letter == letter.upper() for letter in cased):
            self._fold_case = str.upper
        elif all(letter == letter.lower() for letter in cased):
            self._fold_case = str.lower
        else:
            self._fold_case = str  # both cases are letters of their own

    def pattern(self, text: str) -> str:
        """What is drawn for ``text``: a letter of the alphabet, ``OTHER`` or ``MARK`` for all but white space.

        Case follows the alphabet's. A letter that the alphabet lacks loses its accent (É becomes E) if the
        alphabet has what is left.
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
    """The letters of ``pattern`` (see ``Alphabet.pattern``) without what is outside the alphabet."""
    return pattern.replace(OTHER, "").replace(MARK, "")
