"""Hugging Face: a Parquet file for each batch and split with the bytes of the images, as `datasets` writes them."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lettermill.base.files import atomic_writer
from lettermill.base.split import Split
from lettermill.export.labelled_letters import TYPES, image_of, indices, letters_by_part, provenance
from lettermill.records.schemas import Letter

log = logging.getLogger(__name__)

ROWS_IN_GROUP = 1_000
"""Letters in a row group, which readers load at once: about half a megabyte."""


def write_parquet(batch: Path, split: Split, classes: Sequence[str], outputs: Mapping[str, Path]) -> None:
    """Write the letters of ``batch``, a folder written by ``cut_batch``, to one Parquet file for each split.

    classes: see ``classes_of``. outputs: split -> file. A split without letters gets a file without rows.
    """
    letters = letters_by_part(batch, split)
    columns = schema(classes)
    for part, path in outputs.items():
        table = pa.Table.from_pylist(_rows(batch, letters[part], classes), columns)
        with atomic_writer(path) as file, pq.ParquetWriter(file, columns) as writer:
            if len(table):  # `datasets` can read a file without row groups, but not one with an empty row group
                writer.write_table(table, row_group_size=ROWS_IN_GROUP)
        log.info("%s: %d letters", part, len(letters[part]))


def schema(classes: Sequence[str]) -> pa.Schema:
    """The schema, with metadata for `datasets` that declares images and class names."""
    features = {
        "image": {"_type": "Image"},
        "label": {"names": list(classes), "_type": "ClassLabel"},
        **{name: {"dtype": kind, "_type": "Value"} for name, kind in TYPES.items()},
    }
    image = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    fields = {"image": image, "label": pa.int64()} | {name: pa.type_for_alias(kind) for name, kind in TYPES.items()}
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def _rows(batch: Path, letters: Sequence[Letter], classes: Sequence[str]) -> list[dict]:
    index = indices(classes)
    return [
        {
            "image": {"bytes": image_of(batch, letter), "path": Path(letter.file_name).name},
            "label": index[letter.label],
            **provenance(letter),
        }
        for letter in letters
    ]
