"""IDX, the format of MNIST and EMNIST: gzipped images and labels of each split, with a table of their provenance.

Images are stored row by row, as in MNIST, so that readers get upright letters. (EMNIST stores them column by column.)
"""

import contextlib
import gzip
import logging
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lettermill.base.files import atomic_writer
from lettermill.base.split import PARTS, Split
from lettermill.dataset.letter_table import read_letters, write_metadata
from lettermill.export.all_squares import AllSquares
from lettermill.export.labelled_letters import class_indices, idx_labels
from lettermill.export.squares import SIDE

log = logging.getLogger(__name__)

UBYTE, INT = 0x08, 0x0C
"""Number types of the format (http://yann.lecun.com/exdb/mnist/): unsigned byte, and integer of 4 bytes."""

LEVEL = 6
"""Compression level of gzip. Level 9 takes ten times as long and saves 1 %."""

AT_ONCE = 65_536
"""Number of squares in memory at a time."""


def write_idx(squares: Mapping[Path, Path], split: Split, classes: Sequence[str], output: Path) -> None:
    """Write all letters into the folder ``output``, in the order of row id and position.

    squares: see ``AllSquares``. classes: see ``classes_of``.
    For each split there are {split}-images-idx3-ubyte.gz, {split}-labels-idx1-ubyte.gz with class indices from 0, and
    {split}-provenance.csv with a ``Delivered`` record for each image. mapping.txt has a line for each class, as in
    EMNIST: the index and the code point of the letter.
    """
    letters = read_letters(list(squares), split)
    images, name = AllSquares(letters, squares), idx_labels(classes)
    kind, dtype = (UBYTE, ">u1") if "ubyte" in name else (INT, ">i4")
    for part in PARTS:
        of_part = letters[letters["split"] == part]
        with _gzipped(output / f"{part}-images-idx3-ubyte.gz") as file:
            file.write(struct.pack(">HBBIII", 0, UBYTE, 3, len(of_part), SIDE, SIDE))
            for start in range(0, len(of_part), AT_ONCE):
                file.write(images.of(of_part[start : start + AT_ONCE]).tobytes())
        with _gzipped(output / f"{part}-{name}") as file:
            file.write(struct.pack(">HBBI", 0, kind, 1, len(of_part)))
            file.write(class_indices(of_part["label"], classes).astype(dtype).tobytes())
        write_metadata(of_part, output / f"{part}-provenance.csv")
        log.info("%s: %d letters", part, len(of_part))
    with atomic_writer(output / "mapping.txt", text=True) as file:
        file.writelines(f"{index} {ord(label)}\n" for index, label in enumerate(classes))


@contextlib.contextmanager
def _gzipped(path: Path) -> Iterator[gzip.GzipFile]:
    """Write ``path`` with gzip, without name and time, so that the same content gives the same bytes."""
    with atomic_writer(path) as file, gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:
        yield packed
