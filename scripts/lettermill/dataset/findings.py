"""The findings of all batches."""

from collections.abc import Iterable
from pathlib import Path

from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Finding


def read_findings(batches: Iterable[Path]) -> list[Finding]:
    """The findings of ``batches``, folders written by ``cut_batch``."""
    return [row for batch in batches for row in read_records(batch / "findings.csv", Finding)]
