"""The squares of all batches, put together in one order."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.export.squares import SIDE


class AllSquares:
    """The squares of all letters. They are read as they are needed: those of all need not be in memory.

    letters: see ``read_letters``. files: batch -> the file that ``write_squares`` has made of it.
    Raises CorruptedFileError when such a file does not fit its batch.
    """

    def __init__(self, letters: pd.DataFrame, files: Mapping[Path, Path]):
        self._of_batch: dict[Path, np.ndarray] = {}
        self._first: dict[Path, int] = {}  # number, in the index of letters, of the batch's first
        first, counts = 0, letters["batch"].value_counts()
        for batch in letters["batch"].cat.categories:
            self._of_batch[batch] = squares = _opened(files[batch])
            if len(squares) != counts[batch]:
                raise CorruptedFileError(
                    f"{files[batch]} has not as many letters as {batch} lists. Delete it and run again."
                )
            self._first[batch] = first
            first += len(squares)

    def of(self, letters: pd.DataFrame) -> np.ndarray:
        """Those of some of the letters, as (letters, SIDE, SIDE) uint8."""
        found = np.empty((len(letters), SIDE, SIDE), np.uint8)
        numbers = letters.index.to_numpy()
        for batch, places in letters.groupby("batch", observed=True).indices.items():
            found[places] = self._of_batch[batch][numbers[places] - self._first[batch]]
        return found


def _opened(path: Path) -> np.ndarray:
    try:
        squares = np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise CorruptedFileError(f"{path} cannot be read: {error}. Delete it and run again.") from error
    if squares.dtype != np.uint8 or squares.shape[1:] != (SIDE, SIDE):
        raise CorruptedFileError(f"{path} has no squares of {SIDE} pixels. Delete it and run again.")
    return squares
