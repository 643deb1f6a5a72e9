"""Excel workbooks as tables: their cells as Excel shows them, as text."""

import datetime
import io
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lettermill.base.errors import InputError
from lettermill.records.schemas import TableNote
from lettermill.table.cells import displayed
from lettermill.table.content import XLSX
from lettermill.table.layout import Columns, Layout, layout_of
from lettermill.table.notes import note_on_lines
from lettermill.table.raw_table import RawTable, to_frame


class _Worksheet(NamedTuple):
    """A sheet of a workbook. rows: all its rows."""

    name: str
    rows: Iterable[list[str]]
    dates: list[int]  # rows in which a cell is a date; complete after ``rows`` have been read


def read_workbook(path: Path, kind: str, data: bytes, columns: Columns) -> RawTable:
    """The rows of the first sheet with these columns of the workbook at ``path``.

    kind: XLSX or XLS. Raises InputError when it cannot be read or has no such sheet.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # about features that the library does not support and a table does not need
            return _first_with_columns(path, _xlsx(data) if kind == XLSX else _xls(data), columns)
    except InputError:
        raise
    except Exception as error:  # a damaged file may raise nearly anything in the libraries
        message = str(error).strip() or type(error).__name__
        raise InputError(
            f"{path} cannot be read as an Excel workbook: {message}. It may be damaged or protected by a password. "
            "Open it in Excel and save it as .xlsx or CSV."
        ) from error


def _first_with_columns(path: Path, pages: Iterable[_Worksheet], columns: Columns) -> RawTable:
    table, others, error = None, [], None
    for page in pages:
        rows = enumerate(page.rows, 1)
        line, header = next(((line, row) for line, row in rows if any(row)), (1, []))
        while header and not header[-1]:
            header.pop()
        if not header:
            continue
        try:
            layout = layout_of(f"{path}, line {line}", header, columns, line)
        except InputError as missing:
            error = error or missing
            others.append(page.name)
            continue
        if table is None:
            table, name = _read_rows(layout, rows, page.dates), page.name
        else:
            others.append(page.name)
    if table is None:
        raise error or InputError(
            f"{path}, line 1: there is no header. Write the names of the columns into the first row."
        )
    if others:
        table.notes.append(TableNote(1, f"only the sheet {name!r} was read, not {', '.join(map(repr, others))}"))
    return table


def _read_rows(layout: Layout, rows: Iterable[tuple[int, list[str]]], dates: list[int]) -> RawTable:
    """The table in ``rows``: the rows after the header, with their numbers. dates: see ``_Worksheet``."""
    kept, lines, malformed, width = [], [], [], layout.width
    for line, row in rows:
        if "".join(row[width:]).strip():
            count = max(place for place, cell in enumerate(row, 1) if cell)
            malformed.append((line, f"expected {width} fields, found {count}: name all columns in the first row"))
        elif any(row):
            kept.append(row[:width] + [""] * (width - len(row)))
            lines.append(line)
    notes = [note_on_lines(dates, "a cell is a date, not text: it was read as YYYY-MM-DD")] if dates else []
    return RawTable(layout, to_frame(kept, lines, width), malformed, notes=notes)


def _xlsx(data: bytes) -> Iterator[_Worksheet]:
    import openpyxl  # slow to import, and only needed here

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for page in book.worksheets:
        page.reset_dimensions()  # other programs write wrong ones
        dates: list[int] = []
        yield _Worksheet(page.title, _rows_of_xlsx(page, dates), dates)


def _rows_of_xlsx(page: Iterable, dates: list[int]) -> Iterator[list[str]]:
    for line, row in enumerate(page, 1):
        cells = []
        for cell in row:
            value = cell.value
            if isinstance(value, str):
                cells.append(value)
            elif value is None:
                cells.append("")
            else:
                if isinstance(value, datetime.date | datetime.time | datetime.timedelta) and dates[-1:] != [line]:
                    dates.append(line)
                cells.append(displayed(value, cell.number_format))
        yield cells


def _xls(data: bytes) -> Iterator[_Worksheet]:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True)
    for page in book.sheets():
        dates: list[int] = []
        yield _Worksheet(page.name, _rows_of_xls(book, page, dates), dates)


def _rows_of_xls(book: Any, page: Any, dates: list[int]) -> Iterator[list[str]]:
    import xlrd

    for row in range(page.nrows):
        cells = []
        for cell in page.row(row):
            value = cell.value
            if cell.ctype == xlrd.XL_CELL_DATE:
                value = xlrd.xldate_as_datetime(value, book.datemode)
                if dates[-1:] != [row + 1]:
                    dates.append(row + 1)
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                value = xlrd.error_text_from_code[value]
            pattern = ""
            if cell.ctype == xlrd.XL_CELL_NUMBER:
                pattern = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
            cells.append(displayed(value, pattern))
        yield cells
