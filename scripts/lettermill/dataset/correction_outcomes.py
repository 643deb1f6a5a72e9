"""What became of each line of the table of corrections."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionOutcome, TriedCorrection


def gather_outcomes(batches: Iterable[Path], lines: Sequence[CorrectionOutcome]) -> list[CorrectionOutcome]:
    """``lines`` with the outcomes of those that have none yet: they are in one of ``batches``, folders that
    ``cut_batch`` has written.

    Raises CorruptedFileError when one of them is in none.
    """
    if all(line.outcome for line in lines):
        return list(lines)
    found: dict[tuple[str, ...], TriedCorrection] = {}
    for batch in batches:
        found |= {tried.correction: tried for tried in read_records(batch / "corrections.csv", TriedCorrection)}
    result = []
    for line in lines:
        if not line.outcome:
            decided = found.get(line.correction)
            if decided is None:
                raise CorruptedFileError(
                    f"Line {line.line} of the corrections is lost: no corrections.csv in results/letters/ has it. "
                    "Make them again: snakemake -R cut."
                )
            line = line._replace(outcome=decided.outcome, detail=decided.detail, confidence=decided.confidence)
        result.append(line)
    return result
