"""What somebody should know before they trust the dataset, in sentences."""

from collections.abc import Sequence
from typing import NamedTuple

from lettermill.report.correction_summary import CorrectionSummary
from lettermill.report.formatting import percent
from lettermill.report.funnel import Step
from lettermill.report.letter_statistics import LetterStatistics
from lettermill.report.plot_data import ReliabilityBin

FEW = 50
"""Letters of a class under which a model has too little to learn from."""

DOUBTFUL_CLASSES = 3
"""Classes that are named as the most doubtful ones, at most."""

NAMED = 12
"""Classes that are named in a sentence, at most."""

GAP = 0.03
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
    bins: Sequence[ReliabilityBin],
    suspects: int,
    corrections: CorrectionSummary,
    threshold: float | None,
) -> list[Note]:
    """What to look at, most important first. threshold: confidence from which letters are delivered; None where letters
    are counted without any."""
    return [
        *_confidences(letters, bins, threshold),
        *_losses(rows, steps),
        *_suspects(suspects),
        *_classes(letters),
        *_corrections(corrections),
    ]


def _confidences(letters: LetterStatistics, bins: Sequence[ReliabilityBin], threshold: float | None) -> list[Note]:
    found = []
    if letters.total and letters.known < letters.total:
        none = letters.total - letters.known
        why = (
            "Letters were found by counting boxes (method: histogram)"
            if threshold is None
            else "Too few words came apart for a recogniser to be learnt (logs/learn.log)"
        )
        text = f"{none:,} of {letters.total:,} letters have no confidence. {why}: look at the pictures."
        found.append(Note("No confidences", text, "classes"))
    over = [each for each in bins if each.high > (threshold or 0) and each.right_high < each.confidence - GAP]
    if over:
        worst = max(over, key=lambda each: each.confidence - each.right)
        text = (
            f"Of letters given with confidence {worst.low:g} to {worst.high:g}, {percent(worst.right)} are right by "
            f"the recogniser's own estimate, and not {percent(worst.confidence)}."
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
    return [Note("Rows lost", text, "yield")]


def _suspects(count: int) -> list[Note]:
    if not count:
        return []
    text = f"In {count:,} rows the ink contradicts the transcription. The most doubtful ones are below, with pictures."
    return [Note("Wrong transcriptions", text, "suspects")]


def _classes(letters: LetterStatistics) -> list[Note]:
    found = []
    none = [label for label, this in letters.classes.items() if not this.letters]
    few = [label for label, this in letters.classes.items() if 0 < this.letters < FEW]
    if none:
        found.append(Note("Classes without letters", f"{_named(none)} of the alphabet.", "classes"))
    if few:
        found.append(
            Note("Rare classes", f"Fewer than {FEW} letters of {_named(few)}: little to learn from.", "classes")
        )
    sure = [(this.confidence, label) for label, this in letters.classes.items() if this.confidence is not None]
    mean = letters.expected()[1] / letters.known if letters.known else 1.0
    doubtful = [(share, label) for share, label in sorted(sure)[:DOUBTFUL_CLASSES] if share < mean - 0.002]
    if doubtful:
        shares = ", ".join(f"{label} ({percent(share)})" for share, label in doubtful)
        text = f"By the mean confidence of what is delivered: {shares}; of all letters it is {percent(mean)}."
        found.append(Note("Least certain classes", text, "letters"))
    return found


def _corrections(corrections: CorrectionSummary) -> list[Note]:
    if not corrections.not_applied:
        return []
    text = f"{corrections.not_applied:,} lines of the corrections did not apply."
    return [Note("Corrections", text, "corrections")]


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - NAMED
    return ", ".join(labels[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
