"""Batches: the groups of rows that one job processes.

A row's batch depends only on its id and the number of batches, so adding, editing or removing rows does not move other
rows until that number changes.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from lettermill.base.file_names import file_stem

FEWEST, FEW, MOST = 2, 16, 4_096
"""Number of batches with ``auto``: of the smallest tables, of middling ones, and at most."""

ROWS_OF_FEW, ROWS_PER_BATCH = 500, 1_250
"""Average rows per batch with ``auto``, at most: until there are FEW batches, and after that until there are MOST.
Planning and starting a job costs Snakemake about 0.3 s of a core, and a batch has six jobs; a row costs 0.01 s. So few
batches are fastest, unless a table is so large that a change of one row should not work on all of them again."""


def batch_count(setting: str | int, rows: int) -> int | None:
    """The number of batches for a table of ``rows`` rows; None if every row is its own batch.

    setting: config ``batches``: ``auto``, ``image`` or a number. ``auto`` doubles the number as the table grows: the
    rows that are processed again, over all doublings, are at most as many as the table has at the end.
    """
    if setting == "image":
        return None
    if setting == "auto":
        count = FEWEST
        while (count < FEW and rows > count * ROWS_OF_FEW) or (FEW <= count < MOST and rows > count * ROWS_PER_BATCH):
            count *= 2
        return count
    return int(setting)


def batch_of(row_id: str, count: int | None, stems: Mapping[str, str] = MappingProxyType({})) -> str:
    """The name of the row's batch, such as ``003of016``; if every row is its own batch, the name of its files, see
    ``file_stem``."""
    if count is None:
        return file_stem(row_id, stems)
    number = int.from_bytes(hashlib.sha256(row_id.encode()).digest()[:8], "big") * count >> 64
    width = len(str(count))
    return f"{number:0{width}d}of{count}"
