"""The split of the dataset: rows with the same image are in the same part."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lettermill.base.split import Split
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Duplicate


def first_rows(duplicates: Iterable[Duplicate]) -> Mapping[str, str]:
    """Row id -> id of the first row with the same image; see ``Split``."""
    return {row.row_id: row.same_as for row in duplicates}


def split_of(shares: Mapping[str, Any], duplicates: Path) -> Split:
    """The split of the dataset. shares: config ``split``. duplicates: file of ``Duplicate`` records."""
    return Split(**shares, same_as=first_rows(read_records(duplicates, Duplicate)))
