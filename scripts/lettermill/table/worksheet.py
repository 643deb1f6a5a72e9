"""One sheet of an Excel workbook, and the limit on the cells of all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lettermill.base.errors import InputError

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""Rows and columns of a sheet, as in Excel."""

MAX_CELLS = 10_000_000
"""Cells of all sheets of a workbook, with empty ones before others."""

MAX_SHEETS = 1_000
"""Sheets of a workbook."""


@dataclass
class Worksheet:
    """A sheet of a workbook.

    rows: (number, cells as text), from 1 on; rows may be missing, and a row ends with its last cell that is not empty.
    The others are complete when all rows have been read. dates: numbers of rows in which a cell is a date. hidden_rows:
    numbers of rows that Excel does not show. links: (row, column), both from 1 on -> address of the cell's hyperlink;
    "" if a formula computes it. escaped: whether characters may be written as ``_x000D_``, see ``unescaped``.
    """

    name: str
    hidden: bool
    rows: Iterable[tuple[int, list[str]]] = ()
    dates: list[int] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    escaped: bool = False


class CellLimit:
    """Counts the cells of the workbook at ``path``."""

    def __init__(self, path: Path):
        self._path, self._left = path, MAX_CELLS

    def take(self, count: int) -> None:
        """Count more cells. Raises InputError when there are too many."""
        self._left -= count
        if self._left < 0:
            raise InputError(
                f"{self._path} has more than {MAX_CELLS:,} cells, empty ones included, too many for a workbook. Delete "
                "the sheets and columns that are not needed, or save it as CSV."
            )

    def refuse_row(self, sheet: str, number: int) -> None:
        """Raises InputError for a row that no sheet can have."""
        raise InputError(
            f"{self._path}, sheet {sheet!r}: there is a row {number:,}, and Excel has {MAX_ROWS:,} rows at most. The "
            "workbook is damaged. Open it in Excel and save it as .xlsx or CSV."
        )
