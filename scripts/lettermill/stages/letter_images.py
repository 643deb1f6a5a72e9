"""The images of the letters of a batch, as `cut` writes them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lettermill.base.box import Box
from lettermill.image.codec import encode_png
from lettermill.image.cut import cut_letters
from lettermill.records.row_store import RowStore, row_key
from lettermill.records.schemas import Cropped
from lettermill.stages.images import layer_bytes, read_crop


class WordLetters(NamedTuple):
    """The letters of a word. row: its cropped image. layer: number of the layer to cut them from. boxes: in pixels of
    the crop. names: their files, relative to the folder of the batch."""

    row: Cropped
    layer: int
    boxes: list[Box]
    names: list[str]


def write_letter_images(
    words: Iterable[WordLetters], cropped: Path, output: Path, erase_neighbours: bool, depends_on: str = ""
) -> None:
    """Write an image for each letter into the folder ``output``.

    cropped: folder of the cropped images. erase_neighbours: see ``cut_letters``. depends_on: see ``RowStore``.
    Raises CorruptedFileError if a cropped image is missing or damaged.
    """
    with RowStore(output, depends_on) as store:
        for word in words:
            row, layer, boxes, names = word
            key = row_key(layer_bytes(cropped, row, layer), repr((boxes, names, erase_neighbours)))
            if store.find(key) is not None:
                continue
            image = read_crop(cropped, row, layer)
            for name, letter in zip(names, cut_letters(image, boxes, erase_neighbours), strict=True):
                (output / name).parent.mkdir(exist_ok=True)
                (output / name).write_bytes(encode_png(letter))
            store.keep(key, "", names)
