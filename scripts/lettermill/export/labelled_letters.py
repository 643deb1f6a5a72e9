"""Shared by the exports: the letters of a batch by split, their images and their classes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.alphabet import Alphabet
from lettermill.base.errors import CorruptedFileError
from lettermill.base.split import PARTS, Split
from lettermill.records.csv_files import read_records
from lettermill.records.current import current
from lettermill.records.schemas import Letter

if TYPE_CHECKING:  # importing pandas takes a third of a second, in each of thousands of jobs
    import numpy as np
    import pandas as pd

TYPES = {
    "row_id": "string",
    "position": "int32",
    "x": "int32",
    "y": "int32",
    "width": "int32",
    "height": "int32",
    "confidence": "float64",
    "method": "string",
}
"""Fields of the provenance of a ``Letter`` -> type of the column, as in Parquet and Hugging Face."""


def classes_of(alphabet: str) -> list[str]:
    """The classes in the order of their indices: the letters of config ``alphabet``, sorted by code point.

    They do not depend on which letters are delivered, so that new rows do not change any index.
    """
    return sorted(Alphabet(alphabet).letters)


def letters_by_part(batch: Path, split: Split) -> dict[str, list[Letter]]:
    """Split -> its letters in ``batch``, a folder written by ``cut_batch``, sorted by row and position."""
    parts: dict[str, list[Letter]] = {part: [] for part in PARTS}
    for letter in read_records(current(batch, "letters.csv"), Letter):
        parts[split.part_of(letter.row_id)].append(letter)
    return parts


def image_of(batch: Path, letter: Letter) -> bytes:
    """The bytes of the image file of a letter. Raises CorruptedFileError if it is missing."""
    path = batch / letter.file_name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CorruptedFileError(f"{path} is missing. Delete {batch} and run again.") from None


def provenance(letter: Letter) -> dict[str, object]:
    """The provenance of a letter: the fields in TYPES."""
    fields = {**letter._asdict(), **letter.box._asdict()}
    return {name: fields[name] for name in TYPES}


def indices(classes: Sequence[str]) -> dict[str, int]:
    """Label -> class index."""
    return {label: index for index, label in enumerate(classes)}


def class_indices(labels: "pd.Series", classes: Sequence[str]) -> "np.ndarray":
    """Class indices (letters,) int of ``labels``, a categorical column. Raises ValueError for an unknown label."""
    found = labels.cat.set_categories(list(classes)).cat.codes.to_numpy()
    if len(found) and found.min() < 0:
        raise ValueError(f"{labels.iloc[found.argmin()]} is not a letter of config `alphabet`")
    return found


def idx_labels(classes: Sequence[str]) -> str:
    """The name of an IDX label file without its split. More than 256 classes need integers instead of bytes."""
    return "labels-idx1-ubyte.gz" if len(classes) <= 256 else "labels-idx1-int.gz"
