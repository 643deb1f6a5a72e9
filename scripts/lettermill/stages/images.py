"""Reading images written by earlier stages."""

from pathlib import Path

import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.image.codec import decode
from lettermill.records.csv_files import read_results
from lettermill.records.schemas import Cropped


def read_offsets(folder: Path) -> dict[str, Cropped]:
    """Row id -> record, for the cropped rows of a batch."""
    rows = read_results(folder / "offsets.csv", Cropped)
    return {row.row_id: row for row in rows if isinstance(row, Cropped)}


def layer_name(file: str, number: int) -> str:
    """The name of a layer of the cropped image ``file``: the first has this name, the others are {number}/``file``."""
    return f"{number}/{file}" if number else file


def layer_names(row: Cropped) -> list[str]:
    """The names of all layers of the cropped image of ``row``."""
    return [layer_name(row.file, number) for number in range(row.layers)]


def read_crop(folder: Path, row: Cropped, layer: int = 0) -> np.ndarray:
    """A layer of the cropped image of ``row`` as (height, width) uint8. Raises CorruptedFileError if it is missing or
    damaged."""
    path = folder / layer_name(row.file, layer)
    image = decode(path.read_bytes()) if path.is_file() else None
    if image is None or image.shape != (row.box.height, row.box.width):
        raise CorruptedFileError(f"{path} is missing or damaged. Delete {folder} and run again.")
    return image


def layer_bytes(folder: Path, row: Cropped, layer: int) -> bytes:
    """The file of a layer of the cropped image of ``row``; empty if it is missing."""
    try:
        with open(f"{folder}/{layer_name(row.file, layer)}", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def crop_bytes(folder: Path, row: Cropped) -> list[bytes]:
    """The files of all layers of the cropped image of ``row``; empty if they are missing."""
    return [layer_bytes(folder, row, number) for number in range(row.layers)]


def read_cut(path: Path, shape: tuple[int, int] | None = None) -> np.ndarray:
    """An image of a letter or a word written by `cut`, as (height, width) uint8.

    shape: the expected shape, if known. Raises CorruptedFileError if the image is missing or has another shape.
    """
    image = decode(path.read_bytes()) if path.is_file() else None
    if image is None or shape not in (None, image.shape):
        raise CorruptedFileError(f"{path} is missing or cannot be decoded. Rerun the rules `cut` and `dataset`.")
    return image
