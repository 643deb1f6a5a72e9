"""Error rate: how many characters of what is written are read wrongly."""

from collections.abc import Sequence


def edits(read: str, written: str) -> int:
    """The fewest characters to insert, delete or replace that make ``read`` of ``written`` (Levenshtein, 1966)."""
    row = list(range(len(written) + 1))
    for number, character in enumerate(read, start=1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(written, start=1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (character != other))
    return row[-1]


def error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Edits of all (read, written) pairs for each character written; 0 when nothing is."""
    written = sum(len(text) for _, text in pairs)
    return sum(edits(*pair) for pair in pairs) / written if written else 0.0
