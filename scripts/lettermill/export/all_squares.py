"""The squares of all batches as one sequence."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.export.squares import SIDE
from lettermill.records.csv_files import read_fields
from lettermill.records.current import current
from lettermill.records.schemas import Letter


class AllSquares:
    """The squares of all letters, read when needed, so that they do not have to fit into memory.

    letters: see ``read_letters``. files: batch -> its file, written by ``write_squares``.
    Raises CorruptedFileError if a file does not match its batch.
    """

    def __init__(self, letters: pd.DataFrame, files: Mapping[Path, Path]):
        batches = letters["batch"].cat.categories
        self._files = [files[batch] for batch in batches]
        counts = letters["batch"].value_counts()
        self._first = np.cumsum([0, *(counts[batch] for batch in batches)])  # index of the first letter of each batch
        self._places = [_places(batch, counts[batch]) for batch in batches]
        for batch, path, (_, length) in zip(batches, self._files, self._places, strict=True):
            if len(_opened(path)) != length:
                raise CorruptedFileError(
                    f"{path} does not contain as many letters as {batch} lists. Delete it and run again."
                )

    def of(self, letters: pd.DataFrame) -> np.ndarray:
        """The squares of ``letters``, a selection of rows, as (letters, SIDE, SIDE) uint8."""
        found = np.empty((len(letters), SIDE, SIDE), np.uint8)
        numbers = letters.index.to_numpy()
        order = np.argsort(numbers)  # batch by batch
        bounds = np.searchsorted(numbers[order], self._first)
        for number, (path, first) in enumerate(zip(self._files, self._first[:-1], strict=True)):
            selected = order[bounds[number] : bounds[number + 1]]
            if len(selected):
                found[selected] = _opened(path)[self._places[number][0][numbers[selected] - first]]
        return found


def _places(batch: Path, count: int) -> tuple[np.ndarray, int]:
    """(the place of each of the ``count`` delivered letters of ``batch`` among its squares, number of squares). Letters
    that are withheld have squares."""
    table = current(batch, "letters.csv")
    if table.parent == batch:
        return np.arange(count), count
    places = {name: place for place, (name, *_) in enumerate(read_fields(batch / "letters.csv", Letter))}
    return np.array([places[name] for name, *_ in read_fields(table, Letter)], int), len(places)


def _opened(path: Path) -> np.ndarray:
    try:
        squares: np.ndarray = np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise CorruptedFileError(f"{path} cannot be read: {error}. Delete it and run again.") from error
    if squares.dtype != np.uint8 or squares.shape[1:] != (SIDE, SIDE):
        raise CorruptedFileError(f"{path} does not contain squares of {SIDE} pixels. Delete it and run again.")
    return squares
