"""The contact sheet: letters of every class in one picture."""

import hashlib
from pathlib import Path

import numpy as np

from lettermill.errors import CorruptedFileError
from lettermill.files import write_bytes
from lettermill.image.codec import decode, encode_png
from lettermill.image.drawing import contact_sheet
from lettermill.records import Delivered, read_records

COLUMNS = 24


def write_sheet(dataset: Path, output: Path) -> None:
    """Write a picture with up to ``COLUMNS`` letters of each class of ``dataset`` to ``output``.

    Which ones is drawn by a hash of their names, so that the picture is a fair sample and the same every time.
    """
    classes: dict[str, list[str]] = {}
    for letter in read_records(dataset / "metadata.csv", Delivered):
        classes.setdefault(letter.label, []).append(letter.file_name)
    drawn = {label: sorted(names, key=_draw)[:COLUMNS] for label, names in sorted(classes.items())}
    images = [(label, [_read(dataset / name) for name in names]) for label, names in drawn.items()]
    write_bytes(output, encode_png(contact_sheet(images, COLUMNS)))


def _draw(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _read(path: Path) -> np.ndarray:
    image = decode(path.read_bytes())
    if image is None:
        raise CorruptedFileError(f"{path} cannot be decoded. Cut the letters anew: snakemake -R cut.")
    return image
