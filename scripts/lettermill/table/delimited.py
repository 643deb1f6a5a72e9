"""The rows of a text table: as they are where it is valid CSV, else line by line, so that what is wrong stays there."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from lettermill.base.errors import InputError
from lettermill.records.schemas import TableNote
from lettermill.table.cells import cells_of, is_blank
from lettermill.table.encoding import Text
from lettermill.table.layout import Columns, Layout, find_layout
from lettermill.table.notes import note_on_lines
from lettermill.table.repair import Reading, Repair, joined
from lettermill.table.sheet import Sheet


def read_records(path: Path, text: Text, columns: Columns) -> Sheet:
    """The rows of the table at ``path``. Raises InputError when the columns are not there."""
    sheet = None if text.damaged else _regular(path, text.data, columns)
    if sheet is None:
        lines = [line.decode() for line in text.data.splitlines(keepends=True)]
        sheet = _line_by_line(lines, find_layout(path, lines, columns))
        if text.damaged:
            _report_damaged(sheet, text.damaged)
    sheet.notes += text.notes
    return sheet


def _regular(path: Path, data: bytes, columns: Columns) -> Sheet | None:
    """The rows of a table in which every line is a row as wide as the header; None of any other."""
    stream = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    try:
        first = stream.readline()
        layout = find_layout(path, [first], columns)
        reader = csv.reader(stream, delimiter=layout.separator, strict=True)
        rows = list(reader)
    except (InputError, csv.Error):
        return None
    whole = cells_of(first, layout.separator) is not None and reader.line_num == len(rows)
    if not whole or set(map(len, rows)) - {layout.width}:
        return None
    return Sheet(layout, rows, range(2, len(rows) + 2))


def _line_by_line(lines: list[str], layout: Layout) -> Sheet:
    """The rows of ``lines``, each read by itself unless it takes several of them."""
    sheet, repair = Sheet(layout, lines=[]), Repair(lines, layout)
    separator, width = layout.separator, layout.width
    place = layout.lines
    while place < len(lines):
        cells = cells_of(lines[place], separator)
        number = place + 1
        place += 1
        if cells is not None and len(cells) == width > 1:  # nearly all of them
            sheet.rows.append(cells)
            sheet.lines.append(number)
        elif cells is None or len(cells) > 1 or cells[0].strip():
            if _follows(sheet, number) and (rest := repair.rest_of_row(number - 1, sheet.rows[-1])):
                _prolong(sheet, lines[number - 1 : number - 1 + rest])
                place += rest - 1
                continue
            reading = repair.read(number - 1)
            place += reading.lines - 1
            if not (reading.cells is None and is_blank(lines[number - 1])):  # a quote with nothing in it
                _add(sheet, number, reading)
    if sheet.short:
        what = "fewer fields than the header has: the others are taken for empty"
        sheet.notes.append(note_on_lines(sorted(sheet.short), what))
    return sheet


def _follows(sheet: Sheet, number: int) -> bool:
    """Whether the line ``number`` comes right after a row that has all its cells."""
    if not sheet.lines or sheet.lines[-1] in sheet.short:
        return False
    return sheet.spans.get(sheet.lines[-1], sheet.lines[-1]) == number - 1


def _prolong(sheet: Sheet, rest: Sequence[str]) -> None:
    """Add lines to the last cell of the last row."""
    first = sheet.lines[-1]
    last = sheet.spans.get(first, first) + len(rest)
    sheet.rows[-1][-1] = "\n".join([sheet.rows[-1][-1], *(line.rstrip("\r\n") for line in rest)])
    sheet.spans[first] = last
    sheet.notes.append(TableNote(first, joined(first, last)))


def _add(sheet: Sheet, number: int, reading: Reading) -> None:
    if reading.cells is None:
        sheet.malformed.append((number, reading.error))
    else:
        sheet.rows.append(reading.cells)
        sheet.lines.append(number)
    if reading.lines > 1:
        sheet.spans[number] = number + reading.lines - 1
    if reading.short:
        sheet.short.add(number)
    if reading.note:
        sheet.notes.append(TableNote(number, reading.note))


def _report_damaged(sheet: Sheet, damaged: Mapping[int, str]) -> None:
    """Take the rows on lines that cannot be trusted out of ``sheet`` and report them."""
    kept = []
    for index, first in enumerate(sheet.lines):
        bad = next((line for line in range(first, sheet.spans.get(first, first) + 1) if line in damaged), None)
        if bad is None:
            kept.append(index)
        else:
            sheet.malformed.append((first, damaged[bad]))
    sheet.rows = [sheet.rows[index] for index in kept]
    sheet.lines = [sheet.lines[index] for index in kept]
