"""The cells of a table, before anybody judges them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lettermill.records.schemas import TableNote
from lettermill.table.layout import Layout


@dataclass
class Sheet:
    """The rows of a table as text, each as wide as the header, and what became of all other lines.

    lines: those of the file (workbook: its rows) on which ``rows`` begin. malformed: (line, message) where no row could
    be read. spans: first line -> last line, of the rows and malformed places that take more than one. short: first
    lines of rows that have fewer fields than the header. Lines of the file that are in none of these are blank, or
    belong to the header.
    """

    layout: Layout
    rows: list[list[str]] = field(default_factory=list)
    lines: Sequence[int] = field(default_factory=list)
    malformed: list[tuple[int, str]] = field(default_factory=list)
    spans: dict[int, int] = field(default_factory=dict)
    short: set[int] = field(default_factory=set)
    notes: list[TableNote] = field(default_factory=list)

    def column(self, place: int) -> list[str]:
        """The cells of a column."""
        return [row[place] for row in self.rows]
