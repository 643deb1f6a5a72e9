"""The dataset: the letters of all batches in one folder for each letter, and an account of every row."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer
from lettermill.base.split import Split
from lettermill.dataset.account import Account
from lettermill.dataset.merge import merged_letters
from lettermill.dataset.sync import sync_letters
from lettermill.records.csv_files import columns_of, read_records, write_records
from lettermill.records.schemas import Delivered, Letter, Rejected

_LABEL, _ROW, _METHOD = (columns_of(Letter).index(name) for name in ("label", "row_id", "method"))


def rejected_by_table(unusable: Iterable[tuple[str, str, str]]) -> list[Rejected]:
    """The rows that no batch has got, given as (row id, reason, detail); see ``plan.rows.RejectedRow``."""
    return [Rejected(row_id, None, "", "table", reason, None, detail) for row_id, reason, detail in unusable]


def assemble(batches: Mapping[Path, int], unusable: Sequence[Rejected], split: Split, output: Path) -> Account:
    """Write ``metadata.csv`` and ``rejected.csv`` into the folder ``output`` and bring its letter folders up to date.

    batches: folder that ``cut_batch`` has written -> rows that the batch has. unusable: the rows that no batch has got.
    Raises CorruptedFileError when not every one of a batch's rows is delivered or rejected.
    Everything is in the order of row id and position, whatever the order of the batches.
    """
    account = Account()
    rejected = list(unusable)
    rows: Counter[Path] = Counter()
    letters: Counter[Path] = Counter()
    for batch in batches:
        found = read_records(batch / "rejected.csv", Rejected)
        rows[batch] = sum(row.position is None for row in found)
        rejected += found
    rejected.sort(key=lambda row: (row.row_id, -1 if row.position is None else row.position, row.stage, row.detail))
    account.add_rejected(rejected)
    with atomic_writer(output / "metadata.csv", text=True) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns_of(Delivered))
        row_id, part = None, ""
        for batch, fields in merged_letters(batches):
            if fields[_ROW] != row_id:
                row_id = fields[_ROW]
                part = split.part_of(row_id)
                account.delivered_rows += 1
                rows[batch] += 1
            account.add_letter(fields[_LABEL], part, fields[_METHOD])
            letters[batch] += 1
            writer.writerow([*fields, part])
        for batch, expected in batches.items():
            if rows[batch] != expected:
                raise CorruptedFileError(
                    f"{batch}: {expected} rows went in and {rows[batch]} came out. Delete {batch} and run again."
                )
        sync_letters({batch: letters[batch] for batch in batches}, sorted(account.letters), output)
        write_records(output / "rejected.csv", Rejected, rejected)
    return account
