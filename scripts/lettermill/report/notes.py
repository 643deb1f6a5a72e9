"""The notes at the top of the report: what to check before using the dataset."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from lettermill.report.correction_summary import CorrectionSummary
from lettermill.report.formatting import percent
from lettermill.report.funnel import Step
from lettermill.report.letter_statistics import LetterStatistics

RARE = 50
"""A class with fewer letters is reported as rare."""

MAX_UNCERTAIN_CLASSES = 3
"""How many of the least confident classes are named at most."""

MAX_NAMED = 12
"""How many classes a sentence names at most."""

MAX_CALIBRATION_GAP = 0.03
"""A note is made when the mean confidence of a bin exceeds its accuracy by more than this."""


class Note(NamedTuple):
    """A note. head: its heading. section: id of the section of the page that has the details."""

    head: str
    text: str
    section: str


def notes(
    letters: LetterStatistics,
    rows: int,
    steps: Sequence[Step],
    reliability: pd.DataFrame,
    suspects: int,
    corrections: CorrectionSummary,
    min_confidence: float | None,
) -> list[Note]:
    """The notes, most important first.

    min_confidence: threshold for delivery; None where letters have no confidence.
    """
    return [
        *_confidences(letters, reliability, min_confidence),
        *_losses(rows, steps),
        *_suspects(suspects),
        *_classes(letters),
        *_corrections(corrections),
    ]


def _confidences(letters: LetterStatistics, reliability: pd.DataFrame, min_confidence: float | None) -> list[Note]:
    found = []
    if letters.total and letters.with_confidence < letters.total:
        none = letters.total - letters.with_confidence
        why = (
            "`method: histogram` counts boxes and gives no confidences."
            if min_confidence is None
            else "Too few words had as many boxes as letters to train a recogniser, see `logs/learn.log`."
        )
        text = f"{none:,} of {letters.total:,} letters have no confidence. {why} Check the sample letters."
        found.append(Note("Letters without confidence", text, "classes"))
    over = reliability[
        (reliability["high"] > (min_confidence or 0))
        & (reliability["accuracy_high"] < reliability["confidence"] - MAX_CALIBRATION_GAP)
    ]
    if len(over):
        worst = over.iloc[int((over["confidence"] - over["accuracy"]).argmax())]
        text = (
            f"Letters with a confidence of {worst['low']:g} to {worst['high']:g} have an observed accuracy of "
            f"{percent(worst['accuracy'])}. Their mean confidence is {percent(worst['confidence'])}."
        )
        found.append(Note("Overconfident recogniser", text, "confidence"))
    return found


def _losses(rows: int, steps: Sequence[Step]) -> list[Note]:
    losses = [(loss.rows, step.stage, loss) for step in steps for loss in step.losses]
    if not losses:
        return []
    count, stage, loss = max(losses, key=lambda each: each[0])
    lost = sum(each[0] for each in losses)
    text = (
        f"{lost:,} of {rows:,} rows have no delivered letter. "
        f"Most frequent reason ({count:,} rows, {stage}): {loss.meaning}."
    )
    return [Note("Rejected rows", text, "rows")]


def _suspects(count: int) -> list[Note]:
    if not count:
        return []
    text = f"The ink of {count:,} {'row' if count == 1 else 'rows'} contradicts the transcription."
    return [Note("Probable label errors", text, "suspects")]


def _classes(letters: LetterStatistics) -> list[Note]:
    found = []
    counts, confidences = letters.classes["letters"], letters.classes["confidence"].dropna()
    none, rare = list(counts.index[counts == 0]), list(counts.index[(counts > 0) & (counts < RARE)])
    if none:
        found.append(Note("Empty classes", f"No letters of {_named(none)}.", "letters"))
    if rare:
        found.append(
            Note(
                "Rare classes",
                f"Fewer than {RARE} letters each, which is little to train on: {_named(rare)}.",
                "letters",
            )
        )
    mean = letters.expected()[1] / letters.with_confidence if letters.with_confidence else 1.0
    uncertain = confidences.sort_index().nsmallest(MAX_UNCERTAIN_CLASSES)
    uncertain = uncertain[uncertain < mean - 0.002]
    if len(uncertain):
        shares = ", ".join(f"{label} ({percent(share)})" for label, share in uncertain.items())
        text = f"Mean confidence of the delivered letters: {shares}. All classes: {percent(mean)}."
        found.append(Note("Least confident classes", text, "letters"))
    return found


def _corrections(corrections: CorrectionSummary) -> list[Note]:
    if not corrections.not_applied:
        return []
    lines = "line" if corrections.not_applied == 1 else "lines"
    text = f"{corrections.not_applied:,} {lines} of the corrections were not applied."
    return [Note("Corrections", text, "corrections")]


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - MAX_NAMED
    return ", ".join(labels[:MAX_NAMED]) + (f" and {more:,} more" if more > 0 else "")
