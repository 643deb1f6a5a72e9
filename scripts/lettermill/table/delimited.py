"""The rows of a text table. pandas reads the lines that are well-formed rows; ``repair`` reads the others."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import compress, count
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.records.schemas import TableNote
from lettermill.table.cells import is_blank, split_line
from lettermill.table.encoding import Lines, Text
from lettermill.table.layout import SEPARATORS, Columns, Layout, find_layout
from lettermill.table.notes import note_on_lines
from lettermill.table.raw_table import RawTable, to_frame
from lettermill.table.repair import LineRepair, RepairedLine, joined_note

if TYPE_CHECKING:
    import pandas as pd


def read_delimited(path: Path, text: Text, columns: Columns) -> RawTable:
    """The rows of the table at ``path``. Raises InputError when a column is missing."""
    lines = Lines(text.data)
    layout = find_layout(path, lines, columns)
    whole = list(map(row_test(layout.separator, layout.width), text.data.splitlines()))
    whole[: layout.lines] = [False] * layout.lines
    others = _OtherLines(lines, layout, whole)
    others.read()
    table = others.table_with(_read_with_pandas(text.data, whole, layout))
    _report_damaged(table, text.damaged)
    table.notes += text.notes
    return table


def row_test(separator: str, width: int) -> Callable[[bytes], bool]:
    """A test of whether a line (UTF-8, without its end) is a row of ``width`` cells that pandas reads correctly.

    pandas silently fills a row that is too short, reads ``"a"b`` as ``ab``, and lets a quote that is never closed
    swallow the following lines. So it only gets lines with the right number of cells, with quotes around whole cells
    only, and not longer than what the csv module accepts.
    """
    if separator not in SEPARATORS or width < 2:
        return lambda line: False
    mark, marks, longest = separator.encode(), width - 1, csv.field_size_limit()
    cell = rb'(?:"(?:[^"]|"")*+"|(?!")[^\r\n%b]*+)' % mark
    quoted = re.compile(rb"%b(?:%b%b){%d}" % (cell, re.escape(mark), cell, marks))

    def is_row(line: bytes) -> bool:
        if len(line) > longest:
            return False
        return quoted.fullmatch(line) is not None if b'"' in line else line.count(mark) == marks

    return is_row


def _read_with_pandas(data: bytes, whole: Sequence[bool], layout: Layout) -> "pd.DataFrame":
    """The cells of the lines of ``data`` that are ``whole`` rows, by line number."""
    numbers = list(compress(count(1), whole))
    if not numbers:
        return to_frame([], [], layout.width)
    import pandas as pd

    # pandas removes one byte order mark: without this one, perhaps the beginning of a cell.
    content = b"".join([codecs.BOM_UTF8, *compress(data.splitlines(keepends=True), whole)])
    if b"\r" in content:  # only at the ends of lines: no cell of these rows has a line break
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    frame = pd.read_csv(
        io.BytesIO(content),
        sep=layout.separator,
        header=None,
        names=range(layout.width),
        index_col=False,
        dtype=object,  # with dtype str and pyarrow installed, pandas would copy the text
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        engine="c",
        encoding="utf-8",
    )
    frame.index = pd.Index(numbers, dtype="int64")
    return frame


class _OtherLines:
    """The lines that are not well-formed rows. They are read in order, because one of them may include the next ones.

    whole: for every line, whether it is a well-formed row. A line that turns out to belong to another row no longer is.
    """

    def __init__(self, lines: Lines, layout: Layout, whole: list[bool]):
        self._lines, self._layout, self._whole = lines, layout, whole
        self._repair = LineRepair(lines, layout)
        self._rows: dict[int, list[str]] = {}
        self._malformed: list[tuple[int, str]] = []
        self._last_lines: dict[int, int] = {}
        self._short: set[int] = set()
        self._notes: list[TableNote] = []

    def read(self) -> None:
        """Read all these lines."""
        following = self._layout.lines
        for place, is_whole in enumerate(self._whole):
            if place >= following and not is_whole and not self._lines.is_empty(place):
                following = place + self._read_line(place)
                self._whole[place:following] = [False] * (following - place)

    def table_with(self, frame: "pd.DataFrame") -> RawTable:
        """The table of these rows and the rows in ``frame``."""
        if self._rows:
            import pandas as pd

            rows = to_frame(self._rows.values(), list(self._rows), self._layout.width)
            frame = pd.concat([frame, rows]).sort_index() if len(frame) else rows
        if self._short:
            what = "fewer fields than the header: the missing ones are read as empty"
            self._notes.append(note_on_lines(sorted(self._short), what))
        return RawTable(self._layout, frame, self._malformed, self._last_lines, self._short, self._notes)

    def _read_line(self, place: int) -> int:
        """Read the line at the index ``place`` and the lines that belong to it. Returns the number of lines."""
        line, number = self._lines[place], place + 1
        cells = split_line(line, self._layout.separator)
        if cells is not None and len(cells) == self._layout.width > 1:
            self._rows[number] = cells
            return 1
        if cells is not None and len(cells) <= 1 and not "".join(cells).strip():
            return 1
        if before := self._row_before(place):
            first, row = before
            if rest := self._repair.rest_of_row(place, row):
                self._prolong(first, row, place, rest)
                return rest
        repaired = self._repair.read(place)
        if not (repaired.cells is None and is_blank(line)):  # a quote with nothing in it
            self._add(number, repaired)
        return repaired.lines

    def _row_before(self, place: int) -> tuple[int, list[str]] | None:
        """(line, cells) of the row that ends just before the line at the index ``place``, if it has all its cells."""
        if place and self._whole[place - 1]:
            cells = split_line(self._lines[place - 1], self._layout.separator)
            return None if cells is None else (place, cells)
        first = next(reversed(self._rows), 0)
        if first in self._short or self._last_lines.get(first, first) != place or not first:
            return None
        return first, self._rows[first]

    def _prolong(self, first: int, row: list[str], place: int, rest: int) -> None:
        """Add lines to the last cell of a row."""
        last = place + rest
        parts = [row[-1], *(self._lines[other].rstrip("\r\n") for other in range(place, last))]
        self._whole[first - 1] = False
        self._rows[first] = [*row[:-1], "\n".join(parts)]
        self._last_lines[first] = last
        self._notes.append(TableNote(first, joined_note(first, last)))

    def _add(self, number: int, line: RepairedLine) -> None:
        if line.cells is None:
            self._malformed.append((number, line.error))
        else:
            self._rows[number] = line.cells
        if line.lines > 1:
            self._last_lines[number] = number + line.lines - 1
        if line.short:
            self._short.add(number)
        if line.note:
            self._notes.append(TableNote(number, line.note))


def _report_damaged(table: RawTable, damaged: Mapping[int, str]) -> None:
    """Remove the rows on ``damaged`` lines from ``table``, and report these as malformed."""
    if not damaged:
        return
    bad = {}
    for first in table.lines:
        lines = range(first, table.last_lines.get(first, first) + 1)
        if found := [damaged[line] for line in lines if line in damaged]:
            bad[first] = found[0]
    table.cells = table.cells.drop(index=list(bad))
    table.malformed += bad.items()
