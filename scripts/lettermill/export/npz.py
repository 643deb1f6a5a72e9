"""NumPy: one file of arrays for each split, which `np.load` reads without unpickling."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from lettermill.base.files import atomic_writer
from lettermill.base.split import Split
from lettermill.dataset.letter_table import read_letters
from lettermill.export.all_squares import AllSquares
from lettermill.export.labelled_letters import TYPES, class_indices

log = logging.getLogger(__name__)

COLUMNS = ("row_id", "method", "position", "x", "y", "width", "height", "confidence")


def write_npz(squares: Mapping[Path, Path], split: Split, classes: Sequence[str], outputs: Mapping[str, Path]) -> None:
    """Write all letters, sorted by row id and position, to one file for each split.

    squares: see ``AllSquares``. classes: see ``classes_of``. outputs: split -> .npz file.
    The arrays of a file are: images (letters, SIDE, SIDE) uint8; labels (letters,) int64, indices into classes;
    classes; and, all (letters,), row_id, position, x, y, width, height, confidence (NaN if there is none) and method.
    """
    letters = read_letters(list(squares), split)
    images = AllSquares(letters, squares)
    for part, path in outputs.items():
        of_part = letters[letters["split"] == part]
        columns = {
            name: np.array(of_part[name].tolist(), str if TYPES[name] == "string" else TYPES[name]) for name in COLUMNS
        }
        labels = class_indices(of_part["label"], classes).astype(np.int64)
        with atomic_writer(path) as file:
            # NumPy gives the entries of the archive a fixed time, so the same letters give the same bytes.
            np.savez_compressed(
                file,
                allow_pickle=False,
                images=images.of(of_part),
                labels=labels,
                **columns,
                classes=np.array(classes, str),
            )
        log.info("%s: %d letters", part, len(of_part))
