"""Gather the suspect rows of all batches in one table."""

from collections.abc import Collection, Iterable
from pathlib import Path

from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Suspect


def gather_suspects(batches: Iterable[Path], output: Path, confirmed: Collection[str] = ()) -> int:
    """Write the suspect rows of ``batches``, files written by ``align_batch``, to ``output``, largest score gap first.

    confirmed: ids of rows whose transcription a correction confirms; they are left out. Returns the number of suspects.
    """
    found = (suspect for path in batches for suspect in read_records(path, Suspect))
    suspects = [suspect for suspect in found if suspect.row_id not in confirmed]
    suspects.sort(key=lambda suspect: (-suspect.score_gap, suspect.row_id))
    write_records(output, Suspect, suspects)
    return len(suspects)
