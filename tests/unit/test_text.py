"""Transcriptions are brought to the alphabet as docs/your-own-table.md says."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.base.alphabet import MARK, OTHER, Alphabet, characters, word

LATIN = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("Clément", "CLEMENT"),
        ("CLE\u0301MENT", "CLEMENT"),  # the accent as a character of its own
        ("JEAN-MARC", "JEAN-MARC"),
        ("  marie  lou ", "MARIELOU"),
        ("L'HÔTE 2", "L-HOTE·"),
        ("François", "FRANCOIS"),
        ("ŒUVRE", "·UVRE"),  # one drawing, no letter of this alphabet
        ("", ""),
        ("\t\n", ""),
        ("ДА", "··"),
    ],
)
def test_latin(text: str, pattern: str) -> None:
    assert LATIN.pattern(text) == pattern


@pytest.mark.parametrize(
    ("letters", "text", "pattern"),
    [
        ("ABCÉE", "bébé", "BÉBÉ"),  # the alphabet has the accent: it stays
        ("ABE\u0301", "É", "É"),
        ("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", "Юлия Йод", "ЮЛИЯЙОД"),
        ("АБВГДЕИКЛО", "Ёлка Й", "ЕЛКАИ"),
        ("abc", "ABC", "abc"),
        ("ABCOSUẞß", "Bußaß", "BUßAß"),
        ("ABS", "aß", "ASS"),
        ("aAbB", "aAbBc", "aAbB·"),  # both cases are letters of their own
        ("0123456789", "12.03", "12-03"),
        ("אבג", "אבגד", "אבג·|3 2 1 0"),
    ],
)
def test_any_alphabet(letters: str, text: str, pattern: str) -> None:
    assert Alphabet(letters).pattern(text) == pattern


@given(st.text())
def test_every_drawn_character_is_a_letter_or_other(text: str) -> None:
    pattern = LATIN.pattern(text)
    assert set(characters(pattern)) <= set(LATIN.letters) | {OTHER, MARK}
    assert set(word(pattern)) <= set(LATIN.letters)
    assert LATIN.pattern(unicodedata.normalize("NFD", text)) == LATIN.pattern(unicodedata.normalize("NFC", text))
