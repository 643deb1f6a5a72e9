"""The plan of a run: the batches and their rows, and what each stage needs to know about them."""

import gc
import os
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from lettermill.base.alphabet import Alphabet
from lettermill.base.digests import digest
from lettermill.base.errors import InputError
from lettermill.base.file_names import file_stem
from lettermill.corrections.correction import Correction
from lettermill.plan.batches import batch_count, batch_of
from lettermill.plan.config import check_config, find_path
from lettermill.plan.correction_plan import CorrectionPlan, confirmed_rows
from lettermill.plan.image_files import MISSING, stamps
from lettermill.plan.image_versions import VERSIONS, read_versions
from lettermill.plan.index import INDEX, TableIndex, build_index, open_index, parsed, table_key
from lettermill.plan.training import TableSketch, table_then, tried_then, why_again
from lettermill.plan.validated_table import read_validated_table
from lettermill.records.csv_files import csv_of
from lettermill.records.schemas import (
    ConfirmedRow,
    CorrectionOutcome,
    ImageSource,
    PlannedBatch,
    RejectedRow,
    TableRow,
    Transcription,
)
from lettermill.table.layout import Columns

INDEXED = ("encoding", "sheet", "columns", "alphabet", "unreadable", "batches")
"""The settings that the index of a table depends on."""


class Workplan:
    """The plan of a run: the checked config, the rows of the table in batches, and the corrections of each batch.

    config: the merged config. files: the config files, later ones winning. schema_file: the schema of the config.
    Raises InputError when the config is not valid. The table is read when the first batch is needed; InputError is
    raised then if it cannot be read.
    """

    def __init__(self, config: dict, files: list[Path], schema_file: Path):
        check_config(config, schema_file, files)
        self._files = files
        self.table_path = find_path(config["table"], "table", files, folder=False)
        self.images = self.table_path.parent
        if config["images"]:
            self.images = find_path(config["images"], "images", files, folder=True)
        self._config = config
        corrections = config["corrections"]
        self.corrections_path = find_path(corrections, "corrections", files, folder=False) if corrections else None

    @cached_property
    def _corrections(self) -> CorrectionPlan:
        return CorrectionPlan.read(self.corrections_path, Alphabet(self._config["alphabet"]))

    @cached_property
    def _index(self) -> TableIndex:
        settings = {name: self._config[name] for name in INDEXED}
        key = table_key(self.table_path, [settings, self._corrections.of_rows])
        return open_index(INDEX, key) or self._build_index(key)

    def _build_index(self, key: str) -> TableIndex:
        changed = os.stat(self.table_path).st_ctime
        columns, alphabet = Columns(**self._config["columns"]), Alphabet(self._config["alphabet"])
        gc.disable()  # it would scan a million rows again and again and free nothing
        try:
            unreadable, encoding, sheet = (self._config[name] for name in ("unreadable", "encoding", "sheet"))
            corrections = self._corrections.of_rows
            table = read_validated_table(self.table_path, columns, alphabet, unreadable, encoding, corrections, sheet)
            return build_index(INDEX, key, table, batch_count(self._config["batches"], table.size), changed)
        finally:
            gc.enable()

    @property
    def batches(self) -> list[str]:
        """The names of the batches that have rows, in a fixed order."""
        return list(self._index.batches)

    @property
    def size(self) -> int:
        """Number of rows of the table."""
        return self._index.size

    def table_sketch(self) -> TableSketch:
        """What the recogniser is trained on, for comparison with the table as it is later."""
        return TableSketch(self._rows, self._content(), self._index.sketch, self._missing())

    def why_train_again(self, trained_with: Path, learning: Path) -> str:
        """Why a recogniser must be trained again although its settings and its code are the same; empty if it need not.

        trained_with, learning: files that ``learn`` wrote with it.
        """
        then, tried = table_then(trained_with), tried_then(learning)
        if then is None or tried is None:
            return "It is not known what the recogniser was trained on"
        most = self._config["align"]["examples"]
        return why_again(then, self._rows, self._index.sketch, self._content, self._missing, tried, most)

    @property
    def _rows(self) -> int:
        return sum(batch.rows for batch in self._index.batches.values())

    def _missing(self) -> int:
        """Number of image files that are not there."""
        batches = [batch for batch in self.batches if self._batch(batch).files]
        return sum(row.stamp == MISSING for batch in batches for row in self.sources(batch))

    def _content(self) -> str:
        return digest((self.image_table(batch), self.transcription_table(batch)) for batch in self.batches)

    @property
    def lengths(self) -> list[TableRow]:
        """The rows of all batches, in the order of the table."""
        return parsed(self._index.whole("row_order"), TableRow)

    @property
    def rejected_rows(self) -> list[RejectedRow]:
        """The rows that are in no batch."""
        return parsed(self._index.whole("rejected"), RejectedRow)

    def batch_of(self, name: str) -> str:
        """The batch of the row whose files are named ``name``, see ``file_stem``, or whose id is ``name``.

        Raises InputError when the table has no such row, or the row is rejected.
        """
        return self._find(name)[0]

    def row_of(self, name: str) -> str:
        """The id of that row."""
        return self._find(name)[1]

    def _find(self, name: str) -> tuple[str, str]:
        """(batch, row id) of that row."""
        ids = dict.fromkeys((name, unquote(name)))
        likely = {batch_of(row_id, self._index.count, self._index.stems) for row_id in ids}
        # The batch of a shortened id cannot be computed from what is left of the id.
        others = (batch for batch in self._index.batches if "~" in name and batch not in likely)
        found: list[tuple[str, str]] = []
        for batch in chain(likely.intersection(self._index.batches), others):
            for row in self._index.rows(batch):
                if file_stem(row.row_id, self._index.stems) == name:
                    return batch, row.row_id
                if row.row_id == name:
                    found = [(batch, name)]
        if found:
            return found[0]
        why = next((row.reason for row in self.rejected_rows if row.row_id in ids), "there is no such row")
        raise InputError(
            f"{self.table_path}: no debug picture of row {name}: {why}. Name a row that the table stage keeps."
        )

    def find_path(self, key: str, value: str, folder: bool = False) -> Path:
        """The file or folder that the config names by ``key``, see ``config.find_path``."""
        return find_path(value, key, self._files, folder)

    def rows_in(self, batch: str) -> int:
        """Number of rows of a batch."""
        return self._batch(batch).rows

    def sources(self, batch: str) -> list[ImageSource]:
        """Where the images of a batch are."""
        rows = self._index.rows(self._batch(batch).batch)
        if not self._batch(batch).files and batch not in self._changed:
            return rows
        files = stamps(batch, rows, self.images, self._versions)
        return [row._replace(stamp=files.get(row.row_id) or self._versions.get(row.row_id, "")) for row in rows]

    def image_table(self, batch: str) -> str:
        """The same as a table."""
        if self._batch(batch).files or batch in self._changed:  # their stamps may have changed
            return csv_of(ImageSource, self.sources(batch))
        return self._index.images(batch)

    @property
    def stems(self) -> dict[str, str]:
        """Row id -> name of its files, of rows whose names would collide with others; see ``unlike_stems``."""
        return self._index.stems

    def patterns(self, batch: str) -> list[Transcription]:
        """The transcriptions of a batch."""
        return parsed(self.transcription_table(batch), Transcription)

    def transcription_table(self, batch: str) -> str:
        """The same as a table."""
        return self._index.transcriptions(self._batch(batch).batch)

    def corrections(self, batch: str) -> list[Correction]:
        """The corrections of letters of a batch."""
        return self._corrections.of_batch(batch, self._index)

    @cached_property
    def correction_outcomes(self) -> list[CorrectionOutcome]:
        """The lines of the table of corrections, with outcomes as far as the plan knows them. Those that ``cut``
        applies have none yet."""
        return self._corrections.outcomes(self._index, self.rejected_rows)

    def whole_tables(self) -> Iterator[tuple[str, str]]:
        """(name, content) of the tables that are about all rows."""
        yield "batches", csv_of(PlannedBatch, self._index.batches.values())
        yield "rejected", self._index.whole("rejected")
        yield "notes", self._index.whole("notes")
        yield "order", self._index.whole("row_order")
        yield "corrections", csv_of(CorrectionOutcome, self.correction_outcomes)
        yield "confirmed", csv_of(ConfirmedRow, confirmed_rows(self._index))

    @cached_property
    def _versions(self) -> dict[str, str]:
        return read_versions(VERSIONS)

    @cached_property
    def _changed(self) -> set[str]:
        return {batch_of(row_id, self._index.count, self._index.stems) for row_id in self._versions}

    def _batch(self, name: str) -> PlannedBatch:
        if name not in self._index.batches:
            example = next(iter(self._index.batches), "")
            names = f"use a name like {example}" if example else "there is none, because no row of the table is usable"
            raise InputError(f"There is no batch {name}. With `batches: {self._config['batches']}`, {names}.")
        return self._index.batches[name]
