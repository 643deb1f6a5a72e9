"""The boxes of a word image by one ink hypothesis, as `segment` finds and `match` uses them."""

from typing import NamedTuple

from lettermill.base.box import Box


class Boxes(NamedTuple):
    """The boxes of an image by one ink hypothesis. votes: number of sets of ink that agree."""

    hypothesis: str
    votes: int
    boxes: list[Box]
