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

    cells: the rows in order, indexed by their first line in the file (in a workbook or Parquet file, by their number);
    columns are numbered, and all are text. malformed: (line, message) where no row could be read. last_lines: first
    line -> last line, of rows and malformed places of more than one line. short: first lines of rows that have fewer
    fields than the header. All other lines of the file are blank or belong to the header.
    """

    layout: Layout
    cells: pd.DataFrame
    malformed: list[tuple[int, str]] = field(default_factory=list)
    last_lines: dict[int, int] = field(default_factory=dict)
    short: set[int] = field(default_factory=set)
    notes: list[TableNote] = field(default_factory=list)

    @property
    def lines(self) -> list[int]:
        """The first line of each row."""
        lines: list[int] = self.cells.index.tolist()
        return lines

    def column(self, place: int) -> list[str]:
        """The cells of a column."""
        cells: list[str] = self.cells[place].tolist()
        return cells


def to_frame(rows: Iterable[Sequence[str]], lines: Sequence[int], width: int) -> pd.DataFrame:
    """``RawTable.cells`` of ``rows`` that begin on ``lines`` and have ``width`` cells each."""
    import pandas as pd  # slow to import, and a job that finds the table in the index does not need it

    return pd.DataFrame(list(rows), index=pd.Index(list(lines), dtype="int64"), columns=range(width), dtype=object)
