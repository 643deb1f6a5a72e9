"""The plan of a run: which rows make up which batch, and what each stage must know of them."""

import hashlib
import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from lettermill.errors import InputError
from lettermill.plan.batches import batch_count, batch_of
from lettermill.plan.config import check_config, resolve
from lettermill.plan.table import Columns, Row, Table, read_table
from lettermill.plan.text import Alphabet


class Rows(list):
    """Rows as a job's parameter: the job gets the list, the engine's records and messages a digest of it.

    The engine compares and prints parameters by their ``repr``; thousands of rows have no place there.
    """

    def __init__(self, rows: Iterable[tuple[str, ...]]):
        super().__init__(sorted(tuple(row) for row in rows))

    def __repr__(self) -> str:
        digest = hashlib.sha256(repr(list(self)).encode()).hexdigest()[:12]
        return f"'{len(self)} rows {digest}'"

    def __reduce__(self) -> tuple:
        return list, (list(self),)


class Workplan:
    """The rows of the table in their batches.

    config: the merged config. files: where it comes from, later ones winning. schema_file: what it must be like.
    Raises InputError when config or table are wrong.
    """

    def __init__(self, config: dict, files: list[Path], schema_file: Path):
        check_config(config, schema_file, files)
        self.table_path = resolve(config["table"], "table", files, folder=False)
        self.images = self.table_path.parent
        if config["images"]:
            self.images = resolve(config["images"], "images", files, folder=True)
        self._columns = Columns(**config["columns"])
        self._config = config

    @cached_property
    def _table(self) -> Table:
        alphabet = Alphabet(self._config["alphabet"])
        return read_table(self.table_path, self._columns, alphabet, self._config["unreadable"])

    @cached_property
    def _count(self) -> int | None:
        return batch_count(self._config["batches"], self._table.size)

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        batches: dict[str, list[Row]] = {}
        for row in self._table.rows.values():
            batches.setdefault(batch_of(row.row_id, self._count), []).append(row)
        return batches

    @property
    def batches(self) -> list[str]:
        """The names of the batches that have rows, in a fixed order."""
        return sorted(self._rows)

    @property
    def size(self) -> int:
        """Number of rows of the table."""
        return self._table.size

    @property
    def unusable(self) -> Rows:
        """(row id, reason, detail) of the rows that no batch has got; see ``table.Unusable``."""
        return Rows(self._table.unusable)

    def batch_of(self, row_id: str) -> str:
        """The batch of a row; raises InputError when the table has no such row that can be worked on."""
        if row_id in self._table.rows:
            return batch_of(row_id, self._count)
        why = next((row.reason for row in self._table.unusable if row.row_id == row_id), "there is no such row")
        raise InputError(f"{self.table_path}: no picture of row {row_id}: {why}.")

    def sources(self, batch: str) -> Rows:
        """(row id, image, stamp) of the rows of a batch; see ``stages.download.Source``."""
        return Rows((row.row_id, row.image, "" if row.is_url else self._stamp(row.image)) for row in self._batch(batch))

    def images_of(self, batch: str) -> str:
        """The folder of the images of a batch; empty when all of them are fetched."""
        return "" if all(row.is_url for row in self._batch(batch)) else str(self.images)

    def patterns(self, batch: str) -> Rows:
        """(row id, pattern) of the rows of a batch; see ``Alphabet.pattern``."""
        return Rows((row.row_id, row.pattern) for row in self._batch(batch))

    def _batch(self, name: str) -> list[Row]:
        if name not in self._rows:
            example = next(iter(self._rows), "none: the table has no row that can be worked on")
            setting = self._config["batches"]
            raise InputError(f"There is no batch {name}. With config `batches: {setting}` they are like {example}.")
        return self._rows[name]

    def _stamp(self, image: str) -> str:
        try:
            status = os.stat(f"{self.images}/{image}")
        except (OSError, ValueError):
            return "missing"
        return f"{status.st_size} bytes {status.st_mtime_ns}"
