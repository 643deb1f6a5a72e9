"""The summary of a run: its account as plain text."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from lettermill.base.findings import KINDS, LEARNING
from lettermill.base.reasons import TRANSIENT, explain
from lettermill.base.split import PARTS
from lettermill.base.visible import visible
from lettermill.corrections.correction import APPLIED, HAND, MEANINGS, UNNEEDED
from lettermill.dataset.account import Account
from lettermill.records.schemas import CorrectionOutcome, Diagnosed, Duplicate, TableNote

MAY_BE_FETCHED_LATER = """
         The images of {:,} rows failed with a transient error. To retry, run:
         snakemake retry_failed; snakemake"""


EXAMPLES = 5
"""How many notes, and corrections that were not applied, are listed."""


def summary(
    account: Account,
    dataset: Path,
    diagnosis: Sequence[Diagnosed] = (),
    notes: Sequence[TableNote] = (),
    corrections: Sequence[CorrectionOutcome] = (),
    duplicates: Sequence[Duplicate] = (),
) -> str:
    """``account`` as plain text for the end of a run.

    diagnosis: what stands in the way. notes: on the table. corrections: their outcomes. duplicates: rows with the same
    image.
    """
    letters = sorted(account.letters.items())
    lines = [
        *_nothing(account, diagnosis),
        f"{account.rows:>8,} rows in the table",
        *_noted(notes, dataset.parent / "table_notes.csv"),
        *([_same(duplicates, dataset.parent)] if duplicates else []),
        *(
            f"{-count:>8,} {stage}: {reason} ({explain(stage, reason)})"
            for (stage, reason), count in account.rejected.items()
        ),
        f"{account.delivered_rows:>8,} rows delivered ({account.delivered_rows / max(account.rows, 1):.1%})",
        "",
        f"{account.letters.total():>8,} letters: " + ", ".join(f"{account.parts[part]:,} {part}" for part in PARTS),
        *_rejected_letters(account.low_confidence, "confidence below the threshold"),
        *_rejected_letters(account.rejected_by_hand, "by a correction"),
        *_rejected_letters(account.withheld, "withheld: the transcription seems to belong to another image"),
        *_columns([f"{label} {count:>6,}" for label, count in letters]),
        *([MAY_BE_FETCHED_LATER.format(transient)] if (transient := _transient(account)) else []),
        *_diagnosed(diagnosis, dataset.parent),
        *_corrected(corrections, dataset.parent / "corrections.csv"),
        "",
        f"Dataset: {dataset}/    Rejected rows and letters: {dataset}/rejected.csv",
    ]
    return visible("\n".join(lines) + "\n", keep="\n")


def _noted(notes: Sequence[TableNote], path: Path) -> Iterator[str]:
    """The first notes. What concerns the whole table, such as sheets that are left out, is on its first line."""
    if not notes:
        return
    yield f"{len(notes):>8,} {'note' if len(notes) == 1 else 'notes'} on reading the table: {path}"
    for note in notes[:EXAMPLES]:
        yield from _wrapped(f"line {note.line}: {note.note}")
    if len(notes) > EXAMPLES:
        yield f"         and {len(notes) - EXAMPLES:,} more"


def _same(duplicates: Sequence[Duplicate], results: Path) -> str:
    images = len({row.same_as for row in duplicates})
    return f"{len(duplicates):>8,} of these rows share {images:,} images: {results}/duplicates.csv"


def _corrected(corrections: Sequence[CorrectionOutcome], path: Path) -> Iterator[str]:
    """Number of corrections by outcome, and the first ones that were not applied with the reason."""
    if not corrections:
        return
    counts = Counter(line.outcome for line in corrections)
    parts = ", ".join(f"{counts[outcome]:,} {meaning}" for outcome, meaning in MEANINGS.items() if counts[outcome])
    yield ""
    yield f"{len(corrections):>8,} corrections: {parts}: {path}"
    lost = [line for line in corrections if line.outcome not in (APPLIED, UNNEEDED)]
    yield from (f"         line {line.line}: {line.outcome}: {line.detail}" for line in lost[:EXAMPLES])
    if len(lost) > EXAMPLES:
        yield f"         and {len(lost) - EXAMPLES:,} more"


def _rejected_letters(count: int, why: str) -> list[str]:
    return [f"{-count:>8,} {'letter' if count == 1 else 'letters'} of these rows rejected ({why})"] if count else []


def _nothing(account: Account, diagnosis: Sequence[Diagnosed]) -> Iterator[str]:
    """That there is nothing, or nothing but corrected letters, and why."""
    if account.letters and set(account.methods) != {HAND} and not any(found.kind == LEARNING for found in diagnosis):
        return
    what = "Only the letters of corrections are" if account.letters else "Nothing is"
    why = "; ".join(found.text for found in diagnosis[:2] if found.kind not in KINDS or not KINDS[found.kind].done)
    if not why and account.stopped:
        (stage, reason), count = account.stopped.most_common(1)[0]
        why = f"{explain(stage, reason)} ({count:,} of {account.rows:,} rows)"
    yield f"{what} delivered{f': {why}' if why else ''}."
    yield ""


def _diagnosed(diagnosis: Sequence[Diagnosed], results: Path) -> Iterator[str]:
    """What was found in the images, and what helps."""
    if not diagnosis:
        return
    yield ""
    heading = "What stands in the way" if any(found.advice for found in diagnosis) else "What the images are like"
    yield f"         {heading} (examples: {results}/report.html):"
    for found in diagnosis:
        yield from _wrapped(f"{found.text[0].upper()}{found.text[1:]}. {found.advice}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text.rstrip(), 110, initial_indent=" " * 9 + "- ", subsequent_indent=" " * 11)


def _transient(account: Account) -> int:
    """Rows rejected for a transient download error."""
    return sum(account.stopped["download", reason] for reason in TRANSIENT)


def _columns(cells: list[str], across: int = 9) -> list[str]:
    return ["         " + "  ".join(cells[start : start + across]) for start in range(0, len(cells), across)]
