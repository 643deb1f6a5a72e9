"""Boxes fit a transcription when there is one for each letter."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.base.alphabet import OTHER, word
from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_results, write_results
from lettermill.records.schemas import MatchedLetter, SegmentedBox, StoppedRow
from lettermill.stages.match import match_batch, match_word


def boxes(count: int) -> list[Box]:
    return [Box(10 * index, 0, 8, 9) for index in range(count)]


def test_one_box_a_letter() -> None:
    assert match_word(boxes(3), "ANA") == list(zip("ANA", boxes(3), strict=True))


def test_what_is_not_in_the_alphabet_may_have_a_box_or_not() -> None:
    assert match_word(boxes(4), "AB·C") == [("A", boxes(4)[0]), ("B", boxes(4)[1]), ("C", boxes(4)[3])]
    assert match_word(boxes(3), "AB·C") == list(zip("ABC", boxes(3), strict=True))


def test_the_box_of_a_hyphen_is_low() -> None:
    first, second, third = boxes(3)
    hyphen = second._replace(height=2)
    assert match_word([first, hyphen, third], "A-C") == [("A", first), ("C", third)]
    assert match_word([first, second, third], "A-C") == "too_many_boxes"  # a broken letter, and no box for the hyphen
    assert match_word([first, third], "A-C") == [("A", first), ("C", third)]


def test_a_box_too_wide_for_a_letter_is_none() -> None:
    first, second = boxes(2)
    assert match_word([first, second._replace(width=18)], "AM") != "wide_box"
    assert match_word([first, second._replace(width=19)], "AM") == "wide_box"


def test_other_numbers_do_not_fit() -> None:
    assert match_word(boxes(2), "ANA") == "too_few_boxes"
    assert match_word(boxes(4), "ANA") == "too_many_boxes"
    assert match_word(boxes(4), "A·N·A") == "too_many_boxes"  # one of two others: which one?


@given(st.text("ABC" + OTHER, min_size=1, max_size=9).filter(word), st.integers(1, 9))
def test_letters_come_out_in_order_or_not_at_all(pattern: str, count: int) -> None:
    matched = match_word(boxes(count), pattern)
    if isinstance(matched, str):
        assert count not in (len(pattern), len(word(pattern)))
    else:
        assert "".join(letter for letter, _ in matched) == word(pattern)
        assert [box for _, box in matched] == sorted({box for _, box in matched})


def test_every_row_of_a_batch_is_matched_or_has_a_reason(tmp_path: Path) -> None:
    found = [SegmentedBox("a", i, 2, box) for i, box in enumerate(boxes(2))]
    found += [SegmentedBox("b", i, 3, box) for i, box in enumerate(boxes(3))]
    write_results(tmp_path / "segmented.csv", SegmentedBox, [*found, StoppedRow("c", "segment", "blank_image", "")])
    match_batch(tmp_path / "segmented.csv", [("a", "AB"), ("b", "AB"), ("c", "AB")], tmp_path / "matched.csv")
    assert read_results(tmp_path / "matched.csv", MatchedLetter) == [
        MatchedLetter("a", 0, "A", boxes(2)[0], None, "", "histogram"),
        MatchedLetter("a", 1, "B", boxes(2)[1], None, "", "histogram"),
        StoppedRow("b", "match", "too_many_boxes", "3 boxes for the 2 letters of AB", "AB"),
    ]


def test_boxes_that_were_lost_on_the_way_are_noticed(tmp_path: Path) -> None:
    two = [SegmentedBox("a", i, 3, box) for i, box in enumerate(boxes(2))]
    write_results(tmp_path / "s.csv", SegmentedBox, two)
    with pytest.raises(CorruptedFileError, match=r"s\.csv is incomplete: row a lacks boxes"):
        match_batch(tmp_path / "s.csv", [("a", "AB")], tmp_path / "m.csv")
