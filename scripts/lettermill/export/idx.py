"""IDX, the format of MNIST and EMNIST: images and labels of each part, gzipped, with a table of where they come from.

Rows come first, as in MNIST: a reader gets letters that stand upright. (EMNIST's files hold columns first.)
"""

import contextlib
import csv
import gzip
import logging
import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from lettermill.base.files import atomic_writer
from lettermill.base.split import PARTS, Split
from lettermill.export.labelled_letters import count_letters, idx_labels, indices, totals
from lettermill.export.squares import SIDE, merged_squares
from lettermill.records.csv_files import columns_of
from lettermill.records.schemas import Delivered, Letter

log = logging.getLogger(__name__)

UBYTE, INT = 0x08, 0x0C
"""Types of numbers in the format, http://yann.lecun.com/exdb/mnist/: a byte, and four."""

LEVEL = 6
"""Of gzip; 9 takes ten times as long for a hundredth less."""

_LABEL, _ROW = (columns_of(Letter).index(name) for name in ("label", "row_id"))


def write_idx(batches: Mapping[Path, Path], split: Split, classes: Sequence[str], output: Path) -> None:
    """Write all letters into the folder ``output``, in the order of row id and position.

    batches: see ``merged_squares``. classes: see ``classes_of``.
    For each part there are {part}-images-idx3-ubyte.gz, {part}-labels-idx1-ubyte.gz with indices of classes, from 0,
    and {part}-provenance.csv with a Delivered record for each image. mapping.txt has a line for each class, as
    EMNIST's has: the index and the code point of the letter.
    """
    counts = totals(count_letters(batches, split))
    index, part_of = indices(classes), cache(split.part_of)
    with contextlib.ExitStack() as files:
        writers = {}
        for part in PARTS:
            writers[part] = files.enter_context(_part(output, part, counts[part], classes))
            log.info("%s: %d letters", part, counts[part])
        for fields, square in merged_squares(batches):
            part = part_of(fields[_ROW])
            writers[part].add(square.tobytes(), index[fields[_LABEL]], [*fields, part])
    with atomic_writer(output / "mapping.txt", text=True) as file:
        file.writelines(f"{index} {ord(label)}\n" for index, label in enumerate(classes))


class _Part:
    """The open files of a part."""

    def __init__(self, images: IO[bytes], labels: IO[bytes], provenance: IO[str], label: struct.Struct):
        self._images, self._labels, self._label = images, labels, label
        self._provenance = csv.writer(provenance, lineterminator="\n")
        self._provenance.writerow(columns_of(Delivered))

    def add(self, pixels: bytes, label: int, provenance: list[str]) -> None:
        self._images.write(pixels)
        self._labels.write(self._label.pack(label))
        self._provenance.writerow(provenance)


@contextlib.contextmanager
def _part(output: Path, part: str, count: int, classes: Sequence[str]) -> Iterator[_Part]:
    name = idx_labels(classes)
    kind, label = (UBYTE, struct.Struct(">B")) if "ubyte" in name else (INT, struct.Struct(">i"))
    with (
        _gzipped(output / f"{part}-images-idx3-ubyte.gz") as images,
        _gzipped(output / f"{part}-{name}") as labels,
        atomic_writer(output / f"{part}-provenance.csv", text=True) as provenance,
    ):
        images.write(struct.pack(">HBBIII", 0, UBYTE, 3, count, SIDE, SIDE))
        labels.write(struct.pack(">HBBI", 0, kind, 1, count))
        yield _Part(images, labels, provenance, label)


@contextlib.contextmanager
def _gzipped(path: Path) -> Iterator[IO[bytes]]:
    """Write ``path`` gzipped, without name and time, so that the same content gives the same bytes."""
    with atomic_writer(path) as file, gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:
        yield packed
