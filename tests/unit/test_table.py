"""Every row of a table ends as a row, or with a reason; what is wrong with the whole table is said clearly."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lettermill.base.errors import InputError
from lettermill.base.reasons import REASONS
from lettermill.plan.rows import Row
from lettermill.plan.validated_table import read_validated_table
from lettermill.table.layout import Columns
from tables import COLUMNS, HEADER, LATIN, read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.csv"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_marks_and_line_ends(path: Path, separator: str, encoding: str, newline: str) -> None:
    lines = ["id,image,text", "007,a.jpg,Zoe", '8,"b.jpg","NA"', "9,c.jpg,NULL"]
    table = read(path, newline.join(lines).replace(",", separator).encode(encoding))
    assert table.rows == {
        "007": Row("007", "a.jpg", "ZOE"),
        "8": Row("8", "b.jpg", "NA"),
        "9": Row("9", "c.jpg", "NULL"),
    }
    assert not table.rejected and not table.notes


NAMES = ["NULL", "null", "NaN", "nan", "NA", "N/A", "None", "Inf", "True", "FALSE", "#NA", "-"]


def test_what_programs_take_for_nothing_are_names_and_ids(path: Path) -> None:
    table = read(path, HEADER + "".join(f"{name},{name}.jpg,{name}\n" for name in NAMES))
    assert [row.row_id for row in table.rows.values()] == NAMES[:-1]  # nothing of the last is a letter
    assert [row.pattern for row in table.rows.values()][:3] == ["NULL", "NULL", "NAN"]


def test_ids_from_the_names_of_the_images(path: Path) -> None:
    table = read(path, "file,word\nscans/a.b.jpg,AB\nhttp://h/x/%C3%A9.png?v=2,AB\n", Columns(None, "file", "word"))
    assert list(table.rows) == ["a.b", "é"]


IDS = [
    "a/b",
    "a%2Fb",
    "..",
    ".hidden",
    "{batch}",
    "xy" * 99,
    "0123456789" * 30,
    "007",
    "漢 é",
    "a\\b",
    "1e5",
    "x" * 4_096,
]


def test_any_id_can_be_worked_on(path: Path) -> None:
    table = read(path, HEADER + "".join(f"{row_id},a.jpg,AA\n" for row_id in IDS))
    assert list(table.rows) == IDS


BAD_ROWS = {
    ",a.jpg,AA": "empty_id",
    '"two\nlines",a.jpg,AA': "unsafe_id",
    "a\tb,a.jpg,AA": "unsafe_id",
    "a\x85b,a.jpg,AA": "unsafe_id",
    f"{'x' * 4_097},a.jpg,AA": "unsafe_id",
    f"{'é' * 2_049},a.jpg,AA": "unsafe_id",
    "1,,AA": "empty_image",
    "1,ftp://h/a.jpg,AA": "invalid_url",
    "1,file:///etc/passwd,AA": "invalid_url",
    "1,http:///a.jpg,AA": "invalid_url",
    f'1,"data:image/png;base64,{"/Z" * 2_000}",AA': "invalid_url",
    "1,DATA:a.png,AA": "invalid_url",
    "1,https:/a.png,AA": "invalid_url",
    "1,../a.jpg,AA": "outside_images_folder",
    "1,a\\..\\..\\b.jpg,AA": "outside_images_folder",
    "1,C:\\scans\\a.jpg,AA": "outside_images_folder",
    "1,\\\\server\\a.jpg,AA": "outside_images_folder",
    "1,a.jpg,#N/A": "spreadsheet_error",
    "1,/etc/passwd,AA": "outside_images_folder",
    "1,a.jpg,": "empty_transcription",
    "1,a.jpg": "empty_transcription",
    "1,a.jpg,42": "empty_transcription",
    "1,a.jpg,empty": "unreadable_transcription",
    "1,a.jpg,AA,BB": "malformed_line",
    "1,a\0.jpg,AA": "malformed_line",
    f"1,{'a' * 32_768},AA": "malformed_line",
    f"1,a.jpg,{'A' * 200_000}": "malformed_line",
    f'1,"{"a" * 200_000}",AA': "malformed_line",
}


@pytest.mark.parametrize(("line", "reason"), BAD_ROWS.items(), ids=[line[:20] for line in BAD_ROWS])
def test_a_bad_row_has_a_reason_and_stops_no_other(path: Path, line: str, reason: str) -> None:
    table = read(path, f"{HEADER}good,a.jpg,AA\n{line}\nlast,b.jpg,BB\n")
    assert list(table.rows) == ["good", "last"]
    assert [row.reason for row in table.rejected] == [reason]
    assert reason in REASONS["table"]
    assert table.size == 3
    assert all(len(part) < 1_000 for row in table.rejected for part in row)  # it has to fit into a table


def test_lines_are_those_of_the_file(path: Path) -> None:
    table = read(path, f'{HEADER}1,a.jpg,"A\nB"\r\n\r2,a,b,c,d\n,c.jpg,AA\n5,c.jpg,AA\r5,c.jpg,AB\n6,\n')
    assert sorted(row.detail for row in table.rejected) == [
        "words.csv line 5: expected 3 fields, found 5: put quotes around a cell that contains ','",
        "words.csv line 6: fill in column id",
        "words.csv line 9: fill in column image",
        "words.csv lines 7, 8 have this id: give each row its own id, or keep one row",
        "words.csv lines 7, 8 have this id: give each row its own id, or keep one row",
    ]
    assert [note.line for note in table.notes] == [9]


@pytest.mark.parametrize("lines", [["1,a,AA,BB", "2,b,BB"], ["2,b,BB", "1,a,AA,BB"]])
def test_a_malformed_line_is_one_wherever_it_stands(path: Path, lines: list[str]) -> None:
    table = read(path, HEADER + "\n".join(lines))
    assert list(table.rows) == ["2"]
    assert [row.reason for row in table.rejected] == ["malformed_line"]


def test_empty_fields_at_the_end_of_a_line_do_no_harm(path: Path) -> None:
    assert list(read(path, f"{HEADER}1,a,AA,,\n").rows) == ["1"]


def test_a_url_that_is_none_is_one_bad_row(path: Path) -> None:
    table = read(path, "file,word\nhttp://[x/y.png,AB\na.png,AB\n", Columns(None, "file", "word"))
    assert list(table.rows) == ["a"] and len(table.rejected) == 1


def test_rows_may_share_an_image(path: Path) -> None:
    table = read(path, f"{HEADER}1,http://h/a.jpg,AA\n2,http://h/a.jpg,AA\n3,http://h/a.jpg,BB\n")
    assert list(table.rows) == ["1", "2", "3"]


def test_of_equal_rows_one_stays_and_of_contradicting_rows_none(path: Path) -> None:
    table = read(path, f"{HEADER}1,a,AA\n1,a,AA\n1,a,AA\n2,a,AA\n2,b,AA\n3,c,CC\n")
    assert list(table.rows) == ["1", "3"]
    assert [(row.row_id, row.reason) for row in table.rejected] == [
        ("1", "duplicate_id"), ("1", "duplicate_id"), ("2", "duplicate_id"), ("2", "duplicate_id"),
    ]  # fmt: skip


def test_of_many_rows_with_one_id_not_all_are_named_each_time(path: Path) -> None:
    table = read(path, HEADER + "".join(f"1,{row}.jpg,AA\n" for row in range(2_000)))
    assert len(table.rejected) == 2_000
    assert {row.detail for row in table.rejected} == {
        "words.csv lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … have this id: give each row its own id, or keep one row"
    }


@pytest.mark.parametrize(
    "header",
    [" id , image,text ", '"id","image","text"', "sep=,\nid,image,text", "\n\nid,image,text", 'id,"image,text'],
)
def test_headers_as_programs_write_them(path: Path, header: str) -> None:
    assert list(read(path, f"{header}\n1,a.jpg,AA\n").rows) == ["1"]


def test_a_name_in_the_header_may_have_a_line_break(path: Path) -> None:
    table = read(path, 'id,image,"text\n(as read)",text\n1,a.jpg,x,AA\n2,b.jpg,BB,y,z\n')
    assert table.rows == {"1": Row("1", "a.jpg", "AA")}
    assert table.rejected[0].detail.startswith("words.csv line 4: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "id,image,word\n1,a,b\n",
            r"words.csv, line 1: there is no column 'text'. The columns are 'id', 'image', 'word'",
        ),
        (HEADER, "a header but no rows"),
        (f"{HEADER}\n \r\n", "a header but no rows"),
        ("", "line 1: there is no header"),
        (" \n\n", "line 1: there is no header"),
        ("id,image,text,text\n1,a,b,c\n", "there is more than one column 'text'"),
        ("id;image;word\n1;a;b\n", "The columns are 'id', 'image', 'word'"),
    ],
)
def test_a_table_that_cannot_be_used_is_a_clear_error(path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(path, content)


def test_a_missing_table_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_validated_table(tmp_path / "none.csv", COLUMNS, LATIN, [])


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8))
def test_no_row_is_lost(path: Path, rows: list[tuple[str, str, str]]) -> None:
    pd.DataFrame(rows, columns=["id", "image", "text"]).to_csv(path, index=False, quoting=csv.QUOTE_ALL)
    table = read_validated_table(path, COLUMNS, LATIN, [])
    assert table.size == len(rows)
    assert {row.reason for row in table.rejected} <= set(REASONS["table"])
