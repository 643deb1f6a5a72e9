"""Batches: which rows one job works on.

A row's batch depends on its id and on the number of batches alone, so adding, editing or removing rows moves no
other row until the number changes.
"""

import hashlib

ONE_IMAGE_A_JOB = 48
"""Largest table (rows) for which ``auto`` gives every row its own job."""

GROWTH_STEPS = ((8_000, 16), (64_000, 64), (512_000, 256), (2_048_000, 1_024))
"""(rows, batches) of ``auto``: up to so many rows, so many batches. Planning a job costs the engine some 5 ms and
starting one 0.3 s of a core, so a batch should hold hundreds of rows; cores are idle when there are few batches."""

MOST_BATCHES = 4_096


def batch_count(setting: str | int, rows: int) -> int | None:
    """The number of batches for a table of ``rows`` rows; None when every row is a batch of its own.

    setting: config ``batches``: ``auto``, ``image`` or a number.
    """
    if setting == "image" or (setting == "auto" and rows <= ONE_IMAGE_A_JOB):
        return None
    if setting == "auto":
        return next((count for most, count in GROWTH_STEPS if rows <= most), MOST_BATCHES)
    return int(setting)


def batch_of(row_id: str, count: int | None) -> str:
    """The name of the row's batch: its id when every row is a batch, else like ``003of016``."""
    if count is None:
        return row_id
    number = int.from_bytes(hashlib.sha256(row_id.encode()).digest()[:8], "big") * count >> 64
    width = len(str(count))
    return f"{number:0{width}d}of{count}"
