"""pandas reads a table as our own reader does, wherever it is used; what it cannot do right is left to others."""

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lettermill.base.errors import InputError
from lettermill.table import delimited
from lettermill.table.cells import split_line
from lettermill.table.delimited import read_delimited, row_test
from lettermill.table.encoding import AUTO, to_text
from lettermill.table.raw_table import RawTable
from tables import COLUMNS, HEADER, cells, rows_of

PATH = Path("words.csv")
PARTS = [
    *"a1,;|\t\"\r\n é\0/.\u2028\x85\ufeff\x1a#\\'",
    '""',
    '"\n',
    '",',
    '\n"',
    ',"',
    "\r\n",
    "NA",
    "nan",
    "1e5",
    "007",
]
LINES = ["1,http://h/1.jpg,ANA\n", '"2","c.jpg","BOB, ""J"""\r\n', "\ufeff,a.jpg,\r", '3,"a"b.jpg,\n', '4,,5" B\n']
texts = st.lists(st.sampled_from(PARTS + LINES)).map("".join)


def parsed(text: bytes) -> RawTable | str:
    try:
        return read_delimited(PATH, to_text(PATH, text, AUTO), COLUMNS)
    except InputError as error:
        return str(error)


def everything(table: RawTable | str) -> object:
    if isinstance(table, str):
        return table
    return rows_of(table), table.lines, table.malformed, table.last_lines, table.short, table.notes, table.layout


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, st.sampled_from([HEADER, HEADER.replace(",", ";"), "id\timage\ttext\r", '"id","image","text","x"\n', ""]))
@example("\ufeff1,a.jpg,A\n", HEADER)
@example("\ufeff\ufeff\r \r,,\r,\r", "id,image,text\r")
def test_it_reads_what_our_own_reader_reads(monkeypatch: pytest.MonkeyPatch, text: str, header: str) -> None:
    content = (header + text).encode()
    with monkeypatch.context() as patched:
        patched.setattr(delimited, "row_test", lambda separator, width: lambda line: False)
        expected = everything(parsed(content))
    assert everything(parsed(content)) == expected


@settings(max_examples=300)
@given(st.lists(st.sampled_from([part for part in PARTS if part not in "\r\n"]), max_size=12).map("".join))
def test_it_is_trusted_with_whole_rows_alone(text: str) -> None:
    line = text.replace("\r", "").replace("\n", "")
    if row_test(",", 3)(line.encode()):
        found = split_line(line, ",")
        assert found is not None and len(found) == 3
        assert next(csv.reader([line], strict=True)) == found


def test_nearly_all_lines_are_its_own() -> None:
    is_row = row_test(";", 3)
    for line in ("1;a.jpg;ANA", '"1";"a;b.jpg";"J. ""LE GROS"" D"', '1;a.jpg;5" B', ";;", '1;a;"é"'):
        assert is_row(line.encode())
    for line in ("1;a", "1;a;b;c", '1;a;"b', '1;a;"b"c', '1;"a"; "b;', f"1;a;{'b' * 200_000}", ""):
        assert not is_row(line.encode())
    assert not row_test(":", 3)(b"1:a:b") and not row_test(",", 1)(b"1")


@pytest.mark.parametrize("separator", [":", " ", "é"])
def test_other_separators_are_read_without_it(tmp_path: Path, separator: str) -> None:
    content = f"sep={separator}\n{HEADER}1,a.jpg,ANA\n".replace(",", separator)
    assert rows_of(cells(tmp_path / "words.csv", content)) == [["1", "a.jpg", "ANA"]]


WITHOUT_A_WORD = [
    ("1,a.jpg\n", ["1", "a.jpg", ""], "short"),
    ('1,a.jpg,"A"B\n', ["1", "a.jpg", "AB"], "malformed or repaired"),
    ('1,a.jpg,"A\n2,b.jpg,B\n3,c.jpg,"C"\n', ["1", "a.jpg", 'A\n2,b.jpg,B\n3,c.jpg,C"'], "three rows"),
]


@pytest.mark.parametrize(("lines", "row", "what"), WITHOUT_A_WORD)
def test_what_it_would_take_without_a_word(tmp_path: Path, lines: str, row: list[str], what: str) -> None:
    read = pd.read_csv(io.StringIO(HEADER + lines), dtype=str, keep_default_na=False, na_filter=False)
    assert read.to_numpy().tolist() == [row]
    table = cells(tmp_path / "words.csv", HEADER + lines)
    assert table.short or table.notes or len(table.cells) == 3, what


def test_it_shows_numbers_in_workbooks_as_no_person_sees_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "image", "text"])
    book.active.append([7, "a.jpg", "ANA"])
    book.active["A2"].number_format = "00000"
    book.save(tmp_path / "words.xlsx")
    assert pd.read_excel(tmp_path / "words.xlsx", dtype=str, keep_default_na=False)["id"].tolist() == ["7"]
    assert rows_of(cells(tmp_path / "words.csv", (tmp_path / "words.xlsx").read_bytes())) == [["00007", "a.jpg", "ANA"]]


def test_it_makes_numbers_of_its_own_in_json_lines(tmp_path: Path) -> None:
    lines = '{"id": 5, "image": "a.jpg", "text": "A"}\n{"image": "b.jpg", "text": "B"}\n{"id": 1e5}\n'
    assert pd.read_json(io.StringIO(lines), lines=True)["id"].map(str).tolist() == ["5.0", "nan", "100000.0"]
    assert [row[0] for row in rows_of(cells(tmp_path / "words.jsonl", lines))] == ["5", "", "1e5"]
    with pytest.raises(ValueError):
        pd.read_json(io.StringIO(lines + "{"), lines=True)
