"""The squares of all batches as one sequence."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.export.squares import SIDE


class AllSquares:
    """The squares of all letters, read when needed, so that they do not have to fit into memory.

    letters: see ``read_letters``. files: batch -> its file, written by ``write_squares``.
    Raises CorruptedFileError if a file does not match its batch.
    """

    def __init__(self, letters: pd.DataFrame, files: Mapping[Path, Path]):
        batches = letters["batch"].cat.categories
        self._files = [files[batch] for batch in batches]
        lengths = [len(_opened(path)) for path in self._files]
        self._first = np.cumsum([0, *lengths])  # index of the first letter of each batch
        counts = letters["batch"].value_counts()
        for batch, length in zip(batches, lengths, strict=True):
            if length != counts[batch]:
                raise CorruptedFileError(
                    f"{files[batch]} does not contain as many letters as {batch} lists. Delete it and run again."
                )

    def of(self, letters: pd.DataFrame) -> np.ndarray:
        """The squares of ``letters``, a selection of rows, as (letters, SIDE, SIDE) uint8."""
        found = np.empty((len(letters), SIDE, SIDE), np.uint8)
        numbers = letters.index.to_numpy()
        order = np.argsort(numbers)  # batch by batch
        bounds = np.searchsorted(numbers[order], self._first)
        for path, first, start, stop in zip(self._files, self._first[:-1], bounds[:-1], bounds[1:], strict=True):
            if start < stop:
                places = order[start:stop]
                found[places] = _opened(path)[numbers[places] - first]
        return found


def _opened(path: Path) -> np.ndarray:
    try:
        squares: np.ndarray = np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise CorruptedFileError(f"{path} cannot be read: {error}. Delete it and run again.") from error
    if squares.dtype != np.uint8 or squares.shape[1:] != (SIDE, SIDE):
        raise CorruptedFileError(f"{path} does not contain squares of {SIDE} pixels. Delete it and run again.")
    return squares
