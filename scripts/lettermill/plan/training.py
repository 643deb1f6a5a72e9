"""Whether the recogniser was trained on a table like this one, or the table has outgrown it."""

import hashlib
import heapq
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from lettermill.base.findings import GROWN
from lettermill.plan.rows import Row
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Learning

SKETCH = 128
"""Number of rows in the sketch of a table."""

REMAINING, FEWEST = 0.5, 8
"""Share of its rows that must still be there for a table to be the same, if at least so many can be looked up."""


class TableSketch(NamedTuple):
    """What a table was when the recogniser was trained. rows: their number. content: a digest of everything about them.
    sketch: the smallest hashes of the rows and their transcriptions. missing: image files that were not there."""

    rows: int
    content: str
    sketch: list[str]
    missing: int = 0

    def share_in(self, other: "TableSketch") -> float | None:
        """The share of the rows that are in ``other`` too; None if too few can be looked up.

        The smallest hashes of all rows are a random sample of them, and of those in both tables alike (Broder, "On the
        resemblance and containment of documents", SEQUENCES 1997).
        """
        complete = len(other.sketch) < SKETCH
        here = [name for name in self.sketch if complete or name <= other.sketch[-1]]
        return sum(name in other.sketch for name in here) / len(here) if len(here) >= FEWEST else None


def sketch_of(rows: Iterable[Row]) -> list[str]:
    """See ``TableSketch``."""
    names = (hashlib.sha256(f"{row.row_id} {row.pattern}".encode()).hexdigest()[:12] for row in rows)
    return heapq.nsmallest(SKETCH, names)


def why_again(
    then: TableSketch,
    rows: int,
    sketch: list[str],
    content: Callable[[], str],
    missing: Callable[[], int],
    tried: Learning,
    most: int,
) -> str:
    """Why the recogniser is trained again; empty if it need not be.

    then: the table that it was trained on. rows, sketch, content, missing: of the table as it is now, see
    ``TableSketch``. tried: what there was to learn from. most: number of words that it learns from at most.
    """
    if not tried.learnt:
        return "" if content() == then.content else "Nothing could be learnt before, and the table has changed"
    share = then.share_in(TableSketch(rows, "", sketch))
    if share is not None and share < REMAINING:
        return "Most rows that the recogniser has learnt from are gone or have other transcriptions"
    if tried.fitting >= most:
        return ""
    if rows >= GROWN * then.rows:
        return f"The table has grown from {then.rows:,} to {rows:,} rows"
    if then.missing:
        had, have = then.rows - then.missing, rows - missing()
        if have >= GROWN * had:
            return f"{had:,} images were there to learn from, and {have:,} are there now"
    return ""


def table_then(trained_with: Path) -> TableSketch | None:
    """The table that a recogniser was trained on, from the last line of the file that `learn` wrote with it; None if it
    does not say."""
    try:
        return TableSketch(**json.loads(trained_with.read_text(encoding="utf-8").splitlines()[-1]))
    except (OSError, ValueError, TypeError, IndexError):
        return None


def tried_then(learning: Path) -> Learning | None:
    """What there was to learn from; None if the file does not say."""
    lines = read_records(learning, Learning) if learning.is_file() else []
    return lines[0] if lines else None
