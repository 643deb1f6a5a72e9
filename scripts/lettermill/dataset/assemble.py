"""Assemble the dataset: the letters of all batches in one folder per class, and an account of every row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.split import Split
from lettermill.dataset.account import Account
from lettermill.dataset.letter_table import folders_of, read_letters, write_metadata
from lettermill.dataset.sync import remove_parts, sync_letters
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Rejected


def rejected_by_table(rejected_rows: Iterable[tuple[str, str, str]]) -> list[Rejected]:
    """Records of the rows that are in no batch: (row id, reason, detail), see ``plan.rows.RejectedRow``."""
    return [Rejected(row_id, None, "", "table", reason, None, detail) for row_id, reason, detail in rejected_rows]


def assemble(batches: Mapping[Path, int], rejected_rows: Sequence[Rejected], split: Split, output: Path) -> Account:
    """Write ``metadata.csv`` and ``rejected.csv`` into the folder ``output``, and update its class folders.

    batches: folder written by ``cut_batch`` -> number of rows of the batch. rejected_rows: rows that are in no batch.
    Raises CorruptedFileError when a table of a batch is damaged, or a row is neither delivered nor rejected.
    The tables are sorted by row id and position.
    """
    remove_parts(output)
    letters = read_letters(list(batches), split)
    rows = Counter(letters.drop_duplicates("row_id")["batch"])
    account = Account(delivered_rows=rows.total())
    account.add_letters(letters)
    rejected = list(rejected_rows)
    for batch, expected in batches.items():
        of_batch = read_records(batch / "rejected.csv", Rejected)
        found = rows[batch] + sum(row.position is None for row in of_batch)
        if found != expected:
            raise CorruptedFileError(f"{batch}: expected {expected} rows, found {found}. Delete {batch} and run again.")
        rejected += of_batch
    rejected.sort(key=lambda row: (row.row_id, -1 if row.position is None else row.position, row.stage, row.detail))
    account.add_rejected(rejected)
    counts = Counter(letters["batch"])
    sync_letters({batch: counts[batch] for batch in batches}, folders_of(letters), output)
    write_records(output / "rejected.csv", Rejected, rejected)
    write_metadata(letters, output / "metadata.csv")
    return account
