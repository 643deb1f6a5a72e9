"""The order in which text is drawn on a line is that of Unicode's bidirectional algorithm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.base.alphabet import Alphabet, as_read, drawn_letters, drawn_places, drawn_word, word
from lettermill.base.direction import as_written, drawn_order, embedding_levels


def drawn(text: str) -> str:
    return "".join(text[place] for place in drawn_order(embedding_levels(text)))


# The second column is that of the Rust library unicode-bidi, without its mirrored brackets.
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Anna 12", "Anna 12"),
        ("אבג", "גבא"),
        ("אבג123", "123גבא"),
        ("123אבג", "גבא123"),
        ("אבABCגד", "דגABCבא"),
        ("ABC אבג 123", "ABC 123 גבא"),  # the number belongs to the Hebrew before it
        ("אב 12 34", "34 12 בא"),
        ("אב 12-34", "12-34 בא"),
        ("אב 12.5.90", "12.5.90 בא"),
        ("א 5%", "5% א"),
        ('ש"ס', 'ס"ש'),
        ("12/5/1890 א", "א 12/5/1890"),
        ("אב (ab) cd", "cd )ab( בא"),
        ("a(ב)c", "a(ב)c"),
        ("ابج ١٢٣", "١٢٣ جبا"),
        ("ا 1-2", "2-1 ا"),  # after Arabic letters, digits are Arabic
        ("ܐܒܓ", "ܓܒܐ"),  # Syriac
        ("ߊߋߌ", "ߌߋߊ"),  # N'Ko
        ("א\u05b7ב", "ב\u05b7א"),
        ("12\u200fA", "A\u200f12"),  # a right-to-left mark comes first
        ("\u202bאב\u202c", "\u202cבא\u202b"),  # an embedding has no effect
    ],
)
def test_text_is_drawn_as_unicode_says(text: str, shown: str) -> None:
    assert drawn(text) == shown


@given(st.text("אבגابجabc0123٠١ .,-()%\u200f\u202b\u05b7", max_size=12))
def test_every_character_has_a_place(text: str) -> None:
    assert sorted(drawn_order(embedding_levels(text))) == list(range(len(text)))


@given(st.text("אבגابجabc0123", max_size=12))
def test_what_is_read_is_drawn_as_it_was_seen(text: str) -> None:
    seen = drawn(text)
    assert drawn(as_written(seen)) == seen
    if text and all(0x5D0 <= ord(letter) < 0x700 for letter in text):
        assert as_written(seen) == text


@pytest.mark.parametrize(
    ("letters", "text", "read", "from_the_left"),
    [
        ("אבגד", "אבג", "אבג", "גבא"),
        ("אבגד0123456789", "אבג123", "אבג123", "123גבא"),
        ("אבגד", "אבג123", "אבג", "גבא"),
        ("אבגדABC", "אב ABC גד", "אבABCגד", "דגABCבא"),
        ("אבגד", "ABC אב XY גד", "אבגד", "באדג"),  # a Latin text
        ("אבגד0123456789", "אב 12 34", "אב1234", "3412בא"),  # two numbers, not one
        ("אבגד", "א\u05b7ב\u05bcג\u200f", "אבג", "גבא"),  # vowel signs and marks of direction are not drawn
        ("ابتث", "ابت", "ابت", "تبا"),
        ("ABC", "abc", "ABC", "ABC"),
    ],
)
def test_letters_of_an_alphabet_from_the_left(letters: str, text: str, read: str, from_the_left: str) -> None:
    pattern = Alphabet(letters).pattern(text)
    assert (word(pattern), drawn_word(pattern)) == (read, from_the_left)
    assert "".join(as_read(from_the_left, drawn_letters(pattern))) == read


def test_other_characters_have_places_too() -> None:
    pattern = Alphabet("אבגד").pattern("אב-ג12")
    places = drawn_places(pattern)
    assert [pattern[place] for place in places] == list("··ג-בא")
    assert drawn_places("AB-·") == [0, 1, 2, 3]
