"""The dataset: the letters of all batches in one folder for each letter, and an account of every row."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lettermill.dataset.split import Split
from lettermill.dataset.sync import sync_files
from lettermill.errors import CorruptedFileError
from lettermill.records import Delivered, Letter, Rejected, read_records, write_records


def assemble(batches: Iterable[Path], unusable: Sequence[Rejected], rows: int, split: Split, output: Path) -> None:
    """Write ``metadata.csv`` and ``rejected.csv`` into the folder ``output`` and bring its letter folders up to date.

    batches: the folders that ``cut_batch`` has written. unusable: the rows that no batch has got. rows: how many
    rows the table has. Raises CorruptedFileError when not every one of them is delivered or rejected.
    Everything is in the order of row id and position, whatever the order of the batches.
    """
    delivered: list[Delivered] = []
    rejected = list(unusable)
    sources: dict[str, Path] = {}
    for batch in batches:
        for letter in read_records(batch / "letters.csv", Letter):
            sources[letter.file_name] = batch / letter.file_name
            delivered.append(Delivered(*letter, split.part_of(letter.row_id)))
        rejected += read_records(batch / "rejected.csv", Rejected)
    delivered.sort(key=lambda letter: (letter.row_id, letter.position))
    rejected.sort(key=lambda row: (row.row_id, -1 if row.position is None else row.position, row.stage, row.detail))
    accounted = len({letter.row_id for letter in delivered}) + sum(row.position is None for row in rejected)
    if accounted != rows:
        raise CorruptedFileError(
            f"{rows} rows went in and {accounted} came out: a file of an earlier stage is not whole. "
            "Make them anew: snakemake -F."
        )
    sync_files(sources, output)
    write_records(output / "rejected.csv", Rejected, rejected)
    write_records(output / "metadata.csv", Delivered, delivered)
