"""The suspected transcriptions of all batches in one table."""

from collections.abc import Collection, Iterable
from pathlib import Path

from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Suspect


def gather_suspects(batches: Iterable[Path], output: Path, confirmed: Collection[str] = ()) -> int:
    """Write the suspects in the files ``batches``, see ``align_batch``, to ``output``, the most doubtful first; returns
    how many they are. confirmed: ids of rows that are none, for a person has said what is written there."""
    found = (suspect for path in batches for suspect in read_records(path, Suspect))
    suspects = [suspect for suspect in found if suspect.row_id not in confirmed]
    suspects.sort(key=lambda suspect: (-suspect.score_gap, suspect.row_id))
    write_records(output, Suspect, suspects)
    return len(suspects)
