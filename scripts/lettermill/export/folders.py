"""Folders: the letters as they are, by part and letter, as Keras, torchvision and Hugging Face read them."""

import contextlib
import csv
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from lettermill.base.files import atomic_writer
from lettermill.base.split import PARTS, Split
from lettermill.dataset.merge import merged_letters
from lettermill.dataset.sync import sync_letters
from lettermill.records.csv_files import columns_of
from lettermill.records.schemas import Delivered, Letter

log = logging.getLogger(__name__)

METADATA = "metadata.csv"

_ROW = columns_of(Letter).index("row_id")


def write_folders(batches: Sequence[Path], split: Split, classes: Sequence[str], output: Path) -> None:
    """Bring the folders {part}/{letter} in ``output`` up to date.

    batches: folders that ``cut_batch`` has written. classes: see ``classes_of``; each has a folder in each part, even
    one without letters: readers number the classes by their folders, and must come to the same numbers in all parts.
    There are two tables of Delivered records: ``metadata.csv`` with all letters, and {part}/metadata.csv with those of
    the part, for readers that look for one there; a part without letters has none, for then they could not read it.
    """
    part_of = cache(split.part_of)
    written_otherwise: dict[str, str] = {}  # part of the rows whose files cannot be called by their ids

    def part_of_file(name: str) -> str:
        stem = _stem_of(name)
        return written_otherwise.get(stem) or part_of(stem)

    counts: dict[str, Counter[Path]] = {part: Counter() for part in PARTS}
    with contextlib.ExitStack() as files:
        tables = {part: files.enter_context(_table(output / part / METADATA)) for part in PARTS}
        everything = files.enter_context(_table(output / METADATA))
        for batch, fields in merged_letters(batches):
            part = part_of(fields[_ROW])
            counts[part][batch] += 1
            if (stem := _stem_of(fields[0].rpartition("/")[2])) != fields[_ROW]:
                written_otherwise[stem] = part
            tables[part]([*fields, part])
            everything([f"{part}/{fields[0]}", *fields[1:], part])
        for part in PARTS:
            expected = {batch: counts[part][batch] for batch in batches}
            sync_letters(expected, classes, output / part, lambda name, part=part: part_of_file(name) == part)
            log.info("%s: %d letters", part, counts[part].total())
    for part in PARTS:
        if not counts[part]:
            os.unlink(output / part / METADATA)


@contextlib.contextmanager
def _table(path: Path) -> Iterator[Callable[[list[str]], object]]:
    """A function that writes a Delivered record, its fields as text, to ``path``."""
    with atomic_writer(path, text=True) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns_of(Delivered))
        yield writer.writerow


def _stem_of(name: str) -> str:
    """What ``file_stem`` gives for the row, in the name of a letter's file."""
    return name.rpartition("_")[0]
