"""The boxes of a word image by one ink hypothesis, as `segment` finds and `match` uses them."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from lettermill.base.box import Box
from lettermill.records.schemas import SegmentedBox


class Boxes(NamedTuple):
    """The boxes of an image by one ink hypothesis. votes: number of sets of ink that agree."""

    hypothesis: str
    votes: int
    boxes: list[Box]


def boxes_in(records: Sequence[SegmentedBox]) -> list[Boxes] | None:
    """The boxes of one image by each hypothesis, from its ``records``; None if some are missing."""
    every = [list(of_one) for _, of_one in groupby(records, lambda record: record.hypothesis)]
    if any(len(of_one) != of_one[0].boxes for of_one in every):
        return None
    return [Boxes(of_one[0].hypothesis, of_one[0].votes, [record.box for record in of_one]) for of_one in every]
