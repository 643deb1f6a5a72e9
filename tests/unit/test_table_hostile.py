"""Tables that are made to take for ever, or all memory, are refused or read soon."""

import struct
import time
from pathlib import Path

import pytest
import xlwt

from lettermill.base.errors import InputError
from lettermill.table import worksheet, xlsx_parts
from lettermill.table.read import read_raw_table
from lettermill.table.xls import linked_cells
from tables import COLUMNS, HEADER, read
from workbooks import text, workbook_row, write_xlsx

ROW = ("b", "images/b.png", "AA")


def refused(path: Path) -> str:
    """The message with which the workbook is refused, within seconds."""
    begun = time.process_time()
    with pytest.raises(InputError) as error:
        read_raw_table(path, COLUMNS)
    assert time.process_time() - begun < 10
    return str(error.value)


@pytest.mark.parametrize("number", [10_000_000_000, 1_048_577, 0, -3])
def test_a_row_that_no_sheet_has(tmp_path: Path, number: int) -> None:
    write_xlsx(tmp_path / "t.xlsx", workbook_row(number, *map(text, ROW)))
    assert f"sheet 's1': there is a row {number:,}, and Excel has 1,048,576 rows" in refused(tmp_path / "t.xlsx")


def test_the_last_row_of_a_sheet_is_read_at_once(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "t.xlsx", workbook_row(1_048_576, *map(text, ROW)))
    assert read_raw_table(tmp_path / "t.xlsx", COLUMNS).lines == [1_048_576]


@pytest.mark.parametrize(
    "parts",
    [
        {"rows": "<row/>" * 6_000_000},
        {"rows": "", "shared": "<si><t>" + "A" * 40_000_000 + "</t></si>"},
        {"rows": "", "styles": "<styleSheet>" + " " * 17_000_000 + "</styleSheet>"},
    ],
    ids=["rows", "texts", "styles"],
)
def test_xml_that_unpacks_to_too_much(tmp_path: Path, parts: dict[str, str]) -> None:
    write_xlsx(tmp_path / "t.xlsx", **parts)
    assert "t.xlsx unpacks to too much: its part xl/" in refused(tmp_path / "t.xlsx")


def test_parts_that_are_read_many_times_count_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_parts, "MAX_XML", 1_000_000)
    write_xlsx(tmp_path / "t.xlsx", "<row/>" * 1_000, sheets=300)
    assert "unpacks to too much" in refused(tmp_path / "t.xlsx")
    monkeypatch.setattr(xlsx_parts, "MAX_XML", 10_000_000)
    monkeypatch.setattr(xlsx_parts, "MAX_ELEMENTS", 200_000)
    assert "has too many XML elements in xl/worksheets/sheet1.xml" in refused(tmp_path / "t.xlsx")
    monkeypatch.setattr(worksheet, "MAX_SHEETS", 299)
    monkeypatch.setattr("lettermill.table.excel.MAX_SHEETS", 200)
    monkeypatch.setattr(xlsx_parts, "MAX_ELEMENTS", 2_000_000)
    assert "has more than 200 sheets" in refused(tmp_path / "t.xlsx")


def test_cells_far_to_the_right(tmp_path: Path) -> None:
    rows = (f'<row r="{line}"><c r="XFD{line}"><v>1</v></c></row>' for line in range(2, 1_000))
    write_xlsx(tmp_path / "t.xlsx", "".join(rows))
    assert "has more than 10,000,000 cells, empty ones included" in refused(tmp_path / "t.xlsx")


def test_elements_without_end(tmp_path: Path) -> None:
    for rows in ("<x>" * 1_000 + "</x>" * 1_000, "<row>" + "<c/>" * 400_000 + "</row>"):
        write_xlsx(tmp_path / "t.xlsx", rows)
        assert "too many XML elements" in refused(tmp_path / "t.xlsx")
    write_xlsx(tmp_path / "t.xlsx", "", styles="<styleSheet>" + "<xf/>" * 300_000 + "</styleSheet>")
    assert "has 300,002 XML tags in xl/styles.xml" in refused(tmp_path / "t.xlsx")


def test_entities(tmp_path: Path) -> None:
    prolog = '<!DOCTYPE x [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    write_xlsx(tmp_path / "t.xlsx", workbook_row(2, text("1"), text("a.png"), text("&b;")), prolog=prolog)
    assert "has XML with a document type" in refused(tmp_path / "t.xlsx")


def test_links_on_all_cells_of_old_workbooks() -> None:
    """xlrd notes a link for each cell: 16 million, for each of such records."""
    records = struct.pack("<HH2s", 0x809, 2, b"ab") + struct.pack("<6H", 0x1B8, 8, 0, 65_535, 0, 255)
    assert linked_cells(records) == 65_536 * 256
    assert linked_cells(records[:-1]) == 0 and linked_cells(records + b"\0" * 8) == 65_536 * 256


def test_sheets_of_old_workbooks_whose_last_cell_is_far_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = xlwt.Workbook()
    for number in range(5):
        sheet = book.add_sheet(f"s{number}")
        sheet.write(65_535, 255, "x")
    book.save(str(tmp_path / "t.xls"))
    monkeypatch.setattr(worksheet, "MAX_CELLS", 200_000)
    assert "has more than 200,000 cells" in refused(tmp_path / "t.xls")


def test_a_long_comment_is_scanned_once(tmp_path: Path) -> None:
    """expat before 2.6 scans it again for every chunk."""
    write_xlsx(tmp_path / "t.xlsx", workbook_row(2, *map(text, ROW)), prolog="<!--" + " " * 8_000_000 + "-->")
    begun = time.process_time()
    assert len(read_raw_table(tmp_path / "t.xlsx", COLUMNS).cells) == 1
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        (("b," + " " * 300_000 + "\n") * 3, {"empty_image"}),
        ('b,b.png,"' + "A" * 3_000_000 + '"\n', {"malformed_line"}),
        ('b,b.png,"' + '""' * 3_000_000 + '"\n', {"malformed_line"}),
        ("b,b.png," + "A" * 3_000_000 + "\n", {"malformed_line"}),
        ("b" * 100_000 + ",,AA\n", {"empty_image"}),
        ("b,data:image/png;base64" + "A" * 100_000 + ",AA\n", {"invalid_url"}),
    ],
    ids=["spaces", "quoted", "quotes", "text", "id", "data"],
)
def test_large_cells(tmp_path: Path, lines: str, reasons: set[str]) -> None:
    begun = time.process_time()
    table = read(tmp_path / "t.csv", f"{HEADER}a,a.png,AA\n{lines}")
    assert time.process_time() - begun < 10
    assert list(table.rows) == ["a"] and {row.reason for row in table.rejected} == reasons
    assert all(len(row.row_id) < 300 and len(row.detail) < 500 for row in table.rejected)


def test_a_header_without_end(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1: the header has 2,000,013 characters"):
        read(tmp_path / "t.csv", "id,image,text" + "," * 2_000_000)


def test_blank_lines_before_json(tmp_path: Path) -> None:
    begun = time.process_time()
    with pytest.raises(InputError):
        read(tmp_path / "t.jsonl", "\n" * 300_000 + "x")
    assert time.process_time() - begun < 10
