"""The boxes of a word image by one ink hypothesis, as `segment` finds and `match` uses them."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import by_row, read_results
from lettermill.records.schemas import SegmentedBox, StoppedRow


class Boxes(NamedTuple):
    """The boxes of an image by one ink hypothesis. votes: number of sets of ink that agree."""

    hypothesis: str
    votes: int
    boxes: list[Box]


def read_boxes(segmented: Path) -> dict[str, list[Boxes] | StoppedRow]:
    """Row id -> the boxes of its image by each hypothesis, the most usual first, at least one.

    Raises CorruptedFileError when the file ``segmented`` is damaged, or boxes are missing.
    """
    found: dict[str, list[Boxes] | StoppedRow] = {}
    for row_id, records in by_row(read_results(segmented, SegmentedBox)):
        found[row_id] = records if isinstance(records, StoppedRow) else _boxes_of(records, segmented)
    return found


def _boxes_of(records: Sequence[SegmentedBox], segmented: Path) -> list[Boxes]:
    every = [list(of_one) for _, of_one in groupby(records, lambda record: record.hypothesis)]
    if any(len(of_one) != of_one[0].boxes for of_one in every):
        row_id = records[0].row_id
        raise CorruptedFileError(f"{segmented} is incomplete: row {row_id} lacks boxes. Delete it and run again.")
    return [Boxes(of_one[0].hypothesis, of_one[0].votes, [record.box for record in of_one]) for of_one in every]
