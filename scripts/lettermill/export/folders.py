"""Folders: unchanged letter crops by split and letter, as Keras, torchvision and Hugging Face read them."""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lettermill.base.file_names import letter_folders
from lettermill.base.split import PARTS, Split
from lettermill.dataset.letter_table import read_letters, write_metadata
from lettermill.dataset.sync import sync_letters

log = logging.getLogger(__name__)

METADATA = "metadata.csv"


def write_folders(batches: Sequence[Path], split: Split, classes: Sequence[str], output: Path) -> None:
    """Update the folders {split}/{letter} in ``output``.

    batches: folders written by ``cut_batch``. classes: see ``classes_of``. Each class has a folder in each split, even
    without letters, because readers number classes by their folders, and the numbers must be the same in all splits.
    Folders have the same names as in the batches, see ``letter_folders``.
    Writes tables of ``Delivered`` records: ``metadata.csv`` with all letters, and {split}/metadata.csv with those of
    the split, where some readers expect one. A split without letters has no table, because these readers fail on an
    empty one.
    """
    letters = read_letters(batches, split)
    renamed = letter_folders(classes)
    folders = [renamed.get(label, label) for label in classes]
    for part in PARTS:
        of_part = letters[letters["split"] == part]
        counts = Counter(of_part["batch"])
        names = set(of_part["file_name"])
        sync_letters({batch: counts[batch] for batch in batches}, folders, output / part, names.__contains__)
        if len(of_part):
            write_metadata(of_part, output / part / METADATA)
        else:
            (output / part / METADATA).unlink(missing_ok=True)
        log.info("%s: %d letters", part, len(of_part))
    letters["file_name"] = letters["split"].astype(object) + "/" + letters["file_name"]
    write_metadata(letters, output / METADATA)
