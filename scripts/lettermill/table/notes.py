"""Notes on the repairs of a table, and on assumptions about it."""

from collections.abc import Sequence

from lettermill.records.schemas import TableNote

_NAMED = 5
"""Lines that a note names, at most."""


def note_on_lines(lines: Sequence[int], what: str) -> TableNote:
    """One note on all of ``lines``, at least one."""
    if len(lines) == 1:
        return TableNote(lines[0], what)
    named = ", ".join(map(str, lines[:_NAMED])) + (", …" if len(lines) > _NAMED else "")
    return TableNote(lines[0], f"{len(lines):,} lines ({named}): {what}")
