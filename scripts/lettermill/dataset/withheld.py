"""Rows that are withheld: their transcriptions seem to belong to other images, so that letters which look right are
right by chance."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from lettermill.base.reasons import CONTRADICTED, MOVED
from lettermill.dataset.moved import WINDOW, Moved
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Finding, Withheld

Row = TypeVar("Row", bound=tuple)

MOST = 0.5
"""Share of suspects among the words from which rows are withheld."""

UNRELATED = 0.3
"""Correlation of the numbers of boxes and letters below which the images say nothing for the transcriptions. It is 0.9
in most tables, and between 0.2 and 0.5 where letters are joined or most ink is print."""


def find_withheld(
    findings: Sequence[Finding],
    moved: Sequence[Moved],
    suspects: Collection[str] | None,
    decided: Collection[str] = (),
) -> list[Withheld]:
    """The rows to withhold, by row id.

    moved: see ``find_moved``. suspects: ids of the rows whose ink contradicts the transcription; None if nothing reads
    the ink. decided: ids of the rows whose transcription a person has confirmed or corrected.

    Rows that have moved are withheld if most of them are suspects. So are all the others, if there are enough to tell,
    most of them are suspects, and the numbers of boxes and letters are unrelated.
    """
    found: dict[str, Withheld] = {}
    for stretch in moved:
        if suspects is None or _share(stretch.images, suspects) >= MOST:
            for row_id, image in stretch.images.items():
                found[row_id] = Withheld(row_id, MOVED, f"it fits the image of row {image}" if image else "")
    others = [row for row in findings if row.row_id not in found]
    if suspects is not None and len(others) >= WINDOW:
        share = _share([row.row_id for row in others], suspects)
        if share >= MOST and _correlation(others) < UNRELATED:
            detail = f"the ink contradicts {share:.0%} of the transcriptions"
            found |= {row.row_id: Withheld(row.row_id, CONTRADICTED, detail) for row in others}
    return sorted(row for row_id, row in found.items() if row_id not in decided)


def without_withheld(rows: Iterable[Row], withheld: Path) -> list[Row]:
    """Those of ``rows``, which begin with a row id, that are not in the table ``withheld``."""
    left_out = {row.row_id for row in read_records(withheld, Withheld)}
    return [row for row in rows if row[0] not in left_out]


def _share(rows: Collection[str], suspects: Collection[str]) -> float:
    return sum(row_id in suspects for row_id in rows) / max(len(rows), 1)


def _correlation(rows: Sequence[Finding]) -> float:
    """Of the numbers of boxes and letters; 0 if one of them is the same in all rows."""
    boxes, letters = np.array([(row.boxes, len(row.transcription)) for row in rows], float).T
    return float(np.corrcoef(boxes, letters)[0, 1]) if boxes.std() and letters.std() else 0.0
