"""What became of the corrections that were made by hand."""

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

MOST = 50
"""Lines that are shown of those that did not apply."""

EFFECTS = {
    "letters delivered": ("accept", "box"),
    "letters left out": ("reject",),
    "letters given another label": ("relabel",),
    "transcriptions replaced or confirmed": ("transcription",),
    "rows left out": ("exclude",),
}
"""What comes of a line that is applied -> actions."""

UNDONE = ("stale", "conflict", "malformed")
"""Outcomes of lines that somebody should look at."""


class Corrections(NamedTuple):
    """counts: (action, outcome) -> lines. undone: the first ``MOST`` lines that did not apply, column -> text."""

    counts: Counter[tuple[str, str]]
    undone: list[dict[str, str]]

    @property
    def actions(self) -> list[str]:
        return sorted({action for action, _ in self.counts})

    @property
    def outcomes(self) -> list[str]:
        return sorted({outcome for _, outcome in self.counts})

    @property
    def effects(self) -> dict[str, int]:
        """What the lines that were applied have done -> how many of them."""
        done = {name: sum(self.counts[action, "applied"] for action in actions) for name, actions in EFFECTS.items()}
        return {name: lines for name, lines in done.items() if lines}

    @property
    def not_applied(self) -> int:
        return sum(lines for (_, outcome), lines in self.counts.items() if outcome in UNDONE)


def read_corrections(path: Path | None) -> Corrections:
    """The account of the corrections in the file ``path``; nothing when there is none, or none in it."""
    counts: Counter[tuple[str, str]] = Counter()
    undone: list[dict[str, str]] = []
    if path is not None and path.exists():
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                line = {str(key): str(value or "") for key, value in row.items()}
                outcome = line.get("outcome", "")
                counts[line.get("action", "") if outcome != "malformed" else "?", outcome] += 1
                if outcome in UNDONE and len(undone) < MOST:
                    undone.append(line)
    return Corrections(counts, undone)
