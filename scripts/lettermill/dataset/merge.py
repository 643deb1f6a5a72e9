"""The letters of all batches in one order, that of row id and position, whatever batches there are.

The letters of a batch come in this order, so that they are merged as they are read: those of a million rows need not be
in memory.
"""

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import columns_of, read_fields
from lettermill.records.schemas import Letter

_ROW, _POSITION = (columns_of(Letter).index(name) for name in ("row_id", "position"))


def merged_letters(batches: Iterable[Path]) -> Iterator[tuple[Path, list[str]]]:
    """(batch, fields of the Letter as text) of the letters of ``batches``, folders that ``cut_batch`` has written.

    Raises CorruptedFileError when the letters of a batch are out of order.
    """
    for _, batch, fields in heapq.merge(*map(_letters, batches)):
        yield batch, fields


def _letters(batch: Path) -> Iterator[tuple[tuple[str, int], Path, list[str]]]:
    """((row id, position), batch, fields) of the letters of a batch, in the order of the first of these."""
    path = batch / "letters.csv"
    last = ("", -1)
    for fields in read_fields(path, Letter):
        place = fields[_ROW], int(fields[_POSITION])
        if place <= last:
            raise CorruptedFileError(f"{path}: row {place[0]} is out of order. Delete {batch} and run again.")
        last = place
        yield place, batch, fields
