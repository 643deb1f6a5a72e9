"""The plan of a run: the batches and their rows, and what each stage needs to know about them."""

import gc
import os
from functools import cached_property
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from lettermill.base.alphabet import Alphabet
from lettermill.base.digests import digest
from lettermill.base.errors import InputError
from lettermill.base.file_names import file_stem
from lettermill.plan.batches import batch_count, batch_of
from lettermill.plan.config import check_config, find_path
from lettermill.plan.correction_plan import CorrectionPlan, confirmed_rows
from lettermill.plan.image_files import MISSING, stamps
from lettermill.plan.image_versions import VERSIONS, read_versions
from lettermill.plan.index import INDEX, IndexedBatch, TableIndex, build_index, open_index, table_key
from lettermill.plan.training import TableSketch, table_then, tried_then, why_again
from lettermill.plan.validated_table import read_validated_table
from lettermill.table.layout import Columns
from lettermill.workflow.parameters import Rows

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
        batches = [batch for batch in self.batches if self._batch(batch).local]
        return sum(stamp == MISSING for batch in batches for _, _, stamp in self.sources(batch))

    def _content(self) -> str:
        return digest((repr(self.sources(batch)), repr(self.patterns(batch))) for batch in self.batches)

    @property
    def lengths(self) -> Rows:
        """(row id, number of letters) of the rows of all batches, in the order of the table."""
        index = self._index
        return Rows(self._rows, index.order, lambda: ((row_id, str(count)) for row_id, count in index.lengths))

    @property
    def rejected_rows(self) -> Rows:
        """(row id, reason, detail) of the rows that are in no batch; see ``rows.RejectedRow``."""
        return Rows.of(self._index.rejected)

    @property
    def notes(self) -> Rows:
        """(line, note) of the repairs of the table and the assumptions about it."""
        return Rows.of(self._index.notes)

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
        why = next((row.reason for row in self._index.rejected if row.row_id in ids), "there is no such row")
        raise InputError(
            f"{self.table_path}: no debug picture of row {name}: {why}. Name a row that the table stage keeps."
        )

    def find_path(self, key: str, value: str, folder: bool = False) -> Path:
        """The file or folder that the config names by ``key``, see ``config.find_path``."""
        return find_path(value, key, self._files, folder)

    def rows_in(self, batch: str) -> int:
        """Number of rows of a batch."""
        return self._batch(batch).rows

    def sources(self, batch: str) -> Rows:
        """(row id, image, stamp) of the rows of a batch; see ``stages.download.ImageSource``."""
        found = self._batch(batch)
        if found.local or batch in self._changed:
            return Rows.of(self._sources(batch))  # their stamps may have changed
        return Rows(found.rows, found.sources, lambda: self._sources(batch))

    @property
    def stems(self) -> dict[str, str]:
        """Row id -> name of its files, of rows whose names would collide with others; see ``unlike_stems``."""
        return self._index.stems

    def stems_in(self, batch: str) -> dict[str, str]:
        """The same of a batch."""
        stems = self._index.stems
        return (
            {row.row_id: stems[row.row_id] for row in self._index.rows(batch) if row.row_id in stems} if stems else {}
        )

    def images_of(self, batch: str) -> str:
        """The folder of the images of a batch; empty if all of them are URLs."""
        return str(self.images) if self._batch(batch).local else ""

    def patterns(self, batch: str) -> Rows:
        """(row id, pattern) of the rows of a batch; see ``Alphabet.pattern``."""
        found = self._batch(batch)
        return Rows(found.rows, found.patterns, lambda: [(row.row_id, row.pattern) for row in self._index.rows(batch)])

    def corrections(self, batch: str) -> Rows:
        """The corrections of letters of a batch; see ``Correction``."""
        return Rows.of(self._corrections.of_batch(batch, self._index))

    @property
    def letter_corrections(self) -> Rows:
        """The same of all batches."""
        return Rows.of(chain.from_iterable(self._corrections.of_batch(batch, self._index) for batch in self.batches))

    @property
    def confirmed_rows(self) -> Rows:
        """(row id,) of the rows whose transcription is corrected or confirmed."""
        return Rows.of(confirmed_rows(self._index))

    @cached_property
    def correction_outcomes(self) -> Rows:
        """The lines of the table of corrections, with outcomes as far as the plan knows them. Those that ``cut``
        applies have none yet. See ``CorrectionOutcome``."""
        return Rows.of(self._corrections.outcomes(self._index))

    @cached_property
    def _versions(self) -> dict[str, str]:
        return read_versions(VERSIONS)

    @cached_property
    def _changed(self) -> set[str]:
        return {batch_of(row_id, self._index.count, self._index.stems) for row_id in self._versions}

    def _batch(self, name: str) -> IndexedBatch:
        if name not in self._index.batches:
            example = next(iter(self._index.batches), "")
            names = f"use a name like {example}" if example else "there is none, because no row of the table is usable"
            raise InputError(f"There is no batch {name}. With `batches: {self._config['batches']}`, {names}.")
        return self._index.batches[name]

    def _sources(self, batch: str) -> list[tuple[str, str, str]]:
        rows = self._index.rows(batch)
        files = stamps(batch, rows, self.images, self._versions)
        return [(row.row_id, row.image, files.get(row.row_id) or self._versions.get(row.row_id, "")) for row in rows]
