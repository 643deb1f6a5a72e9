"""Workbooks are read as Excel shows them."""

import datetime
from html import escape
from pathlib import Path

import openpyxl
import pytest
import xlwt

from lettermill.base.errors import InputError
from lettermill.plan.validated_table import read_validated_table
from lettermill.table.layout import Columns
from lettermill.table.read import read_raw_table
from tables import COLUMNS, LATIN, read, rows_of
from workbooks import text, workbook_row, write_xlsx

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


def test_a_hidden_sheet_is_left_out(tmp_path: Path) -> None:
    save_xlsx(tmp_path / "t.xlsx", old=[HEADER, ["1", "a.jpg", "AA"]], new=[HEADER, ["2", "b.jpg", "BB"]])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    book.active = 1
    book["old"].sheet_state = "hidden"
    book.save(tmp_path / "t.xlsx")
    table = read_raw_table(tmp_path / "t.xlsx", COLUMNS)
    assert rows_of(table) == [["2", "b.jpg", "BB"]]
    assert "'new' was read, not 'old' (hidden, 1 row with the same columns)" in table.notes[0].note
    assert rows_of(read_raw_table(tmp_path / "t.xlsx", COLUMNS, sheet="Old")) == [["1", "a.jpg", "AA"]]
    del book["new"]
    book.create_sheet("empty")
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(
        InputError, match=r"only the hidden sheet 'old' has these columns. Unhide it, or set `sheet: old`"
    ):
        read_raw_table(tmp_path / "t.xlsx", COLUMNS)


def test_other_sheets_with_the_columns_are_named_with_their_rows(tmp_path: Path, save) -> None:
    rows = [["1", "a.jpg", "AA"], ["2", "b.jpg", "BB"]]
    save(tmp_path / "t", one=[HEADER, *rows[:1]], two=[[None], HEADER, *rows, [None], rows[0]], about=[["me"]])
    table = read_raw_table(tmp_path / "t", COLUMNS)
    assert rows_of(table) == rows[:1]
    (note,) = table.notes
    assert note.line == 1 and "not 'two' (3 rows with the same columns), 'about'. To read another one" in note.note
    named = read_raw_table(tmp_path / "t", COLUMNS, sheet="TWO ")
    assert len(named.cells) == 3 and "not 'one' (1 row" in named.notes[0].note
    with pytest.raises(InputError, match=r"has no sheet 'three'.*'one', 'two', 'about'. Correct `sheet`"):
        read_raw_table(tmp_path / "t", COLUMNS, sheet="three")
    (tmp_path / "t.csv").write_text("id,image,text\n1,a.jpg,AA\n")
    with pytest.raises(InputError, match="is not an Excel workbook"):
        read_raw_table(tmp_path / "t.csv", COLUMNS, sheet="one")


def test_errors_and_formulas_without_a_value_are_no_text(tmp_path: Path) -> None:
    rows = [["1", "a.jpg", "#N/A"], ["2", "#REF!", "BB"], ["#NAME?", "c.jpg", "CC"], ["4", "d.jpg", '="D"&"D"']]
    save_xlsx(tmp_path / "t.xlsx", one=[HEADER, *rows, ["5", "e.jpg", "EE"]])
    table = read_validated_table(tmp_path / "t.xlsx", COLUMNS, LATIN, [])
    assert list(table.rows) == ["5"]
    assert sorted(row for row in table.rejected) == [
        ("", "spreadsheet_error", "t.xlsx line 4: column id has the error #NAME?: correct its formula, or write text"),
        ("1", "spreadsheet_error", "t.xlsx line 2: column text has the error #N/A: correct its formula, or write text"),
        (
            "2",
            "spreadsheet_error",
            "t.xlsx line 3: column image has the error #REF!: correct its formula, or write text",
        ),
        (
            "4",
            "spreadsheet_error",
            "t.xlsx line 5: column text has a formula without a value: open the workbook in Excel and save it",
        ),
    ]


@pytest.mark.parametrize("error", ["#N/A", "#BEZUG!", "#NOMBRE?", "#¡REF!", "Err:502", "#DIV/0!"])
def test_errors_in_text_tables_are_no_text(tmp_path: Path, error: str) -> None:
    table = read(tmp_path / "t.csv", f"id,image,text\n1,a.jpg,{error}\n2,b.jpg,#1\n3,c.jpg,ERR\n")
    assert [row.reason for row in table.rejected] == ["spreadsheet_error", "empty_transcription"]
    assert list(table.rows) == ["3"]


def test_zeros_of_a_workbook_that_was_never_computed(tmp_path: Path) -> None:
    """XlsxWriter writes 0 as the value of each formula, and asks Excel to compute all of them."""
    sheet = workbook_row(2, "<c><v>1</v></c>", "<c><f>A2</f><v>0</v></c>", text("AA"))
    write_xlsx(tmp_path / "t.xlsx", sheet, about='<calcPr fullCalcOnLoad="1"/>')
    table = read_validated_table(tmp_path / "t.xlsx", COLUMNS, LATIN, [])
    assert [row.reason for row in table.rejected] == ["spreadsheet_error"]
    write_xlsx(tmp_path / "t.xlsx", sheet)
    assert rows_of(read_raw_table(tmp_path / "t.xlsx", COLUMNS)) == [["1", "0", "AA"]]


def test_escapes_are_characters(tmp_path: Path) -> None:
    rows = [
        ["a_x000D_", "page_x0120_y0340_x000A_.png", "GO_x000D__x0041_"],
        ["b", "_x005F_x0041_.png", "_x005F_x000D_"],
        ["c", "c_x005F_d.png", "_xD83D__xDE00_Z"],
    ]
    cells = [workbook_row(line, *map(text, row)) for line, row in enumerate(rows, 2)]
    write_xlsx(tmp_path / "t.xlsx", "".join(cells))
    assert rows_of(read_raw_table(tmp_path / "t.xlsx", COLUMNS)) == [
        ["a\r", "page_x0120_y0340\n.png", "GO\rA"],
        ["b", "_x0041_.png", "_x000D_"],
        ["c", "c_x005F_d.png", "\U0001f600Z"],
    ]
    shared = "".join(f"<si><r><t>{cell}</t></r><rPh><t>X</t></rPh></si>" for row in rows for cell in row)
    numbers = "".join(
        workbook_row(line, *(f'<c t="s"><v>{3 * line - 6 + place}</v></c>' for place in range(3))) for line in (2, 3, 4)
    )
    write_xlsx(tmp_path / "s.xlsx", numbers, shared=shared)
    one, two = (rows_of(read_raw_table(tmp_path / name, COLUMNS)) for name in ("t.xlsx", "s.xlsx"))
    assert one == two


def test_links_are_followed_where_the_text_is_no_image(tmp_path: Path) -> None:
    rows = [["1", "scan 1", "A"], ["2", "b.png", "B"], ["3", "scan 3", "C"], ["4", "scan 4", "D"]]
    save_xlsx(tmp_path / "t.xlsx", one=[HEADER, *rows])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for place, address in (("B2", "https://h/1.jpg"), ("B3", "https://h/2.jpg"), ("B4", "my%20scans/3.png")):
        book.active[place].hyperlink = address
    book.active["C5"].hyperlink = "https://h/4.jpg"
    book.save(tmp_path / "t.xlsx")
    table = read_raw_table(tmp_path / "t.xlsx", COLUMNS)
    assert table.column(1) == ["https://h/1.jpg", "b.png", "my scans/3.png", "scan 4"]
    assert table.column(2) == ["A", "B", "C", "D"]
    assert [note.note[:13] for note in table.notes] == ["2 lines (2, 4"]


def test_links_by_formulas(tmp_path: Path) -> None:
    cells = ['HYPERLINK("https://h/1.jpg","scan")', 'HYPERLINK("https://h/"&A3&".jpg","scan")']
    sheet = "".join(
        workbook_row(line, f"<c><v>{line}</v></c>", f'<c t="str"><f>{escape(cell)}</f><v>scan</v></c>', text("AA"))
        for line, cell in enumerate(cells, 2)
    )
    write_xlsx(tmp_path / "t.xlsx", sheet)
    table = read_validated_table(tmp_path / "t.xlsx", COLUMNS, LATIN, [])
    assert [row.image for row in table.rows.values()] == ["https://h/1.jpg"]
    assert [row.detail for row in table.rejected] == [
        "t.xlsx line 3: column image has a link whose address a formula computes: write the address itself into the "
        "cell"
    ]


def test_hidden_rows_are_read_with_a_note(tmp_path: Path) -> None:
    save_xlsx(tmp_path / "t.xlsx", one=[HEADER, ["1", "a.jpg", "AA"], ["2", "b.jpg", "BB"]])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "t.xlsx")
    table = read_raw_table(tmp_path / "t.xlsx", COLUMNS)
    assert len(table.cells) == 2 and [note.line for note in table.notes] == [3]


def test_an_empty_workbook_is_a_clear_error(tmp_path: Path, save) -> None:
    save(tmp_path / "t.xlsx", one=[])
    with pytest.raises(InputError, match="there is no header"):
        read_raw_table(tmp_path / "t.xlsx", COLUMNS)
    save(tmp_path / "t.xlsx", one=[HEADER])
    with pytest.raises(InputError, match="a header but no rows"):
        read_validated_table(tmp_path / "t.xlsx", COLUMNS, LATIN, [])


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
