"""Batches: which rows one job works on.

A row's batch depends on its id and on the number of batches alone, so adding, editing or removing rows moves no
other row until the number changes.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from lettermill.base.file_names import file_stem

MAX_ROWS_WITH_OWN_JOB = 48
"""Largest table (rows) for which ``auto`` gives every row its own job."""

MIN_BATCHES, MAX_BATCHES = 16, 4_096
"""Of ``auto``, for tables that are larger."""

MAX_ROWS_PER_BATCH = 1_250
"""Rows in a batch of ``auto``, as long as there are not MAX_BATCHES. Planning a job and starting it cost Snakemake
some 0.3 s of a core, and a batch has six; its rows cost 0.01 s each."""


def batch_count(setting: str | int, rows: int) -> int | None:
    """The number of batches for a table of ``rows`` rows; None when every row is a batch of its own.

    setting: config ``batches``: ``auto``, ``image`` or a number. ``auto`` doubles the number as the table grows: what
    is done again each time is, over all times, at most as much as the table as it is then.
    """
    if setting == "image" or (setting == "auto" and rows <= MAX_ROWS_WITH_OWN_JOB):
        return None
    if setting == "auto":
        count = MIN_BATCHES
        while count < MAX_BATCHES and rows > count * MAX_ROWS_PER_BATCH:
            count *= 2
        return count
    return int(setting)


def batch_of(row_id: str, count: int | None, stems: Mapping[str, str] = MappingProxyType({})) -> str:
    """The name of the row's batch: that of its files, see ``file_stem``, when every row is a batch, else like
    ``003of016``."""
    if count is None:
        return file_stem(row_id, stems)
    number = int.from_bytes(hashlib.sha256(row_id.encode()).digest()[:8], "big") * count >> 64
    width = len(str(count))
    return f"{number:0{width}d}of{count}"
