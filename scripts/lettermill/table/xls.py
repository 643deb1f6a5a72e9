"""The sheets of an Excel workbook before 2007 (.xls)."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lettermill.table.cells import displayed, error_cell
from lettermill.table.worksheet import CellLimit, Worksheet

_HLINK = 0x1B8


def read_xls(path: Path, data: bytes) -> Iterator[Worksheet]:
    """The sheets of the workbook at ``path``. Raises InputError when it is too large, and others when damaged.

    Sheets are read one at a time, and rows are as long as their cells: a small file may have a cell in the last row and
    column of many sheets.
    """
    import xlrd

    how = {"formatting_info": True, "on_demand": True, "ragged_rows": True}
    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), **how)
    limit = CellLimit(path)
    limit.take(linked_cells(book.mem[book.base : book.base + book.stream_len]))
    for number, name in enumerate(book.sheet_names()):
        page = Worksheet(name, book._sheet_visibility[number] != 0)
        page.rows = _rows(book, number, page, limit)
        yield page
        book.unload_sheet(number)


def linked_cells(records: bytes) -> int:
    """The number of cells with links. xlrd notes each of them, and one record may be for a whole sheet.

    records: of a workbook stream (BIFF): kind and length, 16 bits each, and content; that of an HLINK begins with the
    first and last row and column.
    """
    cells = place = 0
    while place + 12 <= len(records):
        kind, length, top, bottom, left, right = struct.unpack_from("<6H", records, place)
        if kind == _HLINK:
            cells += max(0, bottom - top + 1) * max(0, right - left + 1)
        place += 4 + length
    return cells


def _rows(book: Any, number: int, page: Worksheet, limit: CellLimit) -> Iterator[tuple[int, list[str]]]:
    sheet = book.sheet_by_index(number)
    for (row, column), link in sheet.hyperlink_map.items():
        if isinstance(link.url_or_path, str):
            page.links[row + 1, column + 1] = link.url_or_path
    page.hidden_rows += [row + 1 for row in sorted(sheet.rowinfo_map) if sheet.rowinfo_map[row].hidden]
    limit.take(sheet.nrows)
    for row in range(sheet.nrows):
        limit.take(sheet.row_len(row))
        cells = [_text(book, cell, row + 1, page.dates) for cell in sheet.row(row)]
        while cells and not cells[-1]:
            cells.pop()
        yield row + 1, cells


def _text(book: Any, cell: Any, line: int, dates: list[int]) -> str:
    import xlrd

    value, pattern = cell.value, ""
    if cell.ctype == xlrd.XL_CELL_DATE:
        value = xlrd.xldate_as_datetime(value, book.datemode)
        if dates[-1:] != [line]:
            dates.append(line)
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        value = error_cell(xlrd.error_text_from_code.get(value, ""))
    elif cell.ctype == xlrd.XL_CELL_NUMBER:
        pattern = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    return displayed(value, pattern)
