"""Tables between stages come back as they were written, or say that they are broken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer
from lettermill.records.csv_files import (
    by_row,
    columns_of,
    csv_of,
    read_fields,
    read_records,
    read_results,
    records_of,
    write_records,
    write_results,
)
from lettermill.records.schemas import Delivered, ImageSource, MatchedLetter, Rejected, StoppedRow, TableNote

text = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"))
numbers = st.integers(0)
rejected = st.builds(Rejected, text, st.none() | numbers, text, text, text, st.none() | st.floats(0, 1), text)
boxes = st.builds(Box, numbers, numbers, numbers, numbers)
letters = st.builds(MatchedLetter, text, numbers, text, boxes, st.none() | st.floats(0, 1), text, text, text)
stopped = st.builds(StoppedRow, text, text, text.filter(bool), text, text)


@given(st.lists(rejected, max_size=5))
def test_records(tmp_path_factory: pytest.TempPathFactory, rows: list[Rejected]) -> None:
    path = tmp_path_factory.mktemp("records") / "rejected.csv"
    write_records(path, Rejected, rows)
    assert read_records(path, Rejected) == rows


@given(st.lists(st.builds(ImageSource, text, st.text(st.sampled_from('\r\n",x'), max_size=4), text), max_size=5))
def test_a_table_as_text_keeps_every_character(rows: list[ImageSource]) -> None:
    assert records_of(csv_of(ImageSource, rows).encode(), ImageSource, Path()) == rows


@given(st.lists(letters | stopped, max_size=5))
def test_letters_and_rows_that_stopped_in_one_table(
    tmp_path_factory: pytest.TempPathFactory, results: list[MatchedLetter | StoppedRow]
) -> None:
    path = tmp_path_factory.mktemp("records") / "matched.csv"
    write_results(path, MatchedLetter, results)
    found = read_results(path, MatchedLetter)
    assert found == results and [type(each) for each in found] == [type(each) for each in results]


def test_a_box_has_four_columns(tmp_path: Path) -> None:
    path = tmp_path / "matched.csv"
    letter = MatchedLetter("a", 0, "A", Box(1, 2, 3, 4), None, "", "align", "0.0.50.0")
    write_results(path, MatchedLetter, [letter, StoppedRow("b", "align", "too_few_pieces", "1 piece", "IDA")])
    assert path.read_text().splitlines() == [
        "row_id,position,label,x,y,width,height,confidence,predicted_label,method,hypothesis,stage,reason,detail,letters",
        "a,0,A,1,2,3,4,,,align,0.0.50.0,,,,",
        "b,,,,,,,,,,,align,too_few_pieces,1 piece,IDA",
    ]
    write_records(path, MatchedLetter, [letter])
    assert list(read_fields(path, MatchedLetter)) == [["a", "0", "A", "1", "2", "3", "4", "", "", "align", "0.0.50.0"]]


def test_what_has_become_of_each_row() -> None:
    two = [MatchedLetter("a", position, "A", Box(position, 0, 1, 1), None, "", "align") for position in (0, 1)]
    lost = StoppedRow("b", "align", "too_few_pieces", "", "AA")
    assert list(by_row([*two, lost])) == [("a", two), ("b", lost)]


@pytest.mark.parametrize("keep", [0, 10, -1, -3, -20])
def test_a_truncated_table_is_never_taken_for_whole(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "matched.csv"
    last = StoppedRow("b", "match", "too_few_boxes", 'said "no"', "IDA")
    write_results(path, MatchedLetter, [MatchedLetter("a", 0, "A", Box(1, 2, 3, 4), 0.5, "", "histogram"), last])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CorruptedFileError, match=r"matched.csv, line \d: .*Delete it and run again"):
        read_results(path, MatchedLetter)


@pytest.mark.parametrize("line", ["a,0,A,1,2,,4,,,align,,,,", "a,0,A,1,2,3,4,,,align", "a,0,A,1,2,x,4,,,align,,,,"])
def test_a_letter_without_a_box_is_none(tmp_path: Path, line: str) -> None:
    path = tmp_path / "matched.csv"
    write_results(path, MatchedLetter, [])
    path.write_text(f"{path.read_text()}{line}\n")
    with pytest.raises(CorruptedFileError, match=r"matched.csv, line 2: .*Delete it and run again"):
        read_results(path, MatchedLetter)


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_line_that_is_not_utf8_is_named(tmp_path: Path, line: int) -> None:
    path = tmp_path / "table_notes.csv"
    write_records(path, TableNote, [TableNote(1, "first"), TableNote(2, "second")])
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1][:-2] + b"\xff\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(CorruptedFileError, match=f"table_notes.csv, line {line}: the line is not UTF-8"):
        read_records(path, TableNote)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_writer(path) as file:
        file.write(b"half of the new")
        _ = 1 / 0
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_metadata_has_the_columns_that_were_promised() -> None:
    promised = "file_name,label,row_id,position,x,y,width,height,confidence,method,split"
    assert ",".join(columns_of(Delivered)) == promised
