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
from lettermill.stages.boxes import Boxes
from lettermill.stages.match import best_match, match_batch, match_word


def boxes(count: int) -> list[Box]:
    return [Box(10 * index, 0, 8, 9) for index in range(count)]


def segmented(row_id: str, count: int, of: int = 0, name: str = "0.0.50.0", votes: int = 1) -> list[SegmentedBox]:
    """The records of the first ``count`` boxes of a row that has ``of``, or no more, by the hypothesis ``name``."""
    return [SegmentedBox(row_id, i, of or count, box, name, votes) for i, box in enumerate(boxes(count))]


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
    found = segmented("a", 2) + segmented("b", 3)
    write_results(tmp_path / "segmented.csv", SegmentedBox, [*found, StoppedRow("c", "segment", "blank_image", "")])
    match_batch(tmp_path / "segmented.csv", [("a", "AB"), ("b", "AB"), ("c", "AB")], tmp_path / "matched.csv")
    assert read_results(tmp_path / "matched.csv", MatchedLetter) == [
        MatchedLetter("a", 0, "A", boxes(2)[0], None, "", "histogram", "0.0.50.0"),
        MatchedLetter("a", 1, "B", boxes(2)[1], None, "", "histogram", "0.0.50.0"),
        StoppedRow("b", "match", "too_many_boxes", "3 boxes for the 2 letters of AB", "AB"),
    ]


@pytest.mark.parametrize("whole_first", [False, True], ids=["of the only hypothesis", "of the second"])
def test_boxes_that_were_lost_on_the_way_are_noticed(tmp_path: Path, whole_first: bool) -> None:
    found = segmented("a", 3) + segmented("a", 2, of=3, name="0.0.20.0")
    write_results(tmp_path / "s.csv", SegmentedBox, found if whole_first else found[3:])
    with pytest.raises(CorruptedFileError, match=r"s\.csv is incomplete: row a lacks boxes"):
        match_batch(tmp_path / "s.csv", [("a", "AB")], tmp_path / "m.csv")


def test_of_the_hypotheses_that_fit_the_one_that_most_agree_with_counts() -> None:
    one, twice, often = Boxes("one", 1, boxes(2)), Boxes("twice", 2, boxes(2)), Boxes("often", 3, boxes(2))
    assert best_match([one, often], "AB")[0] == "often"
    assert best_match([Boxes("print", 9, boxes(6)), twice], "AB") == ("twice", match_word(boxes(2), "AB"))


def test_hypotheses_that_fit_by_chance_do_not_count() -> None:
    one, twice, often = Boxes("one", 1, boxes(2)), Boxes("twice", 2, boxes(2)), Boxes("often", 3, boxes(2))
    assert best_match([Boxes("print", 9, boxes(6)), one], "AB") == "too_many_boxes"  # a single set of ink
    assert best_match([twice, one, often], "AB") == "too_many_boxes"  # as many sets of ink fit otherwise
    assert best_match([often, one, twice], "AB")[0] == "often"  # but the first hypothesis needs no more than that


def test_if_no_hypothesis_fits_the_reason_is_that_of_the_first() -> None:
    few, many = Boxes("few", 1, boxes(1)), Boxes("many", 4, boxes(3))
    assert best_match([few, many], "AB") == "too_few_boxes"
    assert best_match([many, few], "AB") == "too_many_boxes"


def test_the_letters_of_a_batch_name_the_hypothesis_that_they_are_of(tmp_path: Path) -> None:
    found = segmented("a", 3, votes=4) + segmented("a", 2, name="0.0.20.0", votes=2)
    write_results(tmp_path / "segmented.csv", SegmentedBox, [*found, *segmented("b", 3)])
    match_batch(tmp_path / "segmented.csv", [("a", "AB"), ("b", "AB")], tmp_path / "matched.csv")
    *letters, stopped = read_results(tmp_path / "matched.csv", MatchedLetter)
    assert [(letter.label, letter.box, letter.hypothesis) for letter in letters] == [
        (label, box, "0.0.20.0") for label, box in zip("AB", boxes(2), strict=True)
    ]
    assert stopped.reason == "too_many_boxes"
