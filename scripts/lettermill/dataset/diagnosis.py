"""The diagnosis of a table: what its images are like, counted over all batches, and what there was to learn from."""

from collections.abc import Iterable
from pathlib import Path

from lettermill.base.findings import count_findings, diagnose, nothing_learnt
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Diagnosed, Finding, Learning, Printed


def diagnosis_of(
    batches: Iterable[Path], delivered: int, learning: Path | None = None, printed: Path | None = None
) -> list[Diagnosed]:
    """What stands in the way of most rows, the most important first.

    batches: folders written by ``cut_batch``. delivered: number of rows with a delivered letter. learning, printed:
    files written by ``learn_recogniser``; None if no recogniser is used.
    """
    rows = [
        (row.letters, row.found.split()) for batch in batches for row in read_records(batch / "findings.csv", Finding)
    ]
    counts = count_findings(rows)
    looked_at = read_records(printed, Printed) if printed else []
    share = sum(row.printed for row in looked_at) / max(len(looked_at), 1)
    tried = read_records(learning, Learning)[0] if learning else None
    if tried is None or tried.learnt or not rows:
        found = diagnose(counts, len(rows) - delivered, share)
    else:
        lost = round(len(rows) * (1 - tried.fitting / max(tried.words, 1)))  # not for what their images are like
        others = diagnose(counts, lost, share)
        why = nothing_learnt(tried.words, tried.fitting, tried.letters, tried.needed, others)
        found = [why, *others]
    return [Diagnosed(one.kind, round(one.share, 4), one.text, one.advice) for one in found]
