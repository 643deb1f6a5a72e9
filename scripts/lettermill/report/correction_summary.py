"""What corrections made by hand have changed, and what the recogniser has learnt from them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.corrections.correction import APPLIED, CONFIRMED, CONFLICT, MALFORMED, OF_LETTERS, STALE
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionEffect, CorrectionOutcome

MOST = 50
"""Lines that are shown of those that did not apply."""

UNDONE = (STALE, CONFLICT, MALFORMED)
"""Outcomes of lines that somebody should look at."""


class LearningEffect(NamedTuple):
    """Letters that a person has found right, or wrong, and what the recogniser makes of them.

    before, after: how many of ``letters`` it cuts there with the confidence of a delivery, when it has not learnt from
    the corrections, and now. sure_before, sure_after: its mean confidence in them.
    """

    verdict: str
    letters: int
    before: int
    after: int
    sure_before: float
    sure_after: float


class CorrectionSummary(NamedTuple):
    """counts: (action, outcome) -> lines. effects: what the lines that were applied have changed -> letters or rows.
    undone: the first ``MOST`` lines that did not apply, of ``not_applied``. learnt: right and wrong letters. unlearnt:
    letters that were corrected after the recogniser learnt, or are not learnt from."""

    counts: Counter[tuple[str, str]]
    effects: dict[str, int]
    undone: list[CorrectionOutcome]
    not_applied: int
    learnt: list[LearningEffect]
    unlearnt: int

    @property
    def actions(self) -> list[str]:
        return sorted({action for action, _ in self.counts})

    @property
    def outcomes(self) -> list[str]:
        return sorted({outcome for _, outcome in self.counts})


def read_corrections(outcomes: Path | None, lessons: Path | None, threshold: float | None) -> CorrectionSummary:
    """The account in the files ``outcomes`` and ``lessons``, see ``Outcome`` and ``Lesson``; None: there is none.

    threshold: confidence from which letters are delivered; None where they are without any.
    """
    lines = read_records(outcomes, CorrectionOutcome) if outcomes else []
    undone = [line for line in lines if line.outcome in UNDONE]
    known = read_records(lessons, CorrectionEffect) if lessons else []
    taught = {(lesson.row_id, str(lesson.position)) for lesson in known}
    applied = [line for line in lines if line.outcome == APPLIED]
    corrected = {(line.row_id, line.position) for line in applied if line.action in OF_LETTERS}
    return CorrectionSummary(
        Counter((line.action if line.outcome != MALFORMED else "?", line.outcome) for line in lines),
        _effects(applied, threshold),
        undone[:MOST],
        len(undone),
        _learnt(known, threshold or 0.0),
        len(corrected - taught) if threshold is not None else 0,
    )


def _effects(applied: Sequence[CorrectionOutcome], threshold: float | None) -> dict[str, int]:
    letters: dict[tuple[str, str], list[CorrectionOutcome]] = {}
    found: Counter[str] = Counter()
    for line in applied:
        if line.action in OF_LETTERS:
            letters.setdefault((line.row_id, line.position), []).append(line)
        elif line.action == "exclude":
            found["rows left out"] += 1
        else:
            found["transcriptions confirmed" if line.detail == CONFIRMED else "transcriptions corrected"] += 1
    for of_letter in letters.values():
        actions, confidence = {line.action for line in of_letter}, of_letter[0].confidence
        delivered = threshold is None or confidence is None or confidence >= threshold
        if "reject" in actions:
            found["letters left out that would be delivered" if delivered else "letters left out anyway"] += 1
            continue
        found["letters delivered anyway" if delivered else "letters delivered that would be left out"] += 1
        found["letters given another label"] += "relabel" in actions
        found["letters cut out elsewhere"] += "box" in actions
    order = (
        "letters delivered that would be left out",
        "letters left out that would be delivered",
        "letters given another label",
        "letters cut out elsewhere",
        "letters delivered anyway",
        "letters left out anyway",
        "transcriptions corrected",
        "transcriptions confirmed",
        "rows left out",
    )
    return {what: found[what] for what in order if found[what]}


def _learnt(lessons: Sequence[CorrectionEffect], threshold: float) -> list[LearningEffect]:
    result = []
    for verdict in ("right", "wrong"):
        before, after = (
            [getattr(lesson, when) or 0.0 for lesson in lessons if lesson.verdict == verdict]
            for when in ("before", "after")
        )
        if before:
            counts = (sum(sure >= threshold for sure in column) for column in (before, after))
            means = (sum(column) / len(column) for column in (before, after))
            result.append(LearningEffect(verdict, len(before), *counts, *means))
    return result
