"""The letters of all batches as one pandas DataFrame."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.base.split import PARTS, Split
from lettermill.records.csv_files import read_records
from lettermill.records.current import current
from lettermill.records.data_frames import write_frame
from lettermill.records.schemas import Letter

COLUMNS: dict[str, type] = {
    "file_name": object,
    "label": object,
    "row_id": object,
    "position": np.int32,
    "x": np.int32,
    "y": np.int32,
    "width": np.int32,
    "height": np.int32,
    "confidence": np.float64,
    "method": object,
}
"""Columns of a ``Letter`` -> types. Text is never converted to numbers."""

DELIVERED = [*COLUMNS, "split"]
"""The columns of a ``Delivered`` record."""

_HEADER = ",".join(COLUMNS).encode() + b"\n"


def read_letters(batches: Sequence[Path], split: Split) -> pd.DataFrame:
    """The letters of ``batches``, folders written by ``cut_batch``, sorted by row id (code points) and position.

    The columns are DELIVERED and ``batch``, the folder; repeated texts are categories. A missing confidence is NaN.
    The index numbers the letters from 0 in the order of the concatenated lists of ``batches``.
    Raises CorruptedFileError with file and line when a ``letters.csv`` is damaged or contains a letter twice.
    """
    tables, counts = io.BytesIO(), []
    tables.write(_HEADER)
    for batch in batches:
        lines = _lines(batch)
        counts.append(lines.count(b"\n"))
        tables.write(lines)
    try:
        letters = _parsed(tables)
        if len(letters) != sum(counts):
            raise ValueError("a line is incomplete")
    except (ValueError, OverflowError) as error:  # raised by pandas, which does not know the file
        raise _damaged(batches, error) from error
    del tables
    folders = pd.Index(np.array(batches, dtype=object))
    letters["batch"] = pd.Categorical.from_codes(np.repeat(np.arange(len(counts)), counts).tolist(), folders)
    for column in ("label", "row_id", "method"):
        letters[column] = letters[column].astype("category")
    rows = letters["row_id"].cat
    parts = pd.Categorical([split.part_of(row_id) for row_id in rows.categories], PARTS)
    letters["split"] = parts.take(rows.codes.to_numpy())
    letters = letters.sort_values(["row_id", "position"])
    _check_once(letters)
    return letters


def write_metadata(letters: pd.DataFrame, path: Path) -> None:
    """Write ``letters``, see ``read_letters``, to the CSV file ``path`` as ``Delivered`` records."""
    write_frame(path, letters[DELIVERED])


def folders_of(letters: pd.DataFrame) -> list[str]:
    """The sorted names of the folders that contain the files of ``letters``."""
    return sorted({name.partition("/")[0] for name in letters["file_name"]})


def _lines(batch: Path) -> bytes:
    """The lines of the batch's ``letters.csv``, without the header."""
    path = current(batch, "letters.csv")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise CorruptedFileError(f"{path} is missing. Delete the folder {batch} and run again.") from None
    if not content.startswith(_HEADER) or not content.endswith(b"\n"):
        read_records(path, Letter)  # raises a precise error, except for wrong line endings
        raise CorruptedFileError(f"{path} is damaged. Delete the folder {batch} and run again.")
    return content[len(_HEADER) :]


def _parsed(table: io.BytesIO) -> pd.DataFrame:
    """Raises ValueError or OverflowError."""
    table.seek(0)
    letters = pd.read_csv(
        table,
        dtype=COLUMNS,
        keep_default_na=False,
        na_values={"confidence": [""]},
        skip_blank_lines=False,
        encoding="utf-8",
    )
    if not isinstance(letters.index, pd.RangeIndex):
        raise ValueError("too many fields")
    if (letters["method"] == "").any():  # pandas fills the missing fields of a short line
        raise ValueError("too few fields")
    return letters


def _damaged(batches: Iterable[Path], error: Exception) -> CorruptedFileError:
    """The error for the first of ``batches`` whose list cannot be read. The csv module knows the line."""
    for batch in batches:
        path = current(batch, "letters.csv")
        read_records(path, Letter)
        try:
            _parsed(io.BytesIO(_HEADER + _lines(batch)))
        except (ValueError, OverflowError) as reason:
            error = reason
            break
    return CorruptedFileError(f"{path}: {error}. Delete the folder {batch} and run again.")


def _check_once(letters: pd.DataFrame) -> None:
    """Raise if a letter occurs twice. letters: sorted by row id and position."""
    row, position = letters["row_id"].cat.codes.to_numpy(), letters["position"].to_numpy()
    twice = (row[1:] == row[:-1]) & (position[1:] == position[:-1])
    if twice.any():
        one, other = (letters.iloc[twice.argmax() + step] for step in (0, 1))
        folders = sorted({str(one["batch"]), str(other["batch"])})
        places, folder = " and ".join(folders), "the folders" if folders[1:] else "the folder"
        raise CorruptedFileError(
            f"Letter {one['position']} of row {one['row_id']} occurs twice in letters.csv of {places}. "
            f"Delete {folder} {places} and run again."
        )
