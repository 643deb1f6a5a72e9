"""What `download` has seen in the images folder, kept from run to run."""

from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records

FOLDER = Path(".snakemake/lettermill/images")
"""The folder of what is known of image files, in the working directory: two small files per batch. If it is deleted,
files that are replaced by others of the same size and time before the next run are not noticed."""


class SeenImage(NamedTuple):
    """An image file as ``download`` has read it. modified: its time, ns since the epoch."""

    row_id: str
    image: str
    size: int
    modified: int
    sha256: str


def seen_of(batch: str) -> Path:
    """The file with the ``SeenImage`` records of a batch."""
    return FOLDER / f"{batch}.csv"


def read_seen(batch: str) -> list[SeenImage]:
    """These records; none if the file is missing or damaged."""
    try:
        return read_records(seen_of(batch), SeenImage)
    except (OSError, CorruptedFileError):
        return []
