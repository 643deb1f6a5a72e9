"""The diagnosis of a table: what its images are like, whether they are those of its transcriptions, and what there was
to learn from."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.base.findings import (
    GROWN,
    MANY_SUSPECTS,
    Diagnosis,
    contradicted,
    contradictory_duplicates,
    count_findings,
    diagnose,
    moved,
    nothing_learnt,
    outgrown,
)
from lettermill.base.reasons import CONTRADICTED
from lettermill.dataset.duplicates import find_duplicates
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Diagnosed, Finding, Learning, MovedRows, Printed, Suspect, Withheld


class Learnt(NamedTuple):
    """What `learn` and `suspects` say. learning, printed, suspects: files; None if no recogniser is used. most: number
    of words that are learnt from at most."""

    learning: Path | None = None
    printed: Path | None = None
    suspects: Path | None = None
    most: int = 0


def diagnosis_of(
    findings: Sequence[Finding],
    delivered: int,
    learnt: Learnt = Learnt(),
    moved_rows: Sequence[MovedRows] = (),
    withheld: Collection[Withheld] = (),
) -> list[Diagnosed]:
    """What stands in the way of most rows, the most important first. delivered: number of rows with a delivered
    letter."""
    counts = count_findings([(len(row.transcription), row.found.split() if row.found else ()) for row in findings])
    looked_at = read_records(learnt.printed, Printed) if learnt.printed else []
    share = sum(row.printed for row in looked_at) / max(len(looked_at), 1)
    tried = read_records(learnt.learning, Learning)[0] if learnt.learning else None
    found = list(_of_table(findings, learnt, tried, moved_rows, withheld))
    if tried is None or tried.learnt or not findings:
        found += diagnose(counts, len(findings) - delivered, share)
    else:
        lost = round(len(findings) * (1 - tried.fitting / max(tried.words, 1)))  # not for what their images are like
        others = diagnose(counts, lost, share)
        found += [nothing_learnt(tried.words, tried.fitting, tried.letters, tried.needed, others), *others]
    return [Diagnosed(one.kind, round(one.share, 4), one.text, one.advice) for one in found]


def _of_table(
    findings: Sequence[Finding],
    learnt: Learnt,
    tried: Learning | None,
    moved_rows: Sequence[MovedRows],
    withheld: Collection[Withheld],
) -> Iterator[Diagnosis]:
    """What is wrong with the table."""
    for stretch in moved_rows:
        yield moved(stretch.by, stretch.rows, len(findings), stretch.first, stretch.last, stretch.withheld > 0)
    suspects = len(read_records(learnt.suspects, Suspect)) if learnt.suspects else 0
    if suspects and suspects >= MANY_SUSPECTS * len(findings):
        yield contradicted(suspects, len(findings), any(row.reason == CONTRADICTED for row in withheld))
    differing = [row for row in find_duplicates(findings) if row.differs]
    if differing:
        yield contradictory_duplicates(len({row.same_as for row in differing}), len(differing), len(findings))
    fitting = sum(row.boxes == len(row.transcription) for row in findings)
    if tried and tried.learnt and fitting >= GROWN * tried.fitting and tried.fitting < learnt.most:
        yield outgrown(tried.fitting, fitting, len(findings))
