"""The lines of ``letters.csv`` by row, without parsing what was parsed before."""

import csv
import hashlib
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.base.kept import Kept
from lettermill.records.csv_files import columns_of, read_fields, read_records
from lettermill.records.current import current
from lettermill.records.schemas import Letter

HEADER = ",".join(columns_of(Letter)).encode() + b"\n"


class Row(NamedTuple):
    """A row with letters. start, end: where its lines are in the content. labels: of its letters, by position; a text
    if each is one character."""

    row_id: str
    start: int
    end: int
    labels: Sequence[str]


@dataclass
class BatchLetters:
    """The letters of a batch.

    folder: written by ``cut_batch``. content: the lines of its ``letters.csv`` without the header; those of a row are
    together and by position. rows: in the order of their lines. folders: sorted names of the folders of the letters.
    methods: method -> letters.
    """

    folder: Path
    content: bytes
    rows: list[Row]
    folders: list[str]
    methods: Counter[str]

    def lines_of(self, row: Row, more: bytes) -> bytes:
        """The lines of ``row``, each with ``more`` before its end."""
        lines, end = self.content[row.start : row.end], b"%b\n" % more
        if lines.count(b"\n") == len(row.labels):
            return lines.replace(b"\n", end)
        records = csv.reader(io.StringIO(lines.decode(), newline=""), strict=True)  # an id contains a line break
        return b"".join(_line(record)[:-1] + end for record in records)


def read_batch(folder: Path, kept: Kept) -> BatchLetters:
    """The letters of a batch.

    kept: what is known of ``letters.csv`` of the same content. Raises CorruptedFileError with file and line when
    ``letters.csv`` is damaged or contains a letter twice.
    """
    path = current(folder, "letters.csv")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise CorruptedFileError(f"{path} is missing. Delete the folder {folder} and run again.") from None
    made: list[bytes] = []  # lines in another order

    def index() -> bytes:
        lines, known = _index(path, content)
        made.append(lines)
        return json.dumps(known, ensure_ascii=True, separators=(",", ":")).encode()

    known = json.loads(kept.get(hashlib.sha256(content).digest(), index, len(content)))
    lines = made[0] if made else content[len(HEADER) :] if known["in_order"] else _index(path, content)[0]
    return BatchLetters(
        folder, lines, [Row(*row) for row in known["rows"]], known["folders"], Counter(known["methods"])
    )


def _index(path: Path, content: bytes) -> tuple[bytes, dict]:
    """(the lines of a batch with those of each row together and by position, what is known of them)."""
    records = list(read_fields(path, Letter))
    if not content.startswith(HEADER):
        raise CorruptedFileError(f"{path} is damaged. Delete the folder {path.parent} and run again.")
    positions = _checked(path, records)
    lines = content[len(HEADER) :].split(b"\n")[:-1]
    lines = [line + b"\n" for line in lines] if len(lines) == len(records) else [_line(record) for record in records]
    in_order = _is_in_order(records, positions)
    if not in_order:
        order = sorted(range(len(records)), key=lambda place: (records[place][2], positions[place]))
        records, lines = ([column[place] for place in order] for column in (records, lines))  # type: ignore[assignment]
        positions = [positions[place] for place in order]
        _check_once(path.parent, records, positions)
    rows, end = [], 0
    for row_id, group in itertools.groupby(zip(records, lines, strict=True), key=lambda each: each[0][2]):
        of_row = list(group)
        start, end = end, end + sum(len(line) for _, line in of_row)
        labels = [record[1] for record, _ in of_row]
        rows.append(Row(row_id, start, end, "".join(labels) if all(len(label) == 1 for label in labels) else labels))
    folders = sorted({record[0].partition("/")[0] for record in records})
    methods = Counter(record[-1] for record in records)
    return b"".join(lines), {"in_order": in_order, "rows": rows, "folders": folders, "methods": methods}


def _checked(path: Path, records: Sequence[Sequence[str]]) -> list[int]:
    """The positions of the letters. Raises CorruptedFileError when a number is none, or a method is missing."""
    columns = list(zip(*records, strict=True)) or [()] * 10
    try:
        for column in columns[3:8]:
            np.array(list(map(int, column)), np.int32)
        for confidence in columns[8]:
            float(confidence or 0)
        if not all(columns[9]):
            raise ValueError("a letter has no method")
    except (ValueError, OverflowError) as error:
        read_records(path, Letter)  # knows the line, unless a number is too large
        raise CorruptedFileError(f"{path}: {error}. Delete the folder {path.parent} and run again.") from error
    return list(map(int, columns[3]))


def _is_in_order(records: Sequence[Sequence[str]], positions: Sequence[int]) -> bool:
    """Whether the letters of each row are together and by position, each once."""
    seen: set[str] = set()
    last_row, last_position = None, 0
    for record, position in zip(records, positions, strict=True):
        row_id = record[2]
        if row_id == last_row:
            if position <= last_position:
                return False
        elif row_id in seen:
            return False
        else:
            seen.add(row_id)
        last_row, last_position = row_id, position
    return True


def _check_once(folder: Path, records: Sequence[Sequence[str]], positions: Sequence[int]) -> None:
    for (one, at), (other, after) in itertools.pairwise(zip(records, positions, strict=True)):
        if one[2] == other[2] and at == after:
            raise twice([folder], one[2], at)


def twice(folders: Sequence[Path], row_id: str, position: int) -> CorruptedFileError:
    """The error for a letter that occurs twice in one or two batches."""
    places, folder = " and ".join(sorted(map(str, folders))), "the folders" if folders[1:] else "the folder"
    return CorruptedFileError(
        f"Letter {position} of row {row_id} occurs twice in letters.csv of {places}. "
        f"Delete {folder} {places} and run again."
    )


def by_row_id(batches: Sequence[BatchLetters]) -> Iterator[tuple[BatchLetters, Row]]:
    """All rows by id (code points). Raises CorruptedFileError when a row is in two batches."""
    rows = [(row.row_id, number, row) for number, batch in enumerate(batches) for row in batch.rows]
    rows.sort(key=lambda each: each[0])
    for (one, first, row), (other, second, _) in itertools.pairwise(rows):
        if one == other:
            position = int(next(csv.reader([batches[first].lines_of(row, b"").decode()]))[3])
            raise twice([batches[first].folder, batches[second].folder], one, position)
    return ((batches[number], row) for _, number, row in rows)


def _line(record: Sequence[str]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(record)
    return file.getvalue().encode()
