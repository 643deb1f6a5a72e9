"""What somebody should know before they trust the dataset, in sentences."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from lettermill.report.correction_summary import CorrectionSummary
from lettermill.report.formatting import percent
from lettermill.report.funnel import Step
from lettermill.report.letter_statistics import LetterStatistics

RARE = 50
"""Letters of a class under which a model has too little to train on."""

MAX_DOUBTFUL_CLASSES = 3
"""Classes that are named as the most doubtful ones, at most."""

MAX_NAMED = 12
"""Classes that are named in a sentence, at most."""

MAX_CALIBRATION_GAP = 0.03
"""By how much confidences may be higher than the share that is right before it is said."""


class Note(NamedTuple):
    """A sentence, and the part of the page that has more; head: what it is about."""

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
    """What to look at, most important first.

    min_confidence: confidence from which letters are delivered; None where letters are counted without any.
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
            "Letters were found by counting boxes (method: histogram)"
            if min_confidence is None
            else "Too few words could be segmented to train a recogniser (logs/learn.log)"
        )
        text = f"{none:,} of {letters.total:,} letters have no confidence. {why}: look at the pictures."
        found.append(Note("No confidences", text, "classes"))
    over = reliability[
        (reliability["high"] > (min_confidence or 0))
        & (reliability["accuracy_high"] < reliability["confidence"] - MAX_CALIBRATION_GAP)
    ]
    if len(over):
        worst = over.iloc[int((over["confidence"] - over["accuracy"]).argmax())]
        text = (
            f"Of letters with a confidence of {worst['low']:g} to {worst['high']:g}, {percent(worst['accuracy'])} are "
            f"right by the recogniser's own estimate, and not {percent(worst['confidence'])}."
        )
        found.append(Note("Confidences are too high", text, "confidence"))
    return found


def _losses(rows: int, steps: Sequence[Step]) -> list[Note]:
    losses = [(loss.rows, step.stage, loss) for step in steps for loss in step.losses]
    if not losses:
        return []
    count, stage, loss = max(losses, key=lambda each: each[0])
    lost = sum(each[0] for each in losses)
    text = f"{lost:,} of {rows:,} rows gave no letter. The commonest reason, {count:,} times: {loss.meaning} ({stage})."
    return [Note("Rows lost", text, "rows")]


def _suspects(count: int) -> list[Note]:
    if not count:
        return []
    text = f"In {count:,} rows the ink contradicts the transcription. The most doubtful ones are below, with pictures."
    return [Note("Wrong transcriptions", text, "suspects")]


def _classes(letters: LetterStatistics) -> list[Note]:
    found = []
    counts, confidences = letters.classes["letters"], letters.classes["confidence"].dropna()
    none, rare = list(counts.index[counts == 0]), list(counts.index[(counts > 0) & (counts < RARE)])
    if none:
        found.append(Note("Classes without letters", f"{_named(none)} of the alphabet.", "classes"))
    if rare:
        found.append(
            Note("Rare classes", f"Fewer than {RARE} letters of {_named(rare)}: little to train on.", "classes")
        )
    mean = letters.expected()[1] / letters.with_confidence if letters.with_confidence else 1.0
    doubtful = confidences.sort_index().nsmallest(MAX_DOUBTFUL_CLASSES)
    doubtful = doubtful[doubtful < mean - 0.002]
    if len(doubtful):
        shares = ", ".join(f"{label} ({percent(share)})" for label, share in doubtful.items())
        text = f"By the mean confidence of what is delivered: {shares}; of all letters it is {percent(mean)}."
        found.append(Note("Least confident classes", text, "letters"))
    return found


def _corrections(corrections: CorrectionSummary) -> list[Note]:
    if not corrections.not_applied:
        return []
    text = f"{corrections.not_applied:,} lines of the corrections did not apply."
    return [Note("Corrections", text, "corrections")]


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - MAX_NAMED
    return ", ".join(labels[:MAX_NAMED]) + (f" and {more:,} more" if more > 0 else "")
