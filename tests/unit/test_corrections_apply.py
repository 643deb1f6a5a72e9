"""Corrections of letters on the letters of a row, and of rows on a table."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corrections import letter, row
from lettermill.base.alphabet import Alphabet
from lettermill.base.box import Box
from lettermill.corrections.apply import decide
from lettermill.corrections.correction import Correction
from lettermill.plan.rows import validate_rows
from lettermill.records.schemas import MatchedLetter
from lettermill.table.layout import Columns, Layout
from lettermill.table.raw_table import RawTable, to_frame

IMAGE = Box(10, 5, 60, 20)
LETTERS = [
    MatchedLetter("r", place, "ABC"[place], Box(10 + 20 * place, 5, 18, 20), 0.5, "", "align") for place in range(3)
]


def outcomes(corrections: list[Correction]) -> dict[Correction, tuple[str, str]]:
    decided = decide(LETTERS, corrections, IMAGE).outcomes
    assert all(line.confidence == (0.5 if line.outcome == "applied" else None) for line in decided)
    return {line.correction: (line.outcome, line.detail) for line in decided}


def test_letters_without_corrections_are_as_they_were() -> None:
    assert decide(LETTERS, [], IMAGE) == (LETTERS, set(), [])


@pytest.mark.parametrize(
    ("correction", "changes"),
    [
        (letter("r", 1, "B", "accept"), {}),
        (letter("r", 1, "B", "accept", box="33 6 5 7"), {"box": Box(33, 6, 5, 7)}),
        (letter("r", 1, "B", "relabel", "X"), {"label": "X"}),
        (letter("r", 1, "B", "relabel", "X", "33 6 5 7"), {"label": "X", "box": Box(33, 6, 5, 7)}),
        (letter("r", 1, "B", "box", "10 5 60 20"), {"box": Box(10, 5, 60, 20)}),
    ],
)
def test_what_is_decided_has_confidence_1(correction: Correction, changes: dict) -> None:
    records, left_out, found = decide(LETTERS, [correction], IMAGE)
    assert records == [LETTERS[0], LETTERS[1]._replace(**changes, confidence=1.0, method="hand"), LETTERS[2]]
    assert not left_out and found == [correction.decided("applied", confidence=0.5)]


def test_a_letter_is_left_out() -> None:
    records, left_out, found = decide(LETTERS, [letter("r", 1, "B", "reject", box="28 5 18 20")], IMAGE)
    assert left_out == {1} and [line.outcome for line in found] == ["applied"]
    assert records[1] == LETTERS[1]._replace(method="hand")


@pytest.mark.parametrize(
    ("correction", "detail"),
    [
        (letter("r", 1, "X", "accept"), "the label there is B"),
        (letter("r", 3, "C", "accept"), "ABC has no letter at position 3"),
        (letter("r", 1, "B", "reject", box="10 5 18 20"), "the letter is at 30 5 18 20"),
        (letter("r", 1, "B", "accept", box="9 5 18 20"), "the box is outside the cropped image, 10 5 60 20"),
        (letter("r", 1, "B", "box", "53 5 18 20"), "the box is outside the cropped image, 10 5 60 20"),
        (letter("r", 1, "B", "relabel", "X", "12 4 2 2"), "the box is outside the cropped image, 10 5 60 20"),
    ],
)
def test_what_does_not_fit_changes_nothing(correction: Correction, detail: str) -> None:
    assert decide(LETTERS, [correction], IMAGE) == (LETTERS, set(), [correction.decided("stale", detail)])


def test_a_letter_that_has_its_new_label_already() -> None:
    lines = [letter("r", 1, "X", "relabel", "B"), letter("r", 2, "C", "relabel", "C")]
    assert {outcome for outcome, _ in outcomes(lines).values()} == {"unneeded"}
    assert decide(LETTERS, lines, IMAGE).records == LETTERS


def test_lines_on_the_new_label_belong_to_the_one_that_gives_it() -> None:
    lines = [letter("r", 1, "X", "box", "33 6 5 7"), letter("r", 1, "B", "relabel", "X"), letter("r", 1, "X", "accept")]
    found = decide(LETTERS, lines, IMAGE)
    assert {line.outcome for line in found.outcomes} == {"applied"}
    assert found.records[1] == MatchedLetter("r", 1, "X", Box(33, 6, 5, 7), 1.0, "", "hand")
    assert {outcome for outcome, _ in outcomes([lines[0], lines[2]]).values()} == {"stale"}


LINES = st.builds(
    letter,
    st.just("r"),
    st.integers(0, 3),
    st.sampled_from("ABCX"),
    st.sampled_from(["accept", "reject"]),
    box=st.sampled_from(["", "10 5 18 20", "30 5 18 20", "0 0 99 99"]),
)


@given(st.lists(LINES, max_size=3, unique_by=lambda line: line.position))
def test_the_order_of_lines_makes_no_difference(lines: list[Correction]) -> None:
    expected = decide(LETTERS, lines, IMAGE)
    assert len(expected.outcomes) == len(lines)
    for others in itertools.permutations(lines):
        assert decide(LETTERS, list(others), IMAGE) == expected


TABLE = [
    ["a", "a.jpg", "ANA"],
    ["b", "b.jpg", "UNREADABLE"],
    ["c", "c.jpg", ""],
    ["d", "", "IDA"],
    ["e", "e.jpg", "EVA"],
    ["e", "e.jpg", "EVE"],
]


UNREADABLE = "unreadable_transcription"
STILL = "the row is still rejected: "


def validated(*corrections: Correction) -> tuple[dict[str, str], dict[str, str], list[tuple[str, str, str]]]:
    """(id -> pattern, id -> reason, (id, outcome, detail))."""
    table = RawTable(Layout(",", 3, 0, 1, 2, 1), to_frame(TABLE, range(2, len(TABLE) + 2), 3))
    columns, alphabet = Columns("id", "image", "text"), Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    good, bad, decided = validate_rows("t.csv", table, columns, alphabet, ["UNREADABLE"], corrections)
    assert len(good) + len(bad) == len(TABLE)
    found = [(line.row_id, line.outcome, line.detail) for line in decided]
    return {row.row_id: row.pattern for row in good}, {row.row_id: row.reason for row in bad}, found


@pytest.mark.parametrize(
    ("correction", "pattern", "outcome", "detail"),
    [
        (row("a", "transcription", "Eva"), "EVA", "applied", ""),
        (row("a", "transcription", "EVA", label="ANA"), "EVA", "applied", ""),
        (row("a", "transcription", "EVA", label="IDA"), "ANA", "stale", "the table now says ANA"),
        (row("a", "transcription", "ana"), "ANA", "applied", "confirmed"),
        (row("a", "transcription", "ANA", label="IDA"), "ANA", "unneeded", "the table already says so"),
        (row("a", "transcription", "UNREADABLE"), UNREADABLE, "applied", STILL + UNREADABLE),
        (row("b", "transcription", "EVA"), "EVA", "applied", ""),
        (row("c", "transcription", "EVA"), "EVA", "applied", ""),
        (row("d", "transcription", "EVA"), "empty_image", "applied", STILL + "empty_image"),
        (row("e", "transcription", "EVE"), "EVE", "applied", ""),
        (row("x", "transcription", "EVA"), None, "stale", "the table has no row with this id"),
        (row("a", "exclude"), "excluded_by_hand", "applied", ""),
        (row("a", "exclude", label="ANA"), "excluded_by_hand", "applied", ""),
        (row("a", "exclude", label="EVA"), "ANA", "stale", "the table now says ANA"),
        (row("d", "exclude"), "empty_image", "unneeded", "the row is already rejected: empty_image"),
        (row("x", "exclude"), None, "stale", "the table has no row with this id"),
    ],
)  # fmt: skip
def test_rows(correction: Correction, pattern: str | None, outcome: str, detail: str) -> None:
    good, bad, decided = validated(correction)
    assert decided == [(correction.row_id, outcome, detail)]
    assert good.get(correction.row_id, bad.get(correction.row_id)) == pattern
    others = validated()
    for found, before in zip((good, bad), others, strict=False):
        assert {key: found[key] for key in found.keys() - {correction.row_id}} == {
            key: before[key] for key in before.keys() - {correction.row_id}
        }


def test_a_transcription_that_is_confirmed_once_it_is_corrected() -> None:
    lines = [row("a", "transcription", "EVA", label="ANA"), row("a", "transcription", "EVA", label="EVA")]
    assert validated(*lines)[2] == [("a", "applied", ""), ("a", "unneeded", "another line already says so")]
