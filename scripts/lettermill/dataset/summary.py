"""The account of a run: how many rows and letters went in, came out, or were stopped, where and why."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from lettermill.reasons import REASONS
from lettermill.records import Delivered, Rejected, read_records


class Account(NamedTuple):
    """Counts of a dataset.

    rejected: (stage, reason) -> rows, in the order of the stages.
    doubtful: letters that were rejected from rows of which others are delivered.
    letters, parts, methods: label -> letters, part of the split -> letters, how they were found -> letters.
    """

    rows: int
    delivered_rows: int
    rejected: dict[tuple[str, str], int]
    doubtful: int
    letters: dict[str, int]
    parts: dict[str, int]
    methods: dict[str, int]


def read_account(dataset: Path) -> Account:
    """The account of the dataset in the folder ``dataset``."""
    delivered = read_records(dataset / "metadata.csv", Delivered)
    rejected = read_records(dataset / "rejected.csv", Rejected)
    stopped = Counter((row.stage, row.reason) for row in rejected if row.position is None)
    order = [(stage, reason) for stage, reasons in REASONS.items() for reason in reasons]
    order += sorted(stopped.keys() - set(order))  # none should be; if there is one, the sums must still add up
    rows = len({letter.row_id for letter in delivered})
    return Account(
        rows=rows + sum(stopped.values()),
        delivered_rows=rows,
        rejected={key: stopped[key] for key in order if stopped[key]},
        doubtful=sum(row.position is not None for row in rejected),
        letters=dict(sorted(Counter(letter.label for letter in delivered).items())),
        parts={part: sum(letter.split == part for letter in delivered) for part in ("train", "validation", "test")},
        methods=dict(sorted(Counter(letter.method for letter in delivered).items())),
    )


def explain(stage: str, reason: str) -> str:
    """What a reason means."""
    return REASONS.get(stage, {}).get(reason, "?")


NOT_LEARNT = """
         No recogniser was learnt (logs/learn.log says why): letters were found by counting boxes, without confidences.
         Once there are more rows that fit: snakemake -R learn"""


def summary(account: Account, dataset: Path, method: str) -> str:
    """``account`` as plain text for the end of a run. method: the one that was asked for."""
    lines = [
        f"{account.rows:>8,} rows in the table",
        *(
            f"{-count:>8,} {stage}: {reason} ({explain(stage, reason)})"
            for (stage, reason), count in account.rejected.items()
        ),
        f"{account.delivered_rows:>8,} rows delivered ({account.delivered_rows / max(account.rows, 1):.1%})",
        "",
        f"{sum(account.letters.values()):>8,} letters: "
        + ", ".join(f"{count:,} {part}" for part, count in account.parts.items()),
        *([f"{-account.doubtful:>8,} letters of these rows are less sure"] if account.doubtful else []),
        *_columns([f"{label} {count:>6,}" for label, count in account.letters.items()]),
        *([NOT_LEARNT] if method == "align" and "align" not in account.methods else []),
        "",
        f"Dataset: {dataset}/    What is not in it, and why: {dataset}/rejected.csv",
    ]
    return "\n".join(lines) + "\n"


def _columns(cells: list[str], across: int = 9) -> list[str]:
    return ["         " + "  ".join(cells[start : start + across]) for start in range(0, len(cells), across)]
