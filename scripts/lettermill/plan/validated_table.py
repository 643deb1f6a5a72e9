"""The user's table by rows: the usable ones and the rejected ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lettermill.base.alphabet import Alphabet
from lettermill.base.errors import InputError
from lettermill.corrections.correction import Correction
from lettermill.plan.rows import Row, validate_rows
from lettermill.records.schemas import RejectedRow, TableNote, TriedCorrection
from lettermill.table.encoding import AUTO
from lettermill.table.layout import Columns
from lettermill.table.read import read_raw_table


@dataclass
class ValidatedTable:
    """The rows of a table, usable and rejected.

    rows: by id. notes: repairs and assumptions, by line. corrections: the outcomes of the corrections of its rows.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: list[TableNote] = field(default_factory=list)
    corrections: list[TriedCorrection] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of rows of the table."""
        return len(self.rows) + len(self.rejected)


def read_validated_table(
    path: Path,
    columns: Columns,
    alphabet: Alphabet,
    unreadable: Iterable[str],
    encoding: str = AUTO,
    corrections: Iterable[Correction] = (),
    sheet: str | None = None,
) -> ValidatedTable:
    """Read the table at ``path`` (see ``read_raw_table``), every row by itself.

    encoding: see ``to_text``. corrections: those of whole rows. sheet: see ``read_workbook``. Raises InputError when
    the file is not a table with these columns, or has no row.
    """
    table = read_raw_table(path, columns, encoding, sheet)
    if not len(table.cells) and not table.malformed:
        raise InputError(f"{path}: the table has a header but no rows. Add at least one row.")
    rows, rejected, tried = validate_rows(path.name, table, columns, alphabet, unreadable, corrections)
    return ValidatedTable({row.row_id: row for row in rows}, rejected, sorted(table.notes), tried)
