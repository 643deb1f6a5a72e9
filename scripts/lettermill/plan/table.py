"""The user's table: which rows there are, and which of them cannot be worked on."""

import csv
import gzip
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import unquote, urlsplit

from lettermill.errors import InputError
from lettermill.plan.text import Alphabet, word

LONGEST_ID = 200
"""Bytes of UTF-8 in a row id; file names end at 255 and carry a position and a suffix too."""

UNSAFE_CHARACTERS = '/ \\ : * ? " < > | { }'
_UNSAFE = re.compile(rf"[\x00-\x1f\x7f{re.escape(UNSAFE_CHARACTERS.replace(' ', ''))}]|^[.\s]|[.\s]$")
_REPEATED = re.compile(r"(.+?)\1{19}$")
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
_SEPARATORS = (",", ";", "\t", "|")
_EXCEL = (".xlsx", ".xlsm")
_BROKEN = (ValueError, KeyError, OSError, EOFError, csv.Error, zlib.error, zipfile.BadZipFile)
"""What the libraries raise for files that are not what their names say."""


class Columns(NamedTuple):
    """The names of the table's columns; ``id`` None takes the id from the image's name."""

    id: str | None
    image: str
    text: str


class Row(NamedTuple):
    """One word image: a path below the images folder or a URL, and what is to be read in it."""

    row_id: str
    image: str
    pattern: str  # see Alphabet.pattern

    @property
    def is_url(self) -> bool:
        return "://" in self.image


class Unusable(NamedTuple):
    """A row that cannot be worked on; see ``lettermill.reasons``. ``row_id`` may be empty."""

    row_id: str
    reason: str
    detail: str


@dataclass
class Table:
    """The rows of a table, those that can be worked on (by id) and those that cannot."""

    rows: dict[str, Row] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of rows as given."""
        return len(self.rows) + len(self.unusable)


def read_table(path: Path, columns: Columns, alphabet: Alphabet, unreadable: list[str]) -> Table:
    """Read the table at ``path`` (CSV or TSV, also gzipped, or Excel), every row judged by itself.

    Raises InputError when there is no table with these columns in it, or no row.
    """
    sheet = _read_sheet(path, columns)
    if not sheet.rows and not sheet.malformed:
        raise InputError(f"{path}: the table has a header but no rows. Add at least one row.")

    table = Table()
    table.unusable += [
        Unusable("", "malformed_line", f"{path.name} line {line}: {message}") for line, message in sheet.malformed
    ]
    lines = sheet.lines
    images = [value.strip() for value in sheet.column(columns.image)]
    texts = sheet.column(columns.text)
    ids = [value.strip() for value in sheet.column(columns.id)] if columns.id else [_stem(image) for image in images]
    skipped = {value.strip().casefold() for value in unreadable}
    patterns = {text: alphabet.pattern(text) for text in set(texts)}
    duplicated = _duplicates(
        [(row_id, image, patterns[text]) for row_id, image, text in zip(ids, images, texts, strict=True)]
    )

    for index, (row_id, image, text) in enumerate(zip(ids, images, texts, strict=True)):
        row = Row(row_id, image, patterns[text])
        reason, mend = _row_error(row, text.strip().casefold() in skipped, columns)
        if not reason and (twins := duplicated.get(index)):
            reason = "duplicate_id"
            places = ", ".join(str(lines[twin]) for twin in twins)
            mend = f"{path.name} lines {places} have this id: give each its own, or leave one of them"
        if reason and not row_id:  # nothing else tells which row it is
            mend = f"{path.name} line {lines[index]}: {mend}"
        if reason:
            table.unusable.append(Unusable(row_id, reason, mend))
        else:
            table.rows[row_id] = row
    return table


def _row_error(row: Row, unreadable: bool, columns: Columns) -> tuple[str, str]:
    """The reason for which a row cannot be worked on, and what would mend it; both empty for a good row."""
    source = f"column {columns.id}" if columns.id else f"the file name in column {columns.image}"
    if not row.image:
        return "empty_image", f"fill column {columns.image}"
    if not row.row_id:
        return "empty_id", f"fill {source}"
    if not _is_safe(row.row_id):
        return "unsafe_id", f"{source}: at most {LONGEST_ID} bytes, no {UNSAFE_CHARACTERS}, no dot or space at an end"
    if row.is_url:
        if not _WEB.match(row.image):
            return "unsupported_url", f"{row.image}: give an http:// or https:// address, or a path"
    elif posixpath.isabs(row.image) or ".." in row.image.split("/"):
        return "outside_images_folder", f"{row.image}: give a path below config `images`"
    if unreadable:
        return "unreadable_transcription", ""
    if not word(row.pattern):
        return "empty_transcription", f"fill column {columns.text}, or add its letters to config `alphabet`"
    return "", ""


def _is_safe(row_id: str) -> bool:
    if _UNSAFE.search(row_id) or len(row_id.encode()) > LONGEST_ID:
        return False
    # The engine takes a name that ends in twenty repetitions for a rule that feeds itself.
    return len(row_id) < 20 or not _REPEATED.search(row_id)


def _duplicates(rows: list[tuple[str, str, str]]) -> dict[int, list[int]]:
    """Index of every row to reject for its id -> the indices of all rows with that id.

    Of rows that are the same in every respect the first one stays; rows that contradict each other all go, for
    whichever stayed would depend on the order of the table.
    """
    found: dict[str, list[int]] = {}
    for index, (row_id, _, _) in enumerate(rows):
        if row_id:
            found.setdefault(row_id, []).append(index)
    rejected = {}
    for twins in found.values():
        if len(twins) > 1:
            same = all(rows[twin] == rows[twins[0]] for twin in twins)
            rejected.update(dict.fromkeys(twins[1:] if same else twins, twins))
    return rejected


def _stem(image: str) -> str:
    """The name of the image's file without folder and suffix; empty for an address that is none."""
    try:
        path = unquote(urlsplit(image).path) if "://" in image else image
    except ValueError:
        return ""
    return posixpath.splitext(posixpath.basename(path))[0]


class _Sheet(NamedTuple):
    """The cells of a table as text.

    lines: those of the file (Excel: its rows) on which ``rows`` begin. malformed: (line, message) of the lines that
    have more fields than the header.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    malformed: list[tuple[int, str]]

    def column(self, name: str) -> list[str]:
        """The cells of the column ``name``, which there must be."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]


def _read_sheet(path: Path, columns: Columns) -> _Sheet:
    if not path.is_file():
        raise InputError(f"{path}: there is no such table. Correct config `table`.")
    wanted = list(dict.fromkeys(name for name in columns if name))
    try:
        sheet = _read_excel(path) if path.suffix.lower() in _EXCEL else _read_text(path, wanted)
    except _BROKEN as error:
        message = str(error).strip() or type(error).__name__
        raise InputError(f"{path}: {message}. The table must be UTF-8 text (CSV or TSV, also .gz) or .xlsx.") from error
    for name in wanted:
        if sheet.header.count(name) != 1:
            found = "no column" if name not in sheet.header else "more than one column"
            there = ", ".join(map(repr, sheet.header))
            raise InputError(
                f"{path}, line 1: there is {found} {name!r}. The columns are {there}. Name them in config:\n"
                f"columns:\n  id: {columns.id or 'null'}\n  image: {columns.image}\n  text: {columns.text}"
            )
    return sheet


def _read_excel(path: Path) -> _Sheet:
    import pandas as pd  # here, for it takes half a second that other tables need not wait for

    frame = pd.read_excel(path, dtype=str, keep_default_na=False).fillna("")
    frame = frame[(frame != "").any(axis=1)]
    return _Sheet([str(name) for name in frame.columns], frame.values.tolist(), (frame.index + 2).tolist(), [])


def _read_text(path: Path, wanted: list[str]) -> _Sheet:
    """Fields are counted here, line by line: pandas takes the number of columns from the first line of data, so that
    what becomes of a line with a field too many would depend on where it stands, and takes half a second to import."""
    rows: list[list[str]] = []
    lines: list[int] = []
    malformed: list[tuple[int, str]] = []
    quotes = 0

    def counted(file: Iterable[str]) -> Iterator[str]:
        nonlocal quotes
        for text in file:
            quotes += text.count('"')
            yield text

    with _open_text(path) as file:
        first = file.readline()
        # The separator is the one that the configured columns stand between.
        headers = {mark: next(csv.reader([first], delimiter=mark), []) for mark in _SEPARATORS}
        separator = max(_SEPARATORS, key=lambda mark: len(set(wanted).intersection(headers[mark])))
        header = headers[separator]
        if not header:
            raise InputError(f"{path}, line 1: there is no header. Name the columns on the first line.")
        line = 2
        reader = csv.reader(counted(file), delimiter=separator)
        for fields in reader:
            if any(fields[len(header) :]):
                malformed.append((line, f"expected {len(header)} fields, saw {len(fields)}"))
            elif len(fields) > 1 or "".join(fields).strip():
                rows.append(fields[: len(header)] + [""] * (len(header) - len(fields)))
                lines.append(line)
            last, line = line, reader.line_num + 2
    if quotes % 2:
        raise InputError(f"{path}, line {last}: a quote that opens here is never closed. Close it or take it out.")
    return _Sheet(header, rows, lines, malformed)


def _open_text(path: Path) -> IO[str]:
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")
