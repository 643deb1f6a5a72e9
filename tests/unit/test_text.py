"""Transcriptions are brought to the alphabet as docs/your-own-table.md says."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.base.alphabet import MARK, OTHER, Alphabet, characters, word
from lettermill.plan.text_notes import text_notes
from tables import read

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
        ("Łódź Ørsted Đ Ǿ", "LODZORSTEDDO"),
        ("ＭＡＲｉＥ", "MARIE"),
        ("МАRIE", "MARIE"),
        ("Νora Оto", "NORAOTO"),
        ("МАМА ANA", "····ANA"),
        ("GROß GROẞ", "GROSSGRO·"),
        ("A\x07\rB", "AB"),
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
        ("ABCDEFGĞHIİJKLZ", "ılık İiIı", "ILIKİİII"),
        ("abcdefgğhıijklz", "ILIK İiIı", "ılıkiiıı"),
        ("ABGROSẞ", "Groß", "GROẞ"),
        ("ABGROSß", "Groẞ", "GROß"),
        ("АБГЛЬО", "ОЛЬГA", "ОЛЬГА"),
        ("АБГЛЬО", "ANNA", "····"),
        ("0123456789", "１２", "12"),
        ("ABCOSUẞß", "Bußaß", "BUßAß"),
        ("ABS", "aß", "ASS"),
        ("aAbB", "aAbBc", "aAbB·"),  # both cases are letters of their own
        ("0123456789", "12.03", "12-03"),
        ("אבג", "אבגד", "אבג·|3 2 1 0"),
    ],
)
def test_any_alphabet(letters: str, text: str, pattern: str) -> None:
    assert Alphabet(letters).pattern(text) == pattern


def test_what_is_dropped_and_what_is_read_as_another_letter_is_counted() -> None:
    texts = {2: "МАRIE-É", 3: "Œ-Ł", 4: "Anna", 5: "Œ"}
    lost, other = text_notes(texts, LATIN)
    assert lost.line == 2 and lost.note.endswith("and they are not delivered: '-', 2 times; 'Œ', 2 times")
    assert other.line == 2 and other.note.endswith(
        ": 'É' (U+00C9) as 'E', 1 time; 'Ł' (U+0141) as 'L', 1 time; "
        "'А' (U+0410) as 'A', 1 time; 'М' (U+041C) as 'M', 1 time"
    )
    assert text_notes({1: "Anna", 2: "ANA\t"}, LATIN) == []


def test_notes_are_those_of_rows_that_are_used(tmp_path: Path) -> None:
    table = read(tmp_path / "t.csv", "id,image,text\n1,a.jpg,A-B\n2,,C'D\n")
    assert [(note.line, note.note[-11:]) for note in table.notes] == [(2, "'-', 1 time")]


@given(st.text())
def test_every_drawn_character_is_a_letter_or_other(text: str) -> None:
    pattern = LATIN.pattern(text)
    assert set(characters(pattern)) <= set(LATIN.letters) | {OTHER, MARK}
    assert set(word(pattern)) <= set(LATIN.letters)
    assert LATIN.pattern(unicodedata.normalize("NFD", text)) == LATIN.pattern(unicodedata.normalize("NFC", text))
