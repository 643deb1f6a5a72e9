"""The summary of a run: its account as text."""

from pathlib import Path

from lettermill.dataset.account import PARTS, Account, explain
from lettermill.reasons import MAY_PASS

NOT_LEARNT = """
         No recogniser was learnt (logs/learn.log says why): letters were found by counting boxes, without confidences.
         Once there are more rows that fit: snakemake -R learn"""


MAY_PASS_YET = """
         Of the images that could not be downloaded, those of {:,} rows may come another time:
         snakemake retry_failed; snakemake"""


def summary(account: Account, dataset: Path, method: str, notes: int = 0) -> str:
    """``account`` as plain text for the end of a run.

    method: the one that was asked for. notes: how many there are on the table, see ``TableNote``.
    """
    letters = sorted(account.letters.items())
    lines = [
        f"{account.rows:>8,} rows in the table",
        *([f"{notes:>8,} notes on how it was read: {dataset.parent}/table_notes.csv"] if notes else []),
        *(
            f"{-count:>8,} {stage}: {reason} ({explain(stage, reason)})"
            for (stage, reason), count in account.rejected.items()
        ),
        f"{account.delivered_rows:>8,} rows delivered ({account.delivered_rows / max(account.rows, 1):.1%})",
        "",
        f"{account.letters.total():>8,} letters: " + ", ".join(f"{account.parts[part]:,} {part}" for part in PARTS),
        *([f"{-account.doubtful:>8,} letters of these rows are less sure"] if account.doubtful else []),
        *_columns([f"{label} {count:>6,}" for label, count in letters]),
        *([MAY_PASS_YET.format(passing)] if (passing := _passing(account)) else []),
        *([NOT_LEARNT] if method == "align" and "align" not in account.methods else []),
        "",
        f"Dataset: {dataset}/    What is not in it, and why: {dataset}/rejected.csv",
    ]
    return "\n".join(lines) + "\n"


def _passing(account: Account) -> int:
    """Rows whose images may come another time."""
    return sum(account.stopped["download", reason] for reason in MAY_PASS)


def _columns(cells: list[str], across: int = 9) -> list[str]:
    return ["         " + "  ".join(cells[start : start + across]) for start in range(0, len(cells), across)]
