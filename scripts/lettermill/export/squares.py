"""The letters of a batch as squares of a fixed size, for formats that need it."""

import logging
from pathlib import Path

import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer
from lettermill.export.labelled_letters import image_of
from lettermill.image.codec import decode
from lettermill.image.normalise import normalise
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Letter

log = logging.getLogger(__name__)

SIDE, MARGIN = 28, 4
"""Side of a square in pixels, and its margin on each side before centring, as in MNIST and EMNIST."""


def write_squares(batch: Path, output: Path) -> None:
    """Write the letters of ``batch``, a folder written by ``cut_batch``, as (letters, SIDE, SIDE) uint8.

    output: a .npy file. The letters are in the order of ``letters.csv`` in the batch, normalised by ``normalise``.
    Raises CorruptedFileError if an image is missing or cannot be decoded.
    """
    letters = read_records(batch / "letters.csv", Letter)
    squares = np.empty((len(letters), SIDE, SIDE), np.uint8)
    for index, letter in enumerate(letters):
        image = decode(image_of(batch, letter))
        if image is None:
            raise CorruptedFileError(f"{batch / letter.file_name} cannot be decoded. Delete {batch} and run again.")
        squares[index] = normalise(image, SIDE, MARGIN)
    with atomic_writer(output) as file:
        np.save(file, squares)
    log.info("%d letters", len(letters))
