"""The table of corrections: every line is read, or said to be wrong, by itself."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corrections import HEADER, letter, row, write
from lettermill.base.alphabet import Alphabet
from lettermill.base.errors import InputError
from lettermill.corrections.conflicts import correction_of
from lettermill.corrections.formula_escape import escape_formula, unescape_formula
from lettermill.corrections.read import read_corrections
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import CorrectionOutcome

LATIN = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

IDS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffd"), min_size=1, max_size=9).map(
    str.strip
)
LABELS = st.sampled_from("ABXZ")
BOXES = st.tuples(*[st.integers(0, 999)] * 2, *[st.integers(1, 999)] * 2).map(lambda box: " ".join(map(str, box)))
OF_LETTERS = st.one_of(
    st.builds(letter, IDS, st.integers(0, 99), LABELS, st.sampled_from(["accept", "reject"]), box=st.just("") | BOXES),
    st.builds(letter, IDS, st.integers(0, 99), LABELS, st.just("relabel"), LABELS, st.just("") | BOXES),
    st.builds(letter, IDS, st.integers(0, 99), LABELS, st.just("box"), BOXES),
)
OF_ROWS = st.one_of(
    st.builds(row, IDS, st.just("exclude"), label=st.text("ABX", max_size=5)),
    st.builds(row, IDS, st.just("transcription"), st.text("=+-@'A", max_size=5).map(lambda text: text + "B")),
)


def read(path: Path, *lines: str) -> list[CorrectionOutcome]:
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return read_corrections(path, LATIN)


@settings(max_examples=150)
@given(
    st.lists((OF_LETTERS | OF_ROWS).filter(lambda line: line.row_id), max_size=6),
    st.sampled_from(",;"),
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read(lines: list, separator: str, mark: str, end: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corrections.csv"
        write(path, lines, separator, mark, end)
        found = read_corrections(path, LATIN)
    assert [correction_of(line) for line in found] == lines
    assert [line.line for line in found] == list(range(2, len(lines) + 2))
    assert {line.outcome for line in found} <= {"", "unneeded", "conflict"}
    for place, line in enumerate(lines):  # the second of two equal lines, and no other, is not needed
        assert (found[place].outcome == "unneeded") == (line in lines[:place])


@given(st.text(max_size=4) | st.text("='\t\r-", max_size=4))
def test_formulas_are_escaped(field: str) -> None:
    assert unescape_formula(escape_formula(field)) == field
    assert not escape_formula(field).startswith(tuple("=+-@\t\r"))


def test_an_apostrophe_that_escapes_nothing_stays(tmp_path: Path) -> None:
    (line,) = read(tmp_path / "c.csv", "'tis,,,,exclude,")
    assert line.row_id == "'tis"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory. Correct `corrections` in your config"),
        ("", "line 1: column `row_id` is missing"),
        (
            "row_id,position,label,box,action\n",
            "line 1: column `value` is missing. Write this header .*: row_id,position,",
        ),
        (f"{HEADER},action\n", "line 1: column `action` is there more than once"),
        ("r,1,A,,accept,\n", "line 1: column `row_id` is missing"),
    ],
)
def test_what_is_no_table_of_corrections(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "corrections.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=message):
        read_corrections(path, LATIN)


def test_columns_in_another_order_and_more_of_them(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("Note;Action;row_id;value;box;position;label\nwhy not;ReLabel;r;é;1  2 3 4;02;a\n\n;;;;;;\n")
    (line,) = read_corrections(path, LATIN)
    assert line == CorrectionOutcome(2, "r", "2", "A", "1 2 3 4", "relabel", "E", "", "")


MALFORMED = [
    (",1,A,,accept,", "column row_id is empty"),
    (
        "r,1,A,,acept,",
        "column action: 'acept' is not an action: use one of accept, reject, relabel, box, transcription, exclude",
    ),
    ("r,,A,,accept,", "column position: '' is not a number: count the letters of the row from 0"),
    ("r,-1,A,,accept,", "column position: '-1' is not a number"),
    ("r,'-1,A,,accept,", "column position: '-1' is not a number"),
    ("r,1.0,A,,accept,", "column position: '1.0' is not a number"),
    ("r,1,,,accept,", "column label: '' is not a letter of the alphabet"),
    ("r,1,AB,,accept,", "column label: 'AB' is not a letter"),
    ("r,1,A,,accept,B", "column value: 'B' has no meaning with `accept`: leave it empty"),
    ("r,1,A,,relabel,", "column value: '' is not a letter of the alphabet"),
    ("r,1,A,,relabel,ß", "column value: 'ß' is not a letter"),
    ("r,1,A,,relabel,7", "column value: '7' is not a letter"),
    ("r,1,A,1 2 3,reject,", "column box: '1 2 3' is not a box: write x, y, width and height"),
    ("r,1,A,,box,1 2 0 4", "column value: '1 2 0 4' is not a box"),
    ("r,1,A,,box,-1 2 3 4", "column value: '-1 2 3 4' is not a box"),
    ("r,1,,,transcription,ANA", "column position: '1' has no meaning with `transcription`"),
    ("r,,,1 2 3 4,exclude,", "column box: '1 2 3 4' has no meaning with `exclude`"),
    ("r,,,,exclude,ANA", "column value: 'ANA' has no meaning with `exclude`"),
    (
        "r,,,,transcription,",
        "column value has no letter of the alphabet: write the transcription, or `exclude` the row",
    ),
    ("r,,12,,exclude,", "column label: '12' has no letter of the alphabet: correct it or leave it empty"),
    ("r,1,A,,accept", "expected 6 fields, found 5"),
    ("r,1,A,,accept,,", "expected 6 fields, found 7"),
    ('r,1,"A,,accept,', "a quote is not closed"),
    ('r,,,,exclude,"a' + "\r" * 100_000 + 'b"', "a field has more than 32,767 characters"),
    (f"r,,,,transcription,{'A' * 32_768}", "a field has more than 32,767 characters"),
]


@pytest.mark.parametrize(("text", "detail"), MALFORMED)
def test_a_malformed_line_is_named_with_its_fix_and_costs_no_other(tmp_path: Path, text: str, detail: str) -> None:
    before, line, after = read(tmp_path / "c.csv", "a,0,A,,accept,", text, "b,0,A,,accept,")
    assert (line.line, line.outcome) == (3, "malformed") and line.detail.startswith(detail)
    assert before.outcome == after.outcome == ""
    write_records(tmp_path / "outcomes.csv", CorrectionOutcome, [before, line, after])
    assert [each.line for each in read_records(tmp_path / "outcomes.csv", CorrectionOutcome)] == [2, 3, 4]


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(f"{HEADER}\nr,,,,transcription,".encode() + b"ZO\xc9\nb,0,A,,accept,\n")
    wrong, right = read_corrections(path, LATIN)
    assert wrong.detail == "column value is not UTF-8: save the file as CSV in UTF-8" and not right.outcome


TOGETHER = [
    ["r,1,A,,accept,", "r,1,A,,box,1 2 3 4"],
    ["r,1,A,5 5 5 5,relabel,B", "r,1,A,,box,1 2 3 4"],
    ["r,1,A,,relabel,B", "r,1,B,,accept,", "r,1,B,,box,1 2 3 4"],  # the letter was looked at again under its new label
    ["r,1,A,,reject,", "r,1,B,,accept,"],  # at most one of them fits
    ["r,1,A,,reject,", "r,2,A,,accept,", "s,1,A,,accept,"],
    ["r,1,A,1 1 9 9,reject,", "r,1,A,20 1 9 9,reject,"],
    ["r,1,A,,reject,", "r,,,,exclude,"],
    ["r,,,,transcription,ANA", "r,,ANA,,transcription,ANA"],
]
AGAINST = [
    ["r,1,A,,accept,", "r,1,A,,reject,"],
    ["r,1,A,,accept,", "r,1,A,,relabel,B"],
    ["r,1,A,,relabel,C", "r,1,A,,relabel,B"],
    ["r,1,A,,relabel,B", "r,1,B,,relabel,C"],
    ["r,1,A,,relabel,B", "r,1,B,,reject,"],
    ["r,1,A,,box,1 2 3 4", "r,1,A,,box,1 2 3 5"],
    ["r,1,A,,box,1 2 3 4", "r,1,A,,reject,"],
    ["r,1,A,1 2 3 4,accept,", "r,1,A,1 2 3 5,accept,"],
    ["r,,,,transcription,ANA", "r,,,,transcription,EVA"],
    ["r,,,,transcription,ANA", "r,,,,exclude,"],
]


@pytest.mark.parametrize("lines", TOGETHER)
def test_lines_that_go_together(tmp_path: Path, lines: list[str]) -> None:
    assert {line.outcome for line in read(tmp_path / "c.csv", *lines)} == {""}


@pytest.mark.parametrize("lines", AGAINST)
def test_lines_that_contradict_each_other(tmp_path: Path, lines: list[str]) -> None:
    found = read(tmp_path / "c.csv", "x,1,A,,accept,", *lines, lines[0])
    assert [line.outcome for line in found] == ["", "conflict", "conflict", "unneeded"]
    assert found[1].detail == "contradicts line 4: keep one of them"
    assert found[2].detail == "contradicts line 3: keep one of them"
    assert found[3].detail == "the same as line 3"
