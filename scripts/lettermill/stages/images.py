"""Reading images written by earlier stages."""

from pathlib import Path

import numpy as np

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.image.codec import decode, encode_png
from lettermill.image.crop import CroppedImage
from lettermill.image.hypotheses import WordImage
from lettermill.records.csv_files import read_results
from lettermill.records.schemas import Cropped


def read_offsets(folder: Path) -> dict[str, Cropped]:
    """Row id -> record, for the cropped rows of a batch."""
    rows = read_results(folder / "offsets.csv", Cropped)
    return {row.row_id: row for row in rows if isinstance(row, Cropped)}


def write_word(folder: Path, row_id: str, file: str, cropped: CroppedImage) -> Cropped:
    """Write the layers of a cropped image into ``folder``, the first as ``file``, the others as {number}/``file``."""
    for number, layer in enumerate(cropped.word.layers):
        path = _layer(folder, file, number)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode_png(layer))
    region, box = cropped.word.region, cropped.box
    line = None if cropped.word.line is None else cropped.word.line + box.y
    sides = (region.x, region.y, region.right, region.bottom)
    return Cropped(row_id, file, box, line, *sides, len(cropped.word.layers), " ".join(cropped.found))


def read_word(folder: Path, row: Cropped) -> WordImage:
    """The cropped image of ``row`` with all its layers. Raises CorruptedFileError if one is missing or damaged."""
    layers = [read_crop(folder, row, number) for number in range(row.layers)]
    right, bottom = row.right or row.box.width, row.bottom or row.box.height
    return WordImage(layers, Box.around(row.left, row.top, right, bottom), row.line_in_crop)


def _layer(folder: Path, file: str, number: int) -> Path:
    return folder / str(number) / file if number else folder / file


def read_crop(folder: Path, row: Cropped, layer: int = 0) -> np.ndarray:
    """A layer of the cropped image of ``row`` as (height, width) uint8. Raises CorruptedFileError if it is missing or
    damaged."""
    path = _layer(folder, row.file, layer)
    image = decode(path.read_bytes()) if path.is_file() else None
    if image is None or image.shape != (row.box.height, row.box.width):
        raise CorruptedFileError(f"{path} is missing or damaged. Delete {folder} and run again.")
    return image


def read_cut(path: Path, shape: tuple[int, int] | None = None) -> np.ndarray:
    """An image of a letter or a word written by `cut`, as (height, width) uint8.

    shape: the expected shape, if known. Raises CorruptedFileError if the image is missing or has another shape.
    """
    image = decode(path.read_bytes()) if path.is_file() else None
    if image is None or shape not in (None, image.shape):
        raise CorruptedFileError(f"{path} is missing or cannot be decoded. Rerun the rules `cut` and `dataset`.")
    return image
