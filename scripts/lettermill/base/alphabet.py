"""Converts transcriptions to the letters of the alphabet."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from lettermill.base.direction import drawn_order, embedding_levels

OTHER = "·"
"""In a pattern: a letter or digit that is drawn but is not in the alphabet."""

MARK = "-"
"""In a pattern: a hyphen, an apostrophe or a similar mark, which is drawn and is smaller than a letter."""

ORDER = "|"
"""In a pattern: follows its characters, where these are not drawn from left to right, and precedes their order."""

_LOOK_ALIKES = (  # noqa: SIM905
    "AАΑ BВΒ CСϹ EЕΕ HНΗ IІΙ JЈ KКΚ MМΜ NΝ OОΟ PРΡ SЅ TТΤ XХΧ YУΥ ZΖ ГΓ ПΠ ФΦ ËЁ ÏЇΪ "
    "aа cсϲ eе iі jј oоο pр sѕ xх yу ëё ïї"
).split()
"""Letters of the Latin, Cyrillic and Greek scripts that are drawn alike."""

_WORD = re.compile(r"[\w\u0300-\u036f]+")
_SAME_LETTER = ("<wide>", "<narrow>", "<font>", "<initial>", "<medial>", "<final>", "<isolated>")
"""Compatibility mappings of Unicode to the same letter in another form, such as full-width or mathematical ones."""

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
        # Where Python's case mapping leads to another letter than the one that the alphabet has.
        special = {}
        if self._fold_case is str.upper:
            special = {"i": "İ", "ß": "ẞ", "ẞ": "ß"}
        elif self._fold_case is str.lower:
            special = {"I": "ı", "İ": "i"}
        turkish = not self._known.isdisjoint("İı")
        self._special = {
            letter: other for letter, other in special.items() if other in self._known and (turkish or letter in "ßẞ")
        }
        self._read: dict[str, str] = {}
        self._twins = {
            ord(letter): twin
            for alike in _LOOK_ALIKES
            for letter in alike
            for twin in alike[::-1]
            if self._reading(letter) == OTHER and self._reading(twin) in self._known
        }

    def pattern(self, text: str) -> str:
        """The pattern of ``text``: a letter of the alphabet, ``OTHER`` or ``MARK`` for every character but white space.

        The case is that of the alphabet; if it has İ or ı, i and I are different letters, as in Turkish. A letter that
        the alphabet lacks loses its accent or stroke (É becomes E, Ł becomes L) if the alphabet has the plain letter. A
        letter of another script, within a word of this one, is the letter that is drawn alike. Characters are in the
        order of ``text``. If this is not the order in which they are drawn from left to right, ``ORDER`` follows, and
        for each place of the line the index of its character, in decimal, with spaces between.
        """
        text = self._in_own_script(unicodedata.normalize("NFC", text))
        levels = embedding_levels(text)
        if not any(levels):
            return "".join(map(self._reading, text))
        letters = [
            (letter, level) for character, level in zip(text, levels, strict=True) for letter in self._folded(character)
        ]
        kept = [index for index, (letter, _) in enumerate(letters) if _is_drawn(letter)]
        pattern = "".join(self._letter(letters[index][0]) for index in kept)
        # White space counts for the order: it may stand between two numbers.
        number = {index: place for place, index in enumerate(kept)}
        order = [number[index] for index in drawn_order([level for _, level in letters]) if index in number]
        return pattern if order == sorted(order) else f"{pattern}{ORDER}{' '.join(map(str, order))}"

    def changes(self, text: str) -> Iterator[tuple[str, str]]:
        """(character, letters that it is read as) where ``pattern`` changes more than the case; "" for none."""
        text = unicodedata.normalize("NFC", text)
        for character, own in zip(text, self._in_own_script(text), strict=True):
            reading = self._reading(own)
            letters = reading.replace(OTHER, "").replace(MARK, "")
            same = letters.upper() == character.upper() or character in self._special
            if reading and not (letters and same):
                yield character, letters

    def _in_own_script(self, text: str) -> str:
        """``text`` (NFC) without the look-alikes of other scripts in words that have a letter of this alphabet."""
        if self._twins.keys().isdisjoint(map(ord, text)):
            return text
        return _WORD.sub(lambda found: found[0].translate(self._twins) if self._has_own(found[0]) else found[0], text)

    def _has_own(self, text: str) -> bool:
        return any(letter.isalpha() and not self._known.isdisjoint(self._reading(letter)) for letter in text)

    def _reading(self, character: str) -> str:
        """The pattern of one character."""
        if character not in self._read:
            self._read[character] = "".join(map(self._letter, filter(_is_drawn, self._folded(character))))
        return self._read[character]

    def _folded(self, character: str) -> str:
        """A character in the case of the alphabet, and in its usual form (not full-width, for example)."""
        if character not in self._known and unicodedata.decomposition(character).startswith(_SAME_LETTER):
            character = unicodedata.normalize("NFKC", character)
        if character in self._known:
            return character
        return self._special.get(character) or self._fold_case(character)

    def _letter(self, letter: str) -> str:
        if letter in self._known:
            return letter
        bare = unicodedata.normalize("NFD", letter)[0]
        for plain in (bare, _without_stroke(bare)):
            if plain in self._known:
                return plain
        return OTHER if bare.isalnum() else MARK


def _is_drawn(character: str) -> bool:
    return character.isalnum() or not (
        character.isspace() or unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Cc")
    )


def _without_stroke(letter: str) -> str:
    """Ł without its stroke, and alike. For Unicode these are letters without a decomposition; their names tell."""
    name, _, addition = unicodedata.name(letter, "").partition(" WITH ")
    if not addition or not name.startswith(("LATIN ", "CYRILLIC ", "GREEK ")):
        return letter
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return letter


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
