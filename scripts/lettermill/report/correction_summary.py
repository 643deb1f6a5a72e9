"""What corrections made by hand have changed, and what effect they have on the recogniser that is trained on them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.corrections.correction import APPLIED, CONFIRMED, CONFLICT, MALFORMED, OF_LETTERS, STALE
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionEffect, CorrectionOutcome

MAX_NOT_APPLIED = 50
"""Lines that are shown of those that did not apply, at most."""

NOT_APPLIED = (STALE, CONFLICT, MALFORMED)
"""Outcomes of lines that somebody should look at."""


class RecogniserEffect(NamedTuple):
    """Letters that a person has found right, or wrong, and what the recogniser makes of them.

    confident_before, confident_after: how many of ``letters`` it cuts there with the confidence of a delivery, when it
    is not trained on the corrections, and now. mean_before, mean_after: its mean confidence in them.
    """

    verdict: str
    letters: int
    confident_before: int
    confident_after: int
    mean_before: float
    mean_after: float


class CorrectionSummary(NamedTuple):
    """counts: (action, outcome) -> lines. changes: what the lines that were applied have changed -> letters or rows.
    not_applied: how many lines did not apply; first_not_applied: the first ``MAX_NOT_APPLIED`` of them.
    recogniser_effects: of right and wrong letters. not_trained_on: letters that were corrected after the recogniser was
    trained, or that it is not trained on."""

    counts: Counter[tuple[str, str]]
    changes: dict[str, int]
    not_applied: int
    first_not_applied: list[CorrectionOutcome]
    recogniser_effects: list[RecogniserEffect]
    not_trained_on: int

    @property
    def actions(self) -> list[str]:
        return sorted({action for action, _ in self.counts})

    @property
    def outcomes(self) -> list[str]:
        return sorted({outcome for _, outcome in self.counts})


def summarise_corrections(
    outcomes: Path | None, correction_effects: Path | None, min_confidence: float | None
) -> CorrectionSummary:
    """What is in the files ``outcomes`` and ``correction_effects``, see ``CorrectionOutcome`` and ``CorrectionEffect``;
    None: there is none.

    min_confidence: confidence from which letters are delivered; None where they are without any.
    """
    lines = read_records(outcomes, CorrectionOutcome) if outcomes else []
    not_applied = [line for line in lines if line.outcome in NOT_APPLIED]
    effects = read_records(correction_effects, CorrectionEffect) if correction_effects else []
    trained_on = {(effect.row_id, str(effect.position)) for effect in effects}
    applied = [line for line in lines if line.outcome == APPLIED]
    corrected = {(line.row_id, line.position) for line in applied if line.action in OF_LETTERS}
    return CorrectionSummary(
        Counter((line.action if line.outcome != MALFORMED else "?", line.outcome) for line in lines),
        _changes(applied, min_confidence),
        len(not_applied),
        not_applied[:MAX_NOT_APPLIED],
        _recogniser_effects(effects, min_confidence or 0.0),
        len(corrected - trained_on) if min_confidence is not None else 0,
    )


def _changes(applied: Sequence[CorrectionOutcome], min_confidence: float | None) -> dict[str, int]:
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
        delivered = min_confidence is None or confidence is None or confidence >= min_confidence
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


def _recogniser_effects(effects: Sequence[CorrectionEffect], min_confidence: float) -> list[RecogniserEffect]:
    result = []
    for verdict in ("right", "wrong"):
        of_verdict = [effect for effect in effects if effect.verdict == verdict]
        if of_verdict:
            before = [effect.before or 0.0 for effect in of_verdict]
            after = [effect.after or 0.0 for effect in of_verdict]
            counts = (sum(confidence >= min_confidence for confidence in column) for column in (before, after))
            means = (sum(column) / len(column) for column in (before, after))
            result.append(RecogniserEffect(verdict, len(of_verdict), *counts, *means))
    return result
