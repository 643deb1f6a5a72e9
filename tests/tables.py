"""Tables for tests: read from bytes, and an account of their lines."""

import re
from pathlib import Path

from lettermill.base.alphabet import Alphabet
from lettermill.plan.validated_table import ValidatedTable, read_validated_table
from lettermill.table.layout import Columns
from lettermill.table.raw_table import RawTable
from lettermill.table.read import read_raw_table

LATIN = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
COLUMNS = Columns("id", "image", "text")
HEADER = "id,image,text\n"


def read(path: Path, content: str | bytes, columns: Columns = COLUMNS, encoding: str = "auto") -> ValidatedTable:
    """The table with this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_validated_table(path, columns, LATIN, ["EMPTY", "UNREADABLE"], encoding)


def cells(path: Path, content: str | bytes, columns: Columns = COLUMNS, encoding: str = "auto") -> RawTable:
    """Its cells."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_raw_table(path, columns, encoding)


def rows_of(table: RawTable) -> list[list[str]]:
    """The cells by rows."""
    return table.cells.to_numpy().tolist()


def account(table: RawTable, lines: list[str]) -> None:
    """Every one of ``lines`` is part of the header, of one row, of one malformed place, or blank; nothing else is, and
    all that is on the lines of a row is in its cells."""
    covered = set(range(1, table.layout.lines + 1))
    for first in [*table.lines, *(line for line, _ in table.malformed)]:
        part = set(range(first, table.last_lines.get(first, first) + 1))
        assert not part & covered
        covered |= part
    left = {number: line for number, line in enumerate(lines, 1) if number not in covered}
    assert not any(re.sub(r'[\s"]', "", line) for line in left.values()), left
    assert covered <= set(range(1, len(lines) + 1))
    assert set(table.last_lines) <= {*table.lines, *(line for line, _ in table.malformed)}
    for first, row in zip(table.lines, rows_of(table), strict=True):
        assert len(row) == table.layout.width
        written = "".join(lines[first - 1 : table.last_lines.get(first, first)])
        assert _characters(written) == _characters("".join(row))


def lines_of(text: str) -> list[str]:
    """The lines of a text as an editor counts them."""
    return re.split("\r\n|\r|\n", text)


def _characters(text: str) -> str:
    """All but quotes, separators and white space."""
    return re.sub(r'[\s",;|]', "", text)
