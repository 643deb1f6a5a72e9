"""Excel workbooks as tables: their cells as Excel shows them, as text."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from lettermill.base.errors import InputError
from lettermill.records.schemas import TableNote
from lettermill.table.cells import NO_ADDRESS, looks_like_image, unescaped
from lettermill.table.content import XLSX
from lettermill.table.layout import Columns, Layout, layout_of
from lettermill.table.notes import note_on_lines
from lettermill.table.raw_table import RawTable, to_frame
from lettermill.table.worksheet import MAX_SHEETS, Worksheet
from lettermill.table.xls import read_xls
from lettermill.table.xlsx import read_xlsx

_DATES = "a cell is a date, not text: it was read as YYYY-MM-DD"
_HIDDEN_ROWS = "hidden in the workbook, perhaps by a filter, and read like all others"
_LINKS = "the address of a link was read, not the text that the cell shows"


class _Page(NamedTuple):
    """A sheet that has cells. rows: those after the header. missing: why it has not the columns, if so."""

    sheet: Worksheet
    rows: Iterator[tuple[int, list[str]]]
    layout: Layout | None
    missing: InputError | None


def read_workbook(path: Path, kind: str, data: bytes, columns: Columns, sheet: str | None = None) -> RawTable:
    """The rows of a sheet with these columns of the workbook at ``path``.

    kind: XLSX or XLS. sheet: its name; with None it is the first one that is not hidden. Raises InputError when the
    workbook cannot be read, is too large, or has no such sheet.
    """
    try:
        with warnings.catch_warnings():  # about features that a library does not support and a table does not need
            warnings.simplefilter("ignore")
            return _read(path, read_xlsx(path, data) if kind == XLSX else read_xls(path, data), columns, sheet)
    except InputError:
        raise
    except Exception as error:  # a damaged file may raise nearly anything in the libraries
        message = str(error).strip() or type(error).__name__
        raise InputError(
            f"{path} cannot be read as an Excel workbook: {message}. It may be damaged or protected by a password. "
            "Open it in Excel and save it as .xlsx or CSV."
        ) from error


def _read(path: Path, sheets: Iterator[Worksheet], columns: Columns, name: str | None) -> RawTable:
    table, read, others, hidden, error = None, "", [], [], None
    names = []
    for sheet in sheets:
        names.append(sheet.name)
        if len(names) > MAX_SHEETS:
            raise InputError(f"{path} has more than {MAX_SHEETS:,} sheets. Delete those that are not needed.")
        if (page := _begun(path, sheet, columns)) is None:
            continue
        wanted = sheet.name.casefold() == name.strip().casefold() if name else not sheet.hidden
        if wanted and page.layout and table is None:
            table, read = _read_rows(page), sheet.name
            continue
        error = error or (page.missing if wanted else None)
        others.append(_left_out(page))
        if page.layout and sheet.hidden:
            hidden.append(sheet.name)
    if table is None:
        raise error or _no_sheet(path, name, names, hidden)
    if others:
        note = f"only the sheet {read!r} was read, not {', '.join(others)}"
        if any(" row" in other for other in others):
            note += ". To read another one, set `sheet` in your config; to read several, copy their rows into one sheet"
        table.notes.insert(0, TableNote(1, note))
    return table


def _no_sheet(path: Path, name: str | None, names: list[str], hidden: list[str]) -> InputError:
    if name:
        there = ", ".join(map(repr, names[:60]))
        return InputError(
            f"{path} has no sheet {name!r} with a header. Its sheets are {there}. Correct `sheet` in your config."
        )
    if hidden:
        return InputError(
            f"{path}: only the hidden sheet {hidden[0]!r} has these columns. Unhide it, or set `sheet: {hidden[0]}` in "
            "your config."
        )
    return InputError(f"{path}, line 1: there is no header. Write the names of the columns into the first row.")


def _begun(path: Path, sheet: Worksheet, columns: Columns) -> _Page | None:
    """The sheet, of which the header has been read; None if it has no cell that is not empty."""
    rows = iter(sheet.rows)
    line, header = next(((line, row) for line, row in rows if any(row)), (1, []))
    if not header:
        return None
    names = [unescaped(name, is_text=False) if sheet.escaped else name for name in header]
    try:
        place = f"{path}, sheet {sheet.name!r}, line {line}"
        return _Page(sheet, rows, layout_of(place, names, columns, line), None)
    except InputError as missing:
        return _Page(sheet, rows, None, missing)


def _left_out(page: _Page) -> str:
    """The name of a sheet that is not read, and how many rows it has if it has the columns."""
    kind = "hidden, " if page.sheet.hidden else ""
    if not page.layout:
        return f"{page.sheet.name!r}"
    count = sum(any(row) for _, row in page.rows)
    return f"{page.sheet.name!r} ({kind}{count:,} {'row' if count == 1 else 'rows'} with the same columns)"


def _read_rows(page: _Page) -> RawTable:
    """The table in the rows after the header, with their numbers."""
    assert page.layout
    kept, lines, malformed, width = [], [], [], page.layout.width
    text = page.layout.text
    for line, row in page.rows:
        if "".join(row[width:]).strip():
            count = max(place for place, cell in enumerate(row, 1) if cell)
            malformed.append((line, f"expected {width} fields, found {count}: name all columns in the first row"))
        elif row:
            if page.sheet.escaped:
                row = [unescaped(cell, place == text) for place, cell in enumerate(row)]
            kept.append(row[:width] + [""] * (width - len(row)))
            lines.append(line)
    linked = _follow_links(page, kept, lines)
    hidden = sorted(set(page.sheet.hidden_rows).intersection(lines))
    notes = [
        note_on_lines(*note)
        for note in ((page.sheet.dates, _DATES), (hidden, _HIDDEN_ROWS), (linked, _LINKS))
        if note[0]
    ]
    return RawTable(page.layout, to_frame(kept, lines, width), malformed, notes=notes)


def _follow_links(page: _Page, rows: list[list[str]], lines: list[int]) -> list[int]:
    """Replace the texts of links in the column of images by their addresses, unless they are addresses themselves.

    Returns the numbers of the rows where an address was read.
    """
    assert page.layout
    place, links, followed = page.layout.image, page.sheet.links, []
    for line, row in zip(lines, rows, strict=True) if links else ():
        address = links.get((line, place + 1))
        if address is None or looks_like_image(row[place]):
            continue
        address = address if "://" in address else unquote(address)
        if looks_like_image(address):
            row[place] = address
            followed.append(line)
        elif not address:
            row[place] = NO_ADDRESS
    return followed
