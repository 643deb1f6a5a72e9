"""The outcome of each line of the table of corrections."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionOutcome, TriedCorrection


def gather_outcomes(batches: Iterable[Path], lines: Sequence[CorrectionOutcome]) -> list[CorrectionOutcome]:
    """Fill in the missing outcomes of ``lines`` from ``batches``, folders written by ``cut_batch``.

    Raises CorruptedFileError when no batch has the outcome of a line.
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
                    f"Line {line.line} of the corrections has no outcome in any results/letters/*/corrections.csv. "
                    "Run snakemake -R cut."
                )
            line = line._replace(outcome=decided.outcome, detail=decided.detail, confidence=decided.confidence)
        result.append(line)
    return result
