"""Every row of a table ends as a row, or with a reason; what is wrong with the whole table is said clearly."""

import csv
import gzip
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.errors import InputError
from lettermill.plan.text import Alphabet
from lettermill.reasons import REASONS
from lettermill.table.layout import Columns
from lettermill.table.read import read_table
from lettermill.table.rows import Row

LATIN = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
COLUMNS = Columns("id", "image", "text")
HEADER = "id,image,text\n"


def read(path: Path, content: str | bytes, columns: Columns = COLUMNS):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, columns, LATIN, ["EMPTY", "UNREADABLE"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.csv"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_separators_marks_and_line_ends(path: Path, separator: str, encoding: str, newline: str) -> None:
    lines = ["id,image,text", "007,a.jpg,Zoé", '8,"b.jpg","NA"', "9,c.jpg,NULL"]
    table = read(path, newline.join(lines).replace(",", separator).encode(encoding))
    assert table.rows == {
        "007": Row("007", "a.jpg", "ZOE"),
        "8": Row("8", "b.jpg", "NA"),
        "9": Row("9", "c.jpg", "NULL"),
    }
    assert not table.unusable


def test_gzip_tsv_and_excel(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["007", "8"], "image": ["a.jpg", "http://x/b.jpg"], "text": ["ANA", "NA"]})
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    frame.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    expected = {"007": Row("007", "a.jpg", "ANA"), "8": Row("8", "http://x/b.jpg", "NA")}
    for name in ("t.csv.gz", "t.tsv", "t.xlsx"):
        assert read_table(tmp_path / name, COLUMNS, LATIN, []).rows == expected


def test_ids_from_the_names_of_the_images(path: Path) -> None:
    table = read(path, "file,word\nscans/a.b.jpg,AB\nhttp://h/x/%C3%A9.png?v=2,AB\n", Columns(None, "file", "word"))
    assert list(table.rows) == ["a.b", "é"]


BAD_ROWS = {
    ",a.jpg,AA": "empty_id",
    "a/b,a.jpg,AA": "unsafe_id",
    "..,a.jpg,AA": "unsafe_id",
    ".hidden,a.jpg,AA": "unsafe_id",
    "{batch},a.jpg,AA": "unsafe_id",
    f"{'xy' * 99},a.jpg,AA": "unsafe_id",
    f"{'0123456789' * 21},a.jpg,AA": "unsafe_id",
    '"two\nlines",a.jpg,AA': "unsafe_id",
    "1,,AA": "empty_image",
    "1,ftp://h/a.jpg,AA": "unsupported_url",
    "1,file:///etc/passwd,AA": "unsupported_url",
    "1,http:///a.jpg,AA": "unsupported_url",
    "1,../a.jpg,AA": "outside_images_folder",
    "1,/etc/passwd,AA": "outside_images_folder",
    "1,a.jpg,": "empty_transcription",
    "1,a.jpg": "empty_transcription",
    "1,a.jpg,42": "empty_transcription",
    "1,a.jpg,empty": "unreadable_transcription",
    "1,a.jpg,AA,BB": "malformed_line",
}


@pytest.mark.parametrize(("line", "reason"), BAD_ROWS.items())
def test_a_bad_row_has_a_reason_and_stops_no_other(path: Path, line: str, reason: str) -> None:
    table = read(path, f"{HEADER}good,a.jpg,AA\n{line}\nlast,b.jpg,BB\n")
    assert list(table.rows) == ["good", "last"]
    assert [row.reason for row in table.unusable] == [reason]
    assert reason in REASONS["table"]
    assert table.size == 3


def test_lines_are_those_of_the_file(path: Path) -> None:
    table = read(path, f'{HEADER}1,a.jpg,"A\nB"\n\n2,a,b,c,d\n,c.jpg,AA\n5,c.jpg,AA\n5,c.jpg,AB\n')
    assert sorted(row.detail for row in table.unusable) == [
        "words.csv line 5: expected 3 fields, saw 5",
        "words.csv line 6: fill column id",
        "words.csv lines 7, 8 have this id: give each its own, or leave one of them",
        "words.csv lines 7, 8 have this id: give each its own, or leave one of them",
    ]


@pytest.mark.parametrize("lines", [["1,a,AA,BB", "2,b,BB"], ["2,b,BB", "1,a,AA,BB"]])
def test_a_malformed_line_is_one_wherever_it_stands(path: Path, lines: list[str]) -> None:
    table = read(path, HEADER + "\n".join(lines))
    assert list(table.rows) == ["2"]
    assert [row.reason for row in table.unusable] == ["malformed_line"]


def test_empty_fields_at_the_end_of_a_line_do_no_harm(path: Path) -> None:
    assert list(read(path, f"{HEADER}1,a,AA,,\n").rows) == ["1"]


def test_broken_archives_are_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(HEADER.encode() * 99)[:40])
    (tmp_path / "t.xlsx").write_bytes(b"PK no workbook")
    for name in ("t.csv.gz", "t.xlsx"):
        with pytest.raises(InputError, match="must be UTF-8 text"):
            read_table(tmp_path / name, COLUMNS, LATIN, [])


def test_an_address_that_is_none_is_one_bad_row(path: Path) -> None:
    table = read(path, "file,word\nhttp://[x/y.png,AB\na.png,AB\n", Columns(None, "file", "word"))
    assert list(table.rows) == ["a"] and len(table.unusable) == 1


def test_of_equal_rows_one_stays_and_of_contradicting_rows_none(path: Path) -> None:
    table = read(path, f"{HEADER}1,a,AA\n1,a,AA\n1,a,AA\n2,a,AA\n2,b,AA\n3,c,CC\n")
    assert list(table.rows) == ["1", "3"]
    assert [(row.row_id, row.reason) for row in table.unusable] == [
        ("1", "duplicate_id"), ("1", "duplicate_id"), ("2", "duplicate_id"), ("2", "duplicate_id"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "id,image,word\n1,a,b\n",
            r"words.csv, line 1: there is no column 'text'. The columns are 'id', 'image', 'word'",
        ),
        (HEADER, "a header but no rows"),
        ("", "line 1: there is no header"),
        ("id,image,text,text\n1,a,b,c\n", "there is more than one column 'text'"),
        (f'{HEADER}1,"a,b\n2,c,d\n', "line 2: a quote that opens here is never closed"),
        (f"{HEADER}1,a,\xe9\n".encode("latin-1"), "must be UTF-8"),
    ],
)
def test_a_table_that_cannot_be_used_is_a_clear_error(path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(path, content)


def test_a_missing_table_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such table"):
        read_table(tmp_path / "none.csv", COLUMNS, LATIN, [])


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8))
def test_no_row_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]) -> None:
    path = tmp_path_factory.mktemp("table") / "words.csv"
    pd.DataFrame(rows, columns=["id", "image", "text"]).to_csv(path, index=False, quoting=csv.QUOTE_ALL)
    table = read_table(path, COLUMNS, LATIN, [])
    assert table.size == len(rows)
    assert {row.reason for row in table.unusable} <= set(REASONS["table"])
