"""Tables of a whole dataset as DataFrames.

For jobs that run once per table. Importing pandas takes a third of a second: too long for thousands of jobs of one
batch each.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer

LINES = 25_000
"""Lines of a table that are in memory at the same time."""


def read_frames(path: Path, columns: Mapping[str, type[str] | type[float]]) -> Iterator[pd.DataFrame]:
    """The lines of the CSV file ``path``, ``LINES`` at a time. There is at least one DataFrame, which may be empty.

    columns: name -> type of the columns to read. Text is as in the file; a missing number is NaN.
    Raises CorruptedFileError when the file is not such a table.
    """
    numbers = {name: [""] for name, kind in columns.items() if kind is float}
    try:
        with open(path, "rb") as file:
            file.seek(-1, 2)
            if file.read() != b"\n":
                raise ValueError("the last line is incomplete")
        with pd.read_csv(
            path,
            usecols=list(columns),
            dtype=dict(columns),
            keep_default_na=False,
            na_values=numbers,
            chunksize=LINES,
        ) as chunks:
            yield from chunks
    except (OSError, ValueError) as error:
        raise CorruptedFileError(f"{path}: {error}. Delete it and run again.") from error


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write the columns of ``frame`` to the CSV file ``path`` (UTF-8, ``\\n``), atomically. NaN becomes empty."""
    with atomic_writer(path, text=True) as file:
        frame.to_csv(file, index=False, lineterminator="\n")
