"""What corrections changed, and how they affect the recogniser that is trained on them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.corrections.correction import APPLIED, CONFIRMED, CONFLICT, MALFORMED, OF_LETTERS, STALE
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionEffect, CorrectionOutcome

MAX_NOT_APPLIED = 50
"""How many lines that were not applied are shown at most."""

NOT_APPLIED = (STALE, CONFLICT, MALFORMED)
"""Outcomes of lines that need a person."""


class RecogniserEffect(NamedTuple):
    """The recogniser's confidence in letters that a person judged right, or wrong.

    confident_before, confident_after: how many of ``letters`` the recogniser finds there with a confidence above the
    threshold, trained without and with the corrections. mean_before, mean_after: its mean confidence in them.
    """

    verdict: str
    letters: int
    confident_before: int
    confident_after: int
    mean_before: float
    mean_after: float


class CorrectionSummary(NamedTuple):
    """counts: (action, outcome) -> lines. changes: kind of change -> letters or rows. not_applied: how many lines were
    not applied. first_not_applied: the first ``MAX_NOT_APPLIED`` of them. recogniser_effects: for right and wrong
    letters. not_trained_on: corrected letters that the recogniser was not trained on."""

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
    """Summarise the files ``outcomes`` and ``correction_effects``, see ``CorrectionOutcome`` and ``CorrectionEffect``.

    A path of None: there is no such file. min_confidence: threshold for delivery; None where letters have no
    confidence.
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
            found["rows excluded"] += 1
        else:
            found["transcriptions confirmed" if line.detail == CONFIRMED else "transcriptions corrected"] += 1
    for of_letter in letters.values():
        actions, confidence = {line.action for line in of_letter}, of_letter[0].confidence
        delivered = min_confidence is None or confidence is None or confidence >= min_confidence
        if "reject" in actions:
            found["delivered letters rejected" if delivered else "rejected letters confirmed"] += 1
            continue
        found["delivered letters confirmed" if delivered else "rejected letters delivered"] += 1
        found["letters relabelled"] += "relabel" in actions
        found["letters with a new box"] += "box" in actions
    order = (
        "rejected letters delivered",
        "delivered letters rejected",
        "letters relabelled",
        "letters with a new box",
        "delivered letters confirmed",
        "rejected letters confirmed",
        "transcriptions corrected",
        "transcriptions confirmed",
        "rows excluded",
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
