"""Contact sheets: pictures by which people can judge a dataset, one for each kind of what came out."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.errors import CorruptedFileError
from lettermill.files import write_bytes
from lettermill.image.codec import decode, encode_png
from lettermill.image.drawing import captioned, class_lines
from lettermill.records import Cropped, Delivered, Rejected, read_records
from lettermill.stages.cut import REJECTED
from lettermill.stages.images import read_crop, read_offsets

COLUMNS, LINES = 24, 14
"""Letters in a line of a sheet, and lines of the sheets that are not by class."""

CELL, LARGEST = (48, 44), 2.0
"""Room for a letter there, in pixels, and how far letters may be enlarged."""

ROW_COLUMNS, ROW_LINES = 3, 20
"""The same for words."""


class Batch(NamedTuple):
    """The folders of a batch that ``cut_batch`` and ``crop_batch`` have written."""

    letters: Path
    cropped: Path


class Sheets(NamedTuple):
    """Where the pictures go."""

    delivered: Path
    least_confident: Path
    rejected_letters: Path
    rejected_rows: Path


def write_sheets(dataset: Path, batches: Sequence[Batch], output: Sheets) -> None:
    """Draw the contact sheets of ``dataset``.

    delivered: letters of each class, drawn by a hash of their names: a fair sample, and the same every time.
    least_confident: the letters that only just came in. rejected_letters, rejected_rows: a sample of letters that were
    too doubtful and of words that gave none, with the reason.
    """
    letters = read_records(dataset / "metadata.csv", Delivered)
    _write(output.delivered, class_lines(_by_class(dataset, letters), COLUMNS))
    doubtful = sorted(
        (letter.confidence, letter.file_name, letter.label) for letter in letters if letter.confidence is not None
    )
    least = [(f"{label} {sure:.2f}", _read(dataset / name)) for sure, name, label in doubtful[: COLUMNS * LINES]]
    _write(output.least_confident, captioned(least, COLUMNS, CELL, LARGEST))
    rejected = [(batch, row) for batch in batches for row in read_records(batch.letters / "rejected.csv", Rejected)]
    of_letters = [(batch, row) for batch, row in rejected if row.position is not None]
    _write(output.rejected_letters, captioned(_letters(of_letters), COLUMNS, CELL, LARGEST))
    of_rows = [(batch, row) for batch, row in rejected if row.position is None]
    _write(output.rejected_rows, captioned(_rows(of_rows), ROW_COLUMNS, (48, 400)))


def _by_class(dataset: Path, letters: Iterable[Delivered]) -> list[tuple[str, list[np.ndarray]]]:
    classes: dict[str, list[str]] = {}
    for letter in letters:
        classes.setdefault(letter.label, []).append(letter.file_name)
    drawn = {label: sorted(names, key=_draw)[:COLUMNS] for label, names in sorted(classes.items())}
    return [(label, [_read(dataset / name) for name in names]) for label, names in drawn.items()]


def _letters(rejected: Iterable[tuple[Batch, Rejected]]) -> list[tuple[str, np.ndarray]]:
    """A sample of the letters that were rejected, the most confident first."""
    names = [(f"{row.row_id}_{row.position}.png", row.confidence, row.label, batch.letters) for batch, row in rejected]
    drawn = sorted(names, key=lambda name: _draw(name[0]))[: COLUMNS * LINES]
    drawn.sort(key=lambda name: (-name[1], name[0]))
    return [(f"{label} {sure:.2f}", _read(folder / REJECTED / name)) for name, sure, label, folder in drawn]


def _rows(rejected: Iterable[tuple[Batch, Rejected]]) -> list[tuple[str, np.ndarray]]:
    """A sample of the words that gave no letter but have an image, by the reason."""
    drawn = sorted(rejected, key=lambda each: _draw(each[1].row_id))
    crops: dict[Path, dict[str, Cropped]] = {}
    words = []
    for batch, row in drawn:
        if len(words) == ROW_COLUMNS * ROW_LINES:
            break
        if batch.cropped not in crops:
            crops[batch.cropped] = read_offsets(batch.cropped)
        crop = crops[batch.cropped].get(row.row_id)
        if crop is not None and not crop.reason:
            words.append((f"{row.reason}: {row.row_id}", read_crop(batch.cropped, crop)))
    return sorted(words, key=lambda word: word[0])


def _draw(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _read(path: Path) -> np.ndarray:
    image = decode(path.read_bytes()) if path.is_file() else None
    if image is None:
        raise CorruptedFileError(f"{path} is missing or cannot be decoded. Make it anew: snakemake -R cut dataset.")
    return image


def _write(path: Path, picture: np.ndarray) -> None:
    write_bytes(path, encode_png(picture))
