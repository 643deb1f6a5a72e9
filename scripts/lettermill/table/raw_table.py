"""The cells of a table as they are in its file, before any of them is validated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lettermill.records.schemas import TableNote
from lettermill.table.layout import Layout

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class RawTable:
    """The rows of a table as text, each as wide as the header, and what became of all other lines.

    cells: one row each, by the line of the file on which it begins (workbook and Parquet: by its number there), in
    their order; the columns by number, all of them text. malformed: (line, message) where no row could be read.
    last_lines: first line -> last line, of the rows and malformed places that take more than one. short: first lines
    of rows that have fewer fields than the header. Lines of the file that are in none of these are blank, or belong to
    the header.
    """

    layout: Layout
    cells: pd.DataFrame
    malformed: list[tuple[int, str]] = field(default_factory=list)
    last_lines: dict[int, int] = field(default_factory=dict)
    short: set[int] = field(default_factory=set)
    notes: list[TableNote] = field(default_factory=list)

    @property
    def lines(self) -> list[int]:
        """The line on which each of the rows begins."""
        lines: list[int] = self.cells.index.tolist()
        return lines

    def column(self, place: int) -> list[str]:
        """The cells of a column."""
        cells: list[str] = self.cells[place].tolist()
        return cells


def to_frame(rows: Iterable[Sequence[str]], lines: Sequence[int], width: int) -> pd.DataFrame:
    """``RawTable.cells`` of ``rows`` that begin on ``lines`` and have ``width`` cells each."""
    import pandas as pd  # here, for it takes time that a job which finds the table in the index need not wait for

    return pd.DataFrame(list(rows), index=pd.Index(list(lines), dtype="int64"), columns=range(width), dtype=object)
