"""The header of a table: where its columns are, and what separates them."""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import InputError
from lettermill.table.cells import is_blank, split_unquoted
from lettermill.table.encoding import Lines

SEPARATORS = (",", ";", "\t", "|")
_MAX_LINES = 20
"""Lines of a header, at most."""

MAX_HEADER = 1 << 20
"""Characters of its first line, at most: 16,384 columns, as many as Excel has, with names of 60 characters."""

_EXCEL_LINE = re.compile(r'"?sep=([^"\r\n])"?\s*', re.IGNORECASE)


class Columns(NamedTuple):
    """The names of the table's columns. With ``id`` None, ids are taken from the names of the images."""

    id: str | None
    image: str
    text: str


class Layout(NamedTuple):
    """The layout of the rows of a table.

    separator: "" if no character separates the cells, as in a workbook. width: number of columns. id, image, text: the
    indices of these columns; id is None without a column of ids. lines: number of lines up to and including the header.
    """

    separator: str
    width: int
    id: int | None
    image: int
    text: int
    lines: int


class _Header(NamedTuple):
    separator: str
    fields: list[str]
    lines: int


def find_layout(path: Path, lines: Lines, columns: Columns) -> Layout:
    """The layout of the table at ``path`` by its first lines. The separator is the one that separates the columns.

    Raises InputError when a column is missing, or occurs more than once.
    """
    start = _skip_blank(lines, 0)
    separators: tuple[str, ...] = SEPARATORS
    if start < len(lines) and (named := _EXCEL_LINE.fullmatch(lines[start])):  # written by Excel
        separators, start = (named[1],), _skip_blank(lines, start + 1)
    if start == len(lines):
        raise InputError(f"{path}, line 1: there is no header. Write the names of the columns on the first line.")
    if (length := len(lines[start])) > MAX_HEADER:
        raise InputError(
            f"{path}, line {start + 1}: the header has {length:,} characters. Write the names of the columns on "
            "the first line."
        )
    wanted = _wanted(columns)

    def fitness(header: _Header) -> tuple[int, int]:
        return sum(len(_places(header.fields, name)) > 0 for name in wanted), len(header.fields)

    best = max((header for mark in separators for header in _possible_headers(lines, start, mark)), key=fitness)
    return layout_of(f"{path}, line {best.lines}", best.fields, columns, best.lines, best.separator)


def layout_of(place: str, header: Sequence[str], columns: Columns, lines: int, separator: str = "") -> Layout:
    """The layout of the table with these column names. place: where they are, for the message.

    Raises InputError as ``find_layout`` does.
    """
    for name in _wanted(columns):
        if len(_places(header, name)) != 1:
            found = "more than one column" if _places(header, name) else "no column"
            there = ", ".join(repr(name if len(name) < 60 else f"{name[:60]}…") for name in header[:60])
            raise InputError(
                f"{place}: there is {found} {name!r}. The columns are {there}. Correct `columns` in your config. "
                f"It is now:\ncolumns:\n  id: {columns.id or 'null'}\n  image: {columns.image}\n  text: {columns.text}"
            )
    row_id = None if columns.id is None else _places(header, columns.id)[0]
    image, text = (_places(header, name)[0] for name in (columns.image, columns.text))
    return Layout(separator, len(header), row_id, image, text, lines)


def _wanted(columns: Columns) -> list[str]:
    return list(dict.fromkeys(name for name in columns if name))


def _places(header: Sequence[str], name: str) -> list[int]:
    """The indices of the columns with this name; without an exact match, surrounding spaces are ignored."""
    exact = [place for place, given in enumerate(header) if given == name]
    return exact or [place for place, given in enumerate(header) if given.strip() == name.strip()]


def _skip_blank(lines: Lines, start: int) -> int:
    while start < len(lines) and is_blank(lines[start]):
        start += 1
    return start


def _possible_headers(lines: Lines, start: int, separator: str) -> Iterator[_Header]:
    """Possible headers: one well-formed line, several lines with a quoted name, or one line with stray quotes."""
    several = (lines[place] for place in range(start, min(start + _MAX_LINES, len(lines))))
    reader = csv.reader(several, delimiter=separator, strict=True)
    try:
        fields = next(reader)
        yield _Header(separator, fields, start + reader.line_num)
    except csv.Error:
        pass
    yield _Header(separator, split_unquoted(lines[start], separator), start + 1)
