"""Letters in squares of one size, for the formats that need that: made by batches, put together in one order."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer
from lettermill.dataset.merge import merged_letters
from lettermill.export.labelled_letters import image_of
from lettermill.image.codec import decode
from lettermill.image.normalise import normalise
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Letter

log = logging.getLogger(__name__)

SIDE, MARGIN = 28, 4
"""Pixels of a square, and of these those beside the letter on each side, before it is centred: as in MNIST, EMNIST."""


def write_squares(batch: Path, output: Path) -> None:
    """Write the letters of ``batch``, a folder that ``cut_batch`` has written, as (letters, SIDE, SIDE) uint8.

    ``output`` is a .npy file; the letters are in the order of the batch's ``letters.csv``, see ``normalise``.
    """
    letters = read_records(batch / "letters.csv", Letter)
    squares = np.empty((len(letters), SIDE, SIDE), np.uint8)
    for index, letter in enumerate(letters):
        image = decode(image_of(batch, letter))
        if image is None:
            raise CorruptedFileError(f"{batch / letter.file_name} is not whole. Delete {batch} and run again.")
        squares[index] = normalise(image, SIDE, MARGIN)
    with atomic_writer(output) as file:
        np.save(file, squares)
    log.info("%d letters", len(letters))


def merged_squares(batches: Mapping[Path, Path]) -> Iterator[tuple[list[str], np.ndarray]]:
    """(fields of the Letter as text, its square) of all letters, in the order of row id and position.

    batches: folder that ``cut_batch`` has written -> file that ``write_squares`` has made of it. Squares are read as
    they are needed: those of all letters need not be in memory.
    Raises CorruptedFileError when such a file does not fit its batch.
    """
    squares = {batch: _opened(path) for batch, path in batches.items()}
    read: Counter[Path] = Counter()
    for batch, fields in merged_letters(batches):
        if read[batch] == len(squares[batch]):
            raise _does_not_fit(batches[batch], batch)
        yield fields, squares[batch][read[batch]]
        read[batch] += 1
    for batch, path in batches.items():
        if read[batch] != len(squares[batch]):
            raise _does_not_fit(path, batch)


def _opened(path: Path) -> np.ndarray:
    try:
        squares = np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise CorruptedFileError(f"{path} cannot be read: {error}. Delete it and run again.") from error
    if squares.dtype != np.uint8 or squares.shape[1:] != (SIDE, SIDE):
        raise CorruptedFileError(f"{path} has no squares of {SIDE} pixels. Delete it and run again.")
    return squares


def _does_not_fit(path: Path, batch: Path) -> CorruptedFileError:
    return CorruptedFileError(f"{path} has not as many letters as {batch} lists. Delete it and run again.")
