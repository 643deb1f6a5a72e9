"""NumPy: a file of arrays for each part, which `np.load` reads without unpickling."""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from lettermill.base.files import atomic_writer
from lettermill.base.split import Split
from lettermill.export.labelled_letters import count_letters, indices, totals
from lettermill.export.squares import SIDE, merged_squares
from lettermill.records.csv_files import columns_of
from lettermill.records.schemas import Letter

log = logging.getLogger(__name__)

_PLACE = {name: place for place, name in enumerate(columns_of(Letter))}
_NUMBERS = ("position", "x", "y", "width", "height")
_TEXTS = ("row_id", "method")


def write_npz(batches: Mapping[Path, Path], split: Split, classes: Sequence[str], outputs: Mapping[str, Path]) -> None:
    """Write all letters, in the order of row id and position, to one file for each part.

    batches: see ``merged_squares``. classes: see ``classes_of``. outputs: part -> .npz file.
    Its arrays are images (letters, SIDE, SIDE) uint8, labels (letters,) int64, the index of the class in classes, and
    (letters,) row_id, position, x, y, width, height, confidence (NaN where there is none) and method.
    """
    counts = totals(count_letters(batches, split))
    parts = {part: _Part(counts[part]) for part in outputs}
    index, part_of = indices(classes), cache(split.part_of)
    for fields, square in merged_squares(batches):
        parts[part_of(fields[_PLACE["row_id"]])].add(fields, index[fields[_PLACE["label"]]], square)
    for part, path in outputs.items():
        arrays = parts.pop(part).arrays()
        log.info("%s: %d letters", part, len(arrays["labels"]))
        with atomic_writer(path) as file:
            # The entries of the archive have a fixed time, so that the same letters give the same bytes.
            np.savez_compressed(file, allow_pickle=False, **arrays, classes=np.array(classes, str))


class _Part:
    """The arrays of a part, to be filled."""

    def __init__(self, count: int):
        self._images = np.empty((count, SIDE, SIDE), np.uint8)
        self._labels = np.empty(count, np.int64)
        self._numbers = {name: np.empty(count, np.int32) for name in _NUMBERS}
        self._confidence = np.empty(count, np.float64)
        self._texts: dict[str, list[str]] = {name: [] for name in _TEXTS}
        self._known: dict[str, str] = {}
        self._next = 0

    def add(self, fields: Sequence[str], label: int, square: np.ndarray) -> None:
        at, self._next = self._next, self._next + 1
        self._images[at], self._labels[at] = square, label
        for name, column in self._numbers.items():
            column[at] = int(fields[_PLACE[name]])
        self._confidence[at] = float(fields[_PLACE["confidence"]] or "nan")
        for name, texts in self._texts.items():
            text = fields[_PLACE[name]]
            texts.append(self._known.setdefault(text, text))  # one string for all letters of a row

    def arrays(self) -> dict[str, np.ndarray]:
        texts = {name: np.array(values, str) for name, values in self._texts.items()}
        columns = {**texts, **self._numbers, "confidence": self._confidence}
        return {"images": self._images, "labels": self._labels, **columns}
