"""Images that have become others at their URL since they were first fetched: what makes their rows be worked on
again."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records, write_records

VERSIONS = Path(".snakemake/lettermill/versions.csv")
"""Where they are noted, in the working directory. Deleting it downloads their batches again, from the cache."""


class Version(NamedTuple):
    """A row whose image is another one. version: tells it from the one before."""

    row_id: str
    version: str


def read_versions(path: Path) -> dict[str, str]:
    """Row id -> version, of the rows noted in the file ``path``; none when it is not there or damaged."""
    try:
        return dict(read_records(path, Version))
    except (OSError, CorruptedFileError):
        return {}


def write_versions(path: Path, versions: Mapping[str, str]) -> None:
    """Note ``versions`` (row id -> version) in the file ``path``."""
    write_records(path, Version, (Version(*item) for item in sorted(versions.items())))
