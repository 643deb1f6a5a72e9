"""What a recogniser learns from; apart from ``learn``, so that gathering it needs no learning library."""

from typing import NamedTuple

import numpy as np

from lettermill.image.box import Box


class Example(NamedTuple):
    """A word to learn from: its cropped image, its letters, and their boxes in the image."""

    row_id: str
    image: np.ndarray  # (height, width) uint8
    line: int | None  # a row of the image known to cross the word
    word: str
    boxes: list[Box]  # one for each letter of the word
