"""Workbooks are read as Excel shows them."""

import datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt

from lettermill.base.errors import InputError
from lettermill.plan.validated_table import read_validated_table
from lettermill.table.layout import Columns
from lettermill.table.read import read_raw_table
from tables import COLUMNS, LATIN, rows_of

HEADER = ["id", "image", "text"]


def save_xlsx(path: Path, **sheets: list[list]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                cell = page.cell(line, column)
                cell.value, cell.number_format = value if isinstance(value, tuple) else (value, "General")
    book.save(path)


def save_xls(path: Path, **sheets: list[list]) -> None:
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        page = book.add_sheet(name)
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    value, pattern = value if isinstance(value, tuple) else (value, "general")
                    page.write(line, column, value, xlwt.easyxf(num_format_str=pattern))
    book.save(str(path))


@pytest.fixture(params=[save_xlsx, save_xls])
def save(request: pytest.FixtureRequest):
    return request.param


def test_cells_are_as_excel_shows_them(tmp_path: Path, save) -> None:
    day = (datetime.datetime(2026, 3, 1), "yyyy-mm-dd")
    ids = ["007", 7, 7.0, 952459271, 1e15, 0.1 + 0.2, (7, "00000"), True, "NULL", "NaN", day, " x "]
    save(tmp_path / "t.csv", one=[HEADER, *([row_id, "a.jpg", "NA"] for row_id in ids)])
    table = read_raw_table(tmp_path / "t.csv", COLUMNS)
    assert [row[0] for row in rows_of(table)] == [
        "007", "7", "7", "952459271", "1000000000000000", "0.3", "00007", "TRUE", "NULL", "NaN", "2026-03-01", " x ",
    ]  # fmt: skip
    assert {row[2] for row in rows_of(table)} == {"NA"}
    assert [tuple(note) for note in table.notes] == [(12, "a cell is a date, not text: it was read as YYYY-MM-DD")]


def test_rows_are_those_of_the_sheet(tmp_path: Path, save) -> None:
    rows = [
        [None],
        HEADER,
        ["1", "a.jpg", "AA"],
        [None],
        ["2", "b.jpg"],
        ["3", "c.jpg", "CC", "DD"],
        ["", "d.jpg", "E"],
    ]
    save(tmp_path / "t.xlsx", one=rows)
    table = read_validated_table(tmp_path / "t.xlsx", COLUMNS, LATIN, [])
    assert list(table.rows) == ["1"]
    assert sorted(row.detail for row in table.rejected) == [
        "fill in column text, or add its letters to `alphabet` in your config",
        "t.xlsx line 6: expected 3 fields, found 4: name all columns in the first row",
        "t.xlsx line 7: fill in column id",
    ]


def test_the_sheet_with_the_columns_is_read(tmp_path: Path, save) -> None:
    save(tmp_path / "t.xls", about=[["made by", "me"]], empty=[], words=[HEADER, ["1", "a.jpg", "AA"]])
    table = read_raw_table(tmp_path / "t.xls", COLUMNS)
    assert rows_of(table) == [["1", "a.jpg", "AA"]]
    assert [tuple(note) for note in table.notes] == [(1, "only the sheet 'words' was read, not 'about'")]
    with pytest.raises(
        InputError, match=r"t.xls, sheet 'about', line 1: there is no column 'url'. The columns are 'made by', 'me'"
    ):
        read_raw_table(tmp_path / "t.xls", Columns(None, "url", "text"))


def test_an_empty_workbook_is_a_clear_error(tmp_path: Path, save) -> None:
    save(tmp_path / "t.xlsx", one=[])
    with pytest.raises(InputError, match="there is no header"):
        read_raw_table(tmp_path / "t.xlsx", COLUMNS)
    save(tmp_path / "t.xlsx", one=[HEADER])
    with pytest.raises(InputError, match="a header but no rows"):
        read_validated_table(tmp_path / "t.xlsx", COLUMNS, LATIN, [])


def test_errors_of_formulas_are_text(tmp_path: Path) -> None:
    """`#N/A` may be what stands in the image."""
    save_xlsx(tmp_path / "t.xlsx", one=[HEADER, ["1", "a.jpg", "#N/A"]])
    assert rows_of(read_raw_table(tmp_path / "t.xlsx", COLUMNS)) == [["1", "a.jpg", "#N/A"]]


@pytest.mark.parametrize("name", ["t.xlsx", "t.xls"])
def test_damaged_workbooks_are_a_clear_error_or_read(tmp_path: Path, name: str) -> None:
    """Every 97th byte damaged, one at a time."""
    save = save_xlsx if name == "t.xlsx" else save_xls
    save(tmp_path / name, one=[HEADER, ["1", "a.jpg", "AA"]])
    whole = (tmp_path / name).read_bytes()
    read = 0
    for place in range(0, len(whole), 97):
        (tmp_path / name).write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_validated_table(tmp_path / name, COLUMNS, LATIN, [])
            read += 1
        except InputError as error:
            assert name in str(error)
    assert 0 < read < len(range(0, len(whole), 97))
