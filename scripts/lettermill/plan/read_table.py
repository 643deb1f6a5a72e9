"""The user's table by rows: which there are, and which of them cannot be worked on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lettermill.base.alphabet import Alphabet
from lettermill.base.errors import InputError
from lettermill.corrections.correction import Correction
from lettermill.plan.rows import Row, Unusable, validate_rows
from lettermill.records.schemas import TableNote, TriedCorrection
from lettermill.table.encoding import AUTO
from lettermill.table.layout import Columns
from lettermill.table.read import read_sheet


@dataclass
class Table:
    """The rows of a table, those that can be worked on (by id) and those that cannot.

    notes: what was repaired in it, or taken for granted, by line. decided: what has become of corrections of its rows.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)
    notes: list[TableNote] = field(default_factory=list)
    decided: list[TriedCorrection] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Number of rows as given."""
        return len(self.rows) + len(self.unusable)


def read_table(
    path: Path,
    columns: Columns,
    alphabet: Alphabet,
    unreadable: Iterable[str],
    encoding: str = AUTO,
    corrections: Iterable[Correction] = (),
) -> Table:
    """Read the table at ``path`` (CSV or TSV, also gzipped, or Excel, whatever it is called), every row by itself.

    encoding: see ``to_text``. corrections: those of rows. Raises InputError when there is no table with these columns
    in it, or no row.
    """
    sheet = read_sheet(path, columns, encoding)
    if not sheet.rows and not sheet.malformed:
        raise InputError(f"{path}: the table has a header but no rows. Add at least one row.")
    rows, unusable, decided = validate_rows(path.name, sheet, columns, alphabet, unreadable, corrections)
    return Table({row.row_id: row for row in rows}, unusable, sorted(sheet.notes), decided)
