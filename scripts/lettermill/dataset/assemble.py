"""Assemble the dataset: the letters of all batches in one folder per class, and an account of every row."""

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import write_bytes
from lettermill.base.kept import Kept
from lettermill.base.split import Split
from lettermill.dataset.account import Account
from lettermill.dataset.sync import remove_parts, sync_letters
from lettermill.dataset.withheld_tables import withheld_files
from lettermill.records.csv_files import columns_of, read_records, write_records
from lettermill.records.current import current
from lettermill.records.row_lines import BatchLetters, by_row_id, read_batch
from lettermill.records.schemas import Delivered, Rejected, RejectedRow


def rejected_by_table(rejected_rows: Iterable[RejectedRow]) -> list[Rejected]:
    """Records of the rows that are in no batch."""
    return [Rejected(row_id, None, "", "table", reason, None, detail) for row_id, reason, detail in rejected_rows]


def assemble(
    batches: Mapping[Path, int],
    rejected_rows: Sequence[Rejected],
    split: Split,
    output: Path,
    kept: Kept | None = None,
    left: Path | None = None,
) -> Account:
    """Write ``metadata.csv`` and ``rejected.csv`` into the folder ``output``, and update its class folders.

    batches: folder written by ``cut_batch`` -> number of rows of the batch. rejected_rows: rows that are in no batch.
    kept: what is known of batches that have not changed. left: see ``sync_letters``.
    Raises CorruptedFileError when a table of a batch is damaged, or a row is neither delivered nor rejected.
    The tables are sorted by row id and position.
    """
    remove_parts(output)
    letters = [read_batch(batch, kept or Kept()) for batch in batches]
    account = Account()
    account.add_letters(letters)
    metadata = _metadata(letters, split, account)
    rejected = list(rejected_rows)
    for of_batch, (batch, expected) in zip(letters, batches.items(), strict=True):
        lost = read_records(current(batch, "rejected.csv"), Rejected)
        found = len(of_batch.rows) + sum(row.position is None for row in lost)
        if found != expected:
            raise CorruptedFileError(f"{batch}: expected {expected} rows, found {found}. Delete {batch} and run again.")
        rejected += lost
    rejected.sort(key=lambda row: (row.row_id, -1 if row.position is None else row.position, row.stage, row.detail))
    account.add_rejected(rejected)
    counts = {each.folder: sum(len(row.labels) for row in each.rows) for each in letters}
    names = sorted({name for each in letters for name in each.folders})
    withheld = {file for batch in batches for file in withheld_files(batch)}
    if withheld:
        sync_letters(counts, names, output, lambda file: file not in withheld)
    else:
        sync_letters(counts, names, output, left=left)
    write_records(output / "rejected.csv", Rejected, rejected)
    write_bytes(output / "metadata.csv", metadata)
    return account


def _metadata(letters: Sequence[BatchLetters], split: Split, account: Account) -> bytes:
    """The content of ``metadata.csv``: ``Delivered`` records. The letters of each part of the split are added to
    ``account``."""
    content = io.BytesIO()
    content.write(",".join(columns_of(Delivered)).encode() + b"\n")
    for batch, row in by_row_id(letters):
        part = split.part_of(row.row_id)
        account.parts[part] += len(row.labels)
        content.write(batch.lines_of(row, b"," + part.encode()))
    return content.getvalue()
