"""Folders: unchanged letter crops by split and letter, as Keras, torchvision and Hugging Face read them."""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from lettermill.base.file_names import letter_folders
from lettermill.base.files import atomic_writer
from lettermill.base.split import PARTS, Split
from lettermill.dataset.letter_table import read_letters, write_metadata
from lettermill.dataset.sync import sync_letters
from lettermill.export.labelled_letters import TYPES

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

METADATA, OF_PART = "metadata.csv", "metadata.parquet"
SCHEMA = pa.schema({"file_name": "string", "label": "string", **TYPES, "split": "string"})


def write_folders(batches: Sequence[Path], split: Split, classes: Sequence[str], output: Path) -> None:
    """Update the folders {split}/{letter} in ``output``.

    batches: folders written by ``cut_batch``. classes: see ``classes_of``. Each class has a folder in each split, even
    without letters, because readers number classes by their folders, and the numbers must be the same in all splits.
    Folders have the same names as in the batches, see ``letter_folders``.
    Writes tables of ``Delivered`` records: ``metadata.csv`` with all letters, and {split}/metadata.parquet with those
    of the split, for Hugging Face. (Its reader of CSV takes 007 for a number and NULL for nothing.) A split without
    letters has no table, because this reader fails on an empty one.
    """
    letters = read_letters(batches, split)
    renamed = letter_folders(classes)
    folders = [renamed.get(label, label) for label in classes]
    for part in PARTS:
        of_part = letters[letters["split"] == part]
        counts = Counter(of_part["batch"])
        names = set(of_part["file_name"])
        sync_letters({batch: counts[batch] for batch in batches}, folders, output / part, names.__contains__)
        (output / part / METADATA).unlink(missing_ok=True)  # of earlier versions
        if len(of_part):
            _write_parquet(of_part, output / part / OF_PART)
        else:
            (output / part / OF_PART).unlink(missing_ok=True)
        log.info("%s: %d letters", part, len(of_part))
    letters["file_name"] = letters["split"].astype(object) + "/" + letters["file_name"]
    write_metadata(letters, output / METADATA)


def _write_parquet(letters: "pd.DataFrame", path: Path) -> None:
    columns = [pa.array(letters[field.name].tolist(), field.type, from_pandas=True) for field in SCHEMA]
    with atomic_writer(path) as file:
        pq.write_table(pa.table(columns, schema=SCHEMA), file)
