"""The index of a table: a file with its rows by batch, so that a run need not read an unchanged table again.

Reading 130,000 rows takes a second, a quarter of it for importing pandas. The index has the files of the plan, see
``plan_files``, as text. It is optional: if it is missing or cannot be used, the table is read.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from lettermill.base.alphabet import word
from lettermill.base.errors import CorruptedFileError
from lettermill.base.file_names import unlike_stems
from lettermill.base.files import write_bytes
from lettermill.plan.batches import batch_of
from lettermill.plan.rows import Row
from lettermill.plan.training import sketch_of
from lettermill.plan.validated_table import ValidatedTable
from lettermill.records.csv_files import csv_of, records_of
from lettermill.records.schemas import (
    ImageSource,
    PlannedBatch,
    RejectedRow,
    TableNote,
    TableRow,
    Transcription,
    TriedCorrection,
)
from lettermill.workflow.code import code_of

INDEX = Path(".snakemake/lettermill/table.sqlite")
"""Where the index is kept, in the working directory."""

MIN_AGE = 2.0
"""A table is indexed if its last change is at least so many seconds ago. Two changes within one tick of the file
system's clock have the same time stamp (see "racy git" in git's documentation)."""

R = TypeVar("R", bound=NamedTuple)
"""A record."""

_SCHEMA = """
CREATE TABLE about (
    key TEXT, size INTEGER, count INTEGER, rejected TEXT, notes TEXT, row_order TEXT, tried_corrections TEXT,
    stems TEXT, sketch TEXT
);
CREATE TABLE batch (name TEXT PRIMARY KEY, rows INTEGER, files INTEGER, images TEXT, transcriptions TEXT);
"""

Whole = Literal["rejected", "notes", "row_order"]
"""Tables that are about the whole table."""


class TableIndex:
    """A table by batches.

    size: number of rows of the table. count: number of batches that rows are hashed to, None if every row is its own
    batch. stems: row id -> name of its files, see ``unlike_stems``. batches: those that have rows, by name, sorted.
    The methods raise CorruptedFileError when the index cannot be read.
    """

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection
        size, count, stems = connection.execute("SELECT size, count, stems FROM about").fetchone()
        self.size: int = size
        self.count: int | None = count
        self.stems: dict[str, str] = json.loads(stems)
        found = connection.execute("SELECT name, rows, files FROM batch ORDER BY name")
        self.batches = {batch.batch: batch for batch in map(PlannedBatch._make, found)}

    def images(self, batch: str) -> str:
        """The table of ``ImageSource`` of one of ``batches``, by row id, without stamps of files."""
        return self._text("SELECT images FROM batch WHERE name = ?", batch)

    def transcriptions(self, batch: str) -> str:
        """The table of ``Transcription`` of one of ``batches``, by row id."""
        return self._text("SELECT transcriptions FROM batch WHERE name = ?", batch)

    def whole(self, name: Whole) -> str:
        """The table of ``RejectedRow``, of ``TableNote`` or of ``TableRow``."""
        return self._text(f"SELECT {name} FROM about")

    def _text(self, query: str, *values: str) -> str:
        try:
            return str(self._connection.execute(query, values).fetchone()[0])
        except (sqlite3.Error, TypeError) as error:
            raise _damaged(error) from error

    def rows(self, batch: str) -> list[ImageSource]:
        """The rows of one of ``batches``, by their ids, without stamps of files."""
        return parsed(self.images(batch), ImageSource)

    @property
    def sketch(self) -> list[str]:
        """A sample of the rows, see ``training.TableSketch``."""
        found = self._connection.execute("SELECT sketch FROM about").fetchone()
        return [str(name) for name in json.loads(found[0])]

    @property
    def tried_corrections(self) -> list[TriedCorrection]:
        """The outcomes of the corrections of rows."""
        found = self._connection.execute("SELECT tried_corrections FROM about").fetchone()
        return [TriedCorrection(*line) for line in json.loads(found[0])]


def parsed(text: str, schema: type[R]) -> list[R]:
    """The records of a table of the index."""
    try:
        return records_of(text.encode(), schema, INDEX)
    except CorruptedFileError as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> CorruptedFileError:
    return CorruptedFileError(f"{INDEX}, the index of the table, is damaged: {error}. Delete it and run again.")


def table_key(table: Path, settings: object) -> str:
    """What an index depends on: which file the table is and when it changed, the settings, and the code that reads it.

    Raises OSError when the file does not exist.
    """
    status = os.stat(table)
    stamp = (os.path.abspath(table), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return hashlib.sha256(repr((stamp, settings, code_of(__name__))).encode()).hexdigest()


def open_index(path: Path, key: str) -> TableIndex | None:
    """The index in the file ``path``, if it has this ``key``."""
    with contextlib.suppress(sqlite3.Error, OSError, TypeError, ValueError):
        # Immutable: the file is only ever replaced as a whole, so network file systems need no locks.
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        if connection.execute("SELECT key FROM about").fetchone() == (key,):
            return TableIndex(connection)
    return None


def build_index(path: Path, key: str, table: ValidatedTable, count: int | None, changed: float) -> TableIndex:
    """Index ``table`` in the file ``path``, or in memory if the file cannot be written.

    count: see ``batch_count``. changed: time of the table's last change (seconds since the epoch). A table that has
    just changed is indexed in memory only.
    """
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _fill(connection, key, table, count)
    if time.time() - changed > MIN_AGE:
        with contextlib.suppress(sqlite3.Error, OSError):
            write_bytes(path, connection.serialize())
    return TableIndex(connection)


def _fill(connection: sqlite3.Connection, key: str, table: ValidatedTable, count: int | None) -> None:
    stems = unlike_stems(table.rows)
    batches: dict[str, list[Row]] = {}
    for row in table.rows.values():
        batches.setdefault(batch_of(row.row_id, count, stems), []).append(row)
    connection.executescript(_SCHEMA)
    rejected, notes = csv_of(RejectedRow, sorted(table.rejected)), csv_of(TableNote, table.notes)
    order = csv_of(TableRow, (TableRow(row.row_id, len(word(row.pattern))) for row in table.rows.values()))
    lists = [json.dumps(rows) for rows in (table.corrections, stems, sketch_of(table.rows.values()))]
    values = (key, table.size, count, rejected, notes, order, *lists)
    connection.execute("INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    for name, rows in batches.items():
        rows.sort()
        files = sum(not row.is_url for row in rows)
        images = (ImageSource(row.row_id, row.image, "", stems.get(row.row_id, "")) for row in rows)
        words = (Transcription(row.row_id, row.pattern) for row in rows)
        tables = csv_of(ImageSource, images), csv_of(Transcription, words)
        connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?)", (name, len(rows), files, *tables))
    connection.commit()
