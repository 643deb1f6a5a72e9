"""The index of a table: a file with its rows by batch, so that a run need not read an unchanged table again.

Reading 130,000 rows takes a second, a quarter of it for importing pandas, and on a cluster every job makes the plan for
itself. With the index, a job opens one small database and reads the rows of its own batch. The index is optional: if it
is missing or cannot be used, the table is read.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from lettermill.base.alphabet import word
from lettermill.base.digests import digest
from lettermill.base.errors import CorruptedFileError
from lettermill.base.file_names import unlike_stems
from lettermill.base.files import write_bytes
from lettermill.plan.batches import batch_of
from lettermill.plan.rows import RejectedRow, Row
from lettermill.plan.training import sketch_of
from lettermill.plan.validated_table import ValidatedTable
from lettermill.records.schemas import TableNote, TriedCorrection
from lettermill.workflow.code import code_of

INDEX = Path(".snakemake/lettermill/table.sqlite")
"""Where the index is kept, in the working directory."""

MIN_AGE = 2.0
"""A table is indexed if its last change is at least so many seconds ago. Two changes within one tick of the file
system's clock have the same time stamp (see "racy git" in git's documentation)."""

_SCHEMA = """
CREATE TABLE about (
    key TEXT, size INTEGER, count INTEGER, rejected TEXT, notes TEXT, tried_corrections TEXT, stems TEXT,
    sketch TEXT, lengths TEXT
);
CREATE TABLE batch (name TEXT PRIMARY KEY, rows INTEGER, local INTEGER, sources TEXT, patterns TEXT, content TEXT);
"""


class IndexedBatch(NamedTuple):
    """A batch without its rows.

    local: whether some of its images are files. sources, patterns: digests of what ``download`` and ``match`` need to
    know about its rows, see ``digest``. The digest of sources is used only if no image is a file.
    """

    name: str
    rows: int
    local: bool
    sources: str
    patterns: str


class TableIndex:
    """A table by batches.

    size: number of rows of the table. count: number of batches that rows are hashed to, None if every row is its own
    batch. stems: row id -> name of its files, see ``unlike_stems``. batches: those that have rows, by name, sorted.
    """

    def __init__(self, connection: sqlite3.Connection):
        self._connection = connection
        size, count, stems = connection.execute("SELECT size, count, stems FROM about").fetchone()
        self.size: int = size
        self.count: int | None = count
        self.stems: dict[str, str] = json.loads(stems)
        found = connection.execute("SELECT name, rows, local, sources, patterns FROM batch ORDER BY name")
        self.batches = {name: IndexedBatch(name, rows, bool(local), *digests) for name, rows, local, *digests in found}

    def rows(self, batch: str) -> list[Row]:
        """The rows of one of ``batches``, by their ids. Raises CorruptedFileError when they cannot be read."""
        try:
            found = self._connection.execute("SELECT content FROM batch WHERE name = ?", (batch,)).fetchone()
            return [Row(*row) for row in json.loads(found[0])]
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise CorruptedFileError(
                f"{INDEX}, the index of the table, is damaged: {error}. Delete it and run again."
            ) from error

    @property
    def rejected(self) -> list[RejectedRow]:
        """The rows that are in no batch."""
        found = self._connection.execute("SELECT rejected FROM about").fetchone()
        return [RejectedRow(*row) for row in json.loads(found[0])]

    @property
    def notes(self) -> list[TableNote]:
        """The repairs of the table, and assumptions about it."""
        found = self._connection.execute("SELECT notes FROM about").fetchone()
        return [TableNote(*note) for note in json.loads(found[0])]

    @property
    def sketch(self) -> list[str]:
        """A sample of the rows, see ``training.TableSketch``."""
        found = self._connection.execute("SELECT sketch FROM about").fetchone()
        return [str(name) for name in json.loads(found[0])]

    @property
    def order(self) -> str:
        """A digest of ``lengths``."""
        found = self._connection.execute("SELECT lengths FROM about").fetchone()
        return digest([found])

    @property
    def lengths(self) -> list[tuple[str, int]]:
        """(row id, number of letters) of all rows of batches, in the order of the table."""
        found = self._connection.execute("SELECT lengths FROM about").fetchone()
        return [(row_id, letters) for row_id, letters in json.loads(found[0])]

    @property
    def tried_corrections(self) -> list[TriedCorrection]:
        """The outcomes of the corrections of rows."""
        found = self._connection.execute("SELECT tried_corrections FROM about").fetchone()
        return [TriedCorrection(*line) for line in json.loads(found[0])]


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
    lengths = [(row.row_id, len(word(row.pattern))) for row in table.rows.values()]
    of_rows = sketch_of(table.rows.values()), lengths
    lists = [json.dumps(rows) for rows in (sorted(table.rejected), table.notes, table.corrections, stems, *of_rows)]
    connection.execute("INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (key, table.size, count, *lists))
    for name, rows in batches.items():
        rows.sort()
        local = any(not row.is_url for row in rows)
        sources = digest((row.row_id, row.image, "") for row in rows)
        patterns = digest((row.row_id, row.pattern) for row in rows)
        values = (name, len(rows), local, sources, patterns, json.dumps(rows))
        connection.execute("INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?)", values)
    connection.commit()
