"""Images that have been replaced since they were first seen, and neither their URL nor the size and time of their file
show it. Their rows are processed again."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records, write_records

VERSIONS = Path(".snakemake/lettermill/versions.csv")
"""The file that notes them, in the working directory. If it is deleted, their batches rerun, from the cache."""


class Version(NamedTuple):
    """A row whose image has changed. version: differs from that of the image before."""

    row_id: str
    version: str


def read_versions(path: Path) -> dict[str, str]:
    """Row id -> version, of the rows noted in the file ``path``; none if it is missing or damaged."""
    try:
        return dict(read_records(path, Version))
    except (OSError, CorruptedFileError):
        return {}


def write_versions(path: Path, versions: Mapping[str, str]) -> None:
    """Note ``versions`` (row id -> version) in the file ``path``."""
    write_records(path, Version, (Version(*item) for item in sorted(versions.items())))
