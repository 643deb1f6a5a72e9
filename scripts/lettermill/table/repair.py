"""Reads lines that are not well-formed rows: a row over several lines, with a small error, or with too few fields."""

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

from lettermill.table.cells import looks_like_image, split_line, split_unquoted
from lettermill.table.encoding import Lines
from lettermill.table.layout import SEPARATORS, Layout

MAX_QUOTED_LINES = 100
"""Lines of a quoted row in a table that is not valid CSV throughout: a quote that is closed later counts as stray.
Without a limit, a table with many stray quotes would be read again and again."""

MAX_JOINED_LINES = 20
"""Lines that a row without quotes may span."""

_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"\s*[^\W\d_][^\d\t,;|\"]*")


class RepairedLine(NamedTuple):
    """The result of reading a line, and possibly some after it.

    cells: as many as the header has; None when no row could be read, and ``error`` says why. note: the repair. short:
    whether cells are missing.
    """

    cells: list[str] | None
    lines: int = 1
    note: str = ""
    error: str = ""
    short: bool = False


def joined_note(first: int, last: int) -> str:
    """The note on a row that spans these lines."""
    return f"lines {first} to {last} were joined: a cell has a line break that is not in quotes"


class LineRepair:
    """Reads the lines of a table one at a time, and looks at the following ones.

    An error is repaired only if there is one way to read the row: with the header's number of cells, and an image cell
    that looks like one. All other lines are reported as malformed, and affect no other line.
    """

    def __init__(self, lines: Lines, layout: Layout):
        self._lines, self._layout = lines, layout
        self._complete: dict[int, bool] = {}

    def read(self, place: int) -> RepairedLine:
        """The row that begins on the line at the index ``place``."""
        layout, cells = self._layout, split_line(self._lines[place], self._layout.separator)
        if cells is None:
            error = "a quote is not closed, or is inside a cell: close it, double it, or delete it"
            if len(self._lines[place]) > (longest := csv.field_size_limit()):
                error += f"; or shorten a cell to {longest:,} characters"
            return self._quoted(place) or self._without_strays(place) or RepairedLine(None, error=error)
        if len(cells) < layout.width:
            return self._joined(place, cells) or self._separated(place, cells) or self._short(cells)
        if (fitting := self._fit(cells)) is None:
            hint = f"put quotes around a cell that contains {layout.separator!r}"
            return RepairedLine(None, error=f"expected {layout.width} fields, found {len(cells)}: {hint}")
        return RepairedLine(fitting)

    def _quoted(self, place: int) -> RepairedLine | None:
        """A row with line breaks in quotes; None if it would swallow a line that is a row by itself."""
        reader = csv.reader(self._lines_of_one_row(place), delimiter=self._layout.separator, strict=True)
        try:
            cells = self._fit(next(reader))
        except csv.Error:
            return None
        return None if cells is None else RepairedLine(cells, reader.line_num)

    def _lines_of_one_row(self, place: int) -> Iterator[str]:
        yield self._lines[place]
        for other in range(place + 1, min(place + MAX_QUOTED_LINES, len(self._lines))):
            if self.is_complete(other):
                return
            yield self._lines[other]

    def is_complete(self, place: int) -> bool:
        """Whether the line at the index ``place`` is a whole row by itself, perhaps with stray quotes after its image.

        A quote before its image may close a quote that an earlier line has opened.
        """
        if place not in self._complete:
            line, separator = self._lines[place], self._layout.separator
            self._complete[place] = any(
                cells is not None and self._is_whole(cells) and '"' not in "".join(cells[: self._layout.image])
                for cells in (split_unquoted(line, separator), split_line(line, separator))
            )
        return self._complete[place]

    def rest_of_row(self, place: int, row: list[str]) -> int:
        """The number of lines from the index ``place`` that continue the last cell of ``row``, the row before them.

        They do when that cell is a transcription that is not empty, they are words, and a whole row follows. (A line at
        the end of the file may be a remark of the program that wrote the table.) They might also begin the row that
        follows, but not in a table whose rows begin with something that has digits.
        """
        layout = self._layout
        if (
            layout.text != layout.width - 1
            or not row[-1].strip()
            or not (self._is_whole(row) and _DIGIT.search(row[0]))
        ):
            return 0
        for other in range(place, min(place + MAX_JOINED_LINES, len(self._lines))):
            line = self._lines[other]
            if other > place and self.is_complete(other):
                begins = line.partition(layout.separator)[0]
                return other - place if _DIGIT.search(begins) else 0
            if not _WORDS.fullmatch(line):
                return 0
        return 0

    def _without_strays(self, place: int) -> RepairedLine | None:
        """A row with a stray quote."""
        cells = self._fit(split_unquoted(self._lines[place], self._layout.separator))
        return RepairedLine(cells, note="a stray quote was removed") if cells and self._is_whole(cells) else None

    def _joined(self, place: int, cells: list[str]) -> RepairedLine | None:
        """A row with line breaks that are not in quotes."""
        for other in range(place + 1, min(place + MAX_JOINED_LINES, len(self._lines))):
            more = split_line(self._lines[other], self._layout.separator)
            if not more or more == [""] or (len(more) > self._layout.image and self._has_image(more)):
                return None
            cells = [*cells[:-1], f"{cells[-1]}\n{more[0]}", *more[1:]]
            if len(cells) >= self._layout.width:
                note = joined_note(place + 1, other + 1)
                return RepairedLine(cells, other + 1 - place, note) if self._is_whole(cells) else None
        return None

    def _separated(self, place: int, cells: list[str]) -> RepairedLine | None:
        """A row with a different separator than the header."""
        for separator in SEPARATORS if len(cells) == 1 else ():
            others = split_line(self._lines[place], separator)
            if others is not None and self._is_whole(others):
                return RepairedLine(others, note=f"separated by {separator!r}, unlike the header")
        return None

    def _short(self, cells: list[str]) -> RepairedLine:
        return RepairedLine(cells + [""] * (self._layout.width - len(cells)), short=True)

    def _fit(self, cells: list[str]) -> list[str] | None:
        """``cells`` without empty cells after the last column; None if their number is not that of the columns."""
        width = self._layout.width
        return None if len(cells) < width or "".join(cells[width:]).strip() else cells[:width]

    def _is_whole(self, cells: list[str]) -> bool:
        return len(cells) == self._layout.width and self._has_image(cells)

    def _has_image(self, cells: list[str]) -> bool:
        return looks_like_image(cells[self._layout.image])
