"""What the exports share: the letters of a batch by part of the split, their images, their classes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.alphabet import Alphabet
from lettermill.base.errors import CorruptedFileError
from lettermill.base.split import PARTS, Split
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Letter

if TYPE_CHECKING:  # importing pandas takes a third of a second, and each of thousands of jobs would
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
"""The fields of a Letter that say where it comes from -> type of the column, as parquet and Hugging Face call it."""


def classes_of(alphabet: str) -> list[str]:
    """The classes, in the order of their indices, for config ``alphabet``: its letters by their code points.

    They are those that may be delivered, not those that are: new rows give no class another index.
    """
    return sorted(Alphabet(alphabet).letters)


def letters_by_part(batch: Path, split: Split) -> dict[str, list[Letter]]:
    """Part -> its letters in ``batch``, a folder that ``cut_batch`` has written, by row and position."""
    parts: dict[str, list[Letter]] = {part: [] for part in PARTS}
    for letter in read_records(batch / "letters.csv", Letter):
        parts[split.part_of(letter.row_id)].append(letter)
    return parts


def image_of(batch: Path, letter: Letter) -> bytes:
    """The file of a letter as it is; raises CorruptedFileError when it is missing."""
    path = batch / letter.file_name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CorruptedFileError(f"{path} is missing. Delete {batch} and run again.") from None


def provenance(letter: Letter) -> dict[str, object]:
    """Where a letter comes from: the fields in TYPES."""
    fields = {**letter._asdict(), **letter.box._asdict()}
    return {name: fields[name] for name in TYPES}


def indices(classes: Sequence[str]) -> dict[str, int]:
    """Label -> index of its class."""
    return {label: index for index, label in enumerate(classes)}


def class_indices(labels: "pd.Series", classes: Sequence[str]) -> "np.ndarray":
    """(letters,) int, the index of its class for each of ``labels``, a column of categories."""
    found = labels.cat.set_categories(list(classes)).cat.codes.to_numpy()
    if len(found) and found.min() < 0:
        raise ValueError(f"{labels.iloc[found.argmin()]} is not a letter of config `alphabet`")
    return found


def idx_labels(classes: Sequence[str]) -> str:
    """The name of a file of labels in IDX, after the part: more than 256 classes do not fit into a byte each."""
    return "labels-idx1-ubyte.gz" if len(classes) <= 256 else "labels-idx1-int.gz"
