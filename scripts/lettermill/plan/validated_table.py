"""The user's table by rows: which there are, and which of them cannot be worked on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lettermill.base.alphabet import Alphabet
from lettermill.base.errors import InputError
from lettermill.corrections.correction import Correction
from lettermill.plan.rows import RejectedRow, Row, validate_rows
from lettermill.records.schemas import TableNote, TriedCorrection
from lettermill.table.encoding import AUTO
from lettermill.table.layout import Columns
from lettermill.table.read import read_raw_table


@dataclass
class ValidatedTable:
    """The rows of a table, those that can be worked on and those that cannot.

    rows: by their ids. notes: what was repaired in it, or taken for granted, by line. corrections: what has become of
    those of its rows.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: list[TableNote] = field(default_factory=list)
    corrections: list[TriedCorrection] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of rows as given."""
        return len(self.rows) + len(self.rejected)


def read_validated_table(
    path: Path,
    columns: Columns,
    alphabet: Alphabet,
    unreadable: Iterable[str],
    encoding: str = AUTO,
    corrections: Iterable[Correction] = (),
) -> ValidatedTable:
    """Read the table at ``path`` (see ``read_raw_table``), every row by itself.

    encoding: see ``to_text``. corrections: those of rows. Raises InputError when there is no table with these columns
    in it, or no row.
    """
    table = read_raw_table(path, columns, encoding)
    if not len(table.cells) and not table.malformed:
        raise InputError(f"{path}: the table has a header but no rows. Add at least one row.")
    rows, rejected, tried = validate_rows(path.name, table, columns, alphabet, unreadable, corrections)
    return ValidatedTable({row.row_id: row for row in rows}, rejected, sorted(table.notes), tried)
