"""What is said of a table that was repaired, or in which something was taken for granted."""

from collections.abc import Sequence

from lettermill.records.schemas import TableNote

_NAMED = 5
"""Lines that are named when many are alike."""


def note_on_lines(lines: Sequence[int], what: str) -> TableNote:
    """One note on all of ``lines``, of which there is one at least."""
    if len(lines) == 1:
        return TableNote(lines[0], what)
    named = ", ".join(map(str, lines[:_NAMED])) + (", …" if len(lines) > _NAMED else "")
    return TableNote(lines[0], f"{len(lines):,} lines ({named}): {what}")
