"""Folders: the letters as they are, by part and letter, as Keras, torchvision and Hugging Face read them."""

import contextlib
import csv
import logging
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from lettermill.dataset.account import PARTS
from lettermill.dataset.merge import merged_letters
from lettermill.dataset.split import Split
from lettermill.dataset.sync import sync_letters
from lettermill.files import atomic_writer
from lettermill.records import Delivered, Letter

log = logging.getLogger(__name__)

_ROW = Letter._fields.index("row_id")


def write_folders(batches: Sequence[Path], split: Split, classes: Sequence[str], output: Path) -> None:
    """Bring the folders {part}/{letter} in ``output`` up to date, and write {part}/metadata.csv with Delivered records.

    batches: folders that ``cut_batch`` has written. classes: see ``classes_of``; each has a folder in each part, even
    one without letters: readers number the classes by their folders, and must come to the same numbers in all parts.
    """
    part_of = cache(split.part_of)
    counts: dict[str, Counter[Path]] = {part: Counter() for part in PARTS}
    with contextlib.ExitStack() as files:
        writers = {}
        for part in PARTS:
            file = files.enter_context(atomic_writer(output / part / "metadata.csv", text=True))
            writers[part] = csv.writer(file, lineterminator="\n")
            writers[part].writerow(Delivered._fields)
        for batch, fields in merged_letters(batches):
            part = part_of(fields[_ROW])
            counts[part][batch] += 1
            writers[part].writerow([*fields, part])
        for part in PARTS:
            expected = {batch: counts[part][batch] for batch in batches}
            sync_letters(expected, classes, output / part, lambda name, part=part: part_of(_row_of(name)) == part)
            log.info("%s: %d letters", part, counts[part].total())


def _row_of(name: str) -> str:
    """The row id in the name of a letter's file."""
    return name.rpartition("_")[0]
