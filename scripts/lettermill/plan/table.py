"""The user's table: which rows there are, and which of them cannot be worked on."""

import csv
import gzip
import posixpath
import re
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pandas as pd

from lettermill.errors import InputError
from lettermill.plan.text import Alphabet, word

LONGEST_ID = 200
"""Bytes of UTF-8 in a row id; file names end at 255 and carry a position and a suffix too."""

UNSAFE_CHARACTERS = '/ \\ : * ? " < > | { }'
_UNSAFE = re.compile(rf"[\x00-\x1f\x7f{re.escape(UNSAFE_CHARACTERS.replace(' ', ''))}]|^[.\s]|[.\s]$")
_SEPARATORS = (",", ";", "\t", "|")
_EXCEL = (".xlsx", ".xlsm")


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
    frame, malformed = _read_frame(path, columns)
    lines = _Lines(path, {number for number, _ in malformed})
    if frame.empty and not malformed:
        raise InputError(f"{path}: the table has a header but no rows. Add at least one row.")

    table = Table()
    table.unusable += [
        Unusable("", "malformed_line", f"{path.name} line {lines.of_record(number)}: {message}")
        for number, message in malformed
    ]
    images = [value.strip() for value in frame[columns.image]]
    texts = frame[columns.text].tolist()
    ids = [value.strip() for value in frame[columns.id]] if columns.id else [_stem(image) for image in images]
    skipped = {value.strip().casefold() for value in unreadable}
    duplicated = _duplicates(list(zip(ids, images, texts, strict=True)))
    patterns: dict[str, str] = {}

    for index, (row_id, image, text) in enumerate(zip(ids, images, texts, strict=True)):
        if text not in patterns:
            patterns[text] = alphabet.pattern(text)
        row = Row(row_id, image, patterns[text])
        reason, mend = _row_error(row, text.strip().casefold() in skipped, columns)
        if not reason and (twins := duplicated.get(index)):
            reason = "duplicate_id"
            mend = f"{path.name} lines {lines.of(*twins)} have this id: give each its own, or leave one of them"
        if reason == "empty_id":  # nothing else tells which row it is
            mend = f"{path.name} line {lines.of(index)}: {mend}"
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
    if _UNSAFE.search(row.row_id) or len(row.row_id.encode()) > LONGEST_ID:
        return "unsafe_id", f"{source}: at most {LONGEST_ID} bytes, no {UNSAFE_CHARACTERS}, no dot or space at an end"
    if row.is_url:
        if not re.match(r"https?://[^/]", row.image, re.IGNORECASE):
            return "unsupported_url", f"{row.image}: give an http:// or https:// address, or a path"
    elif posixpath.isabs(row.image) or ".." in row.image.split("/"):
        return "outside_images_folder", f"{row.image}: give a path below config `images`"
    if unreadable:
        return "unreadable_transcription", ""
    if not word(row.pattern):
        return "empty_transcription", f"fill column {columns.text}, or add its letters to config `alphabet`"
    return "", ""


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
    """The name of the image's file without folder and suffix."""
    path = unquote(urlsplit(image).path) if "://" in image else image
    return posixpath.splitext(posixpath.basename(path))[0]


def _read_frame(path: Path, columns: Columns) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    """All cells as text, and (record number, message) of the records with more fields than the header."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such table. Correct config `table`.")
    wanted = [name for name in columns if name]
    try:
        if path.suffix.lower() in _EXCEL:
            frame = pd.read_excel(path, dtype=str, keep_default_na=False)
            malformed = []
        else:
            frame, malformed = _read_text(path, wanted)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError, ValueError) as error:
        message = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        if unclosed := re.search(r"EOF inside string starting at row (\d+)", message):
            message = f"line {int(unclosed[1]) + 1}: a quote that opens here or later is never closed"
        raise InputError(f"{path}: {message}. The table must be UTF-8 text (CSV or TSV, also .gz) or .xlsx.") from error
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        there = ", ".join(map(repr, frame.columns))
        raise InputError(
            f"{path}, line 1: there is no column {missing[0]!r}. The columns are {there}. Name them in config:\n"
            f"columns:\n  id: {columns.id or 'null'}\n  image: {columns.image}\n  text: {columns.text}"
        )
    return frame[list(dict.fromkeys(wanted))].fillna(""), malformed


def _read_text(path: Path, wanted: list[str]) -> tuple[pd.DataFrame, list[tuple[int, str]]]:
    with _open_text(path) as file:
        header = file.readline()
    # The separator is the one that the configured columns stand between.
    names = {mark: set(next(csv.reader([header], delimiter=mark), [])) for mark in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda mark: len(names[mark].intersection(wanted)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", pd.errors.ParserWarning)
        frame = pd.read_csv(
            path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False,
            on_bad_lines="warn",
        )  # fmt: skip
    found = re.findall(r"line (\d+): (expected \d+ fields, saw \d+)", " ".join(str(w.message) for w in caught))
    return frame, [(int(number), message) for number, message in found]


def _open_text(path: Path):
    opener = gzip.open if path.suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")


class _Lines:
    """Where the rows of a table stand in its file; looked up only when somebody has to be told.

    malformed: the records (the header is number 1, empty lines count) that did not become rows.
    """

    def __init__(self, path: Path, malformed: set[int]):
        self._path = path
        self._malformed = malformed

    def of(self, *indices: int) -> str:
        """The lines (Excel: the rows) on which the given rows begin; the header is on line 1."""
        return ", ".join(str(self._rows[i] if i < len(self._rows) else i + 2) for i in indices)

    def of_record(self, number: int) -> int:
        """The line on which a record begins."""
        return self._records[number - 1][0] if number <= len(self._records) else number

    @cached_property
    def _rows(self) -> list[int]:
        records = enumerate(self._records, start=1)
        return [line for number, (line, empty) in records if not empty and number not in self._malformed][1:]

    @cached_property
    def _records(self) -> list[tuple[int, bool]]:
        """(first line, whether it is empty) of each record: quoted fields may hold line ends."""
        if self._path.suffix.lower() in _EXCEL:
            return []
        records, quotes = [], 0
        with _open_text(self._path) as file:
            for line, text in enumerate(file, start=1):
                if quotes % 2 == 0:
                    records.append((line, not text.strip()))
                quotes += text.count('"')
        return records
