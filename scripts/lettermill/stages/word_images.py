"""Reading cropped images with all their layers."""

from pathlib import Path

from lettermill.base.box import Box
from lettermill.image.hypotheses import WordImage
from lettermill.records.schemas import Cropped
from lettermill.stages.images import read_crop


def read_word(folder: Path, row: Cropped) -> WordImage:
    """The cropped image of ``row`` with all its layers. Raises CorruptedFileError if one is missing or damaged."""
    layers = [read_crop(folder, row, number) for number in range(row.layers)]
    right, bottom = row.right or row.box.width, row.bottom or row.box.height
    return WordImage(layers, Box.around(row.left, row.top, right, bottom), row.line_in_crop)
