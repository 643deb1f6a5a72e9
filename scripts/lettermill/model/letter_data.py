"""The letters that a model is trained and tested on: squares of a fixed size, with their classes."""

import csv
import logging
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.base.file_names import letter_of_folder
from lettermill.base.split import PARTS
from lettermill.image.codec import decode
from lettermill.image.normalise import normalise
from lettermill.records.csv_files import columns_of, read_fields
from lettermill.records.schemas import Delivered

log = logging.getLogger(__name__)

NO_CLASS = -1
"""Target of a letter whose label is not a class of the model."""


class LetterData(NamedTuple):
    """Letters. squares: (n, side, side) uint8, 0 is paper. targets: (n,) int64, class indices. files: their images."""

    squares: np.ndarray
    targets: np.ndarray
    files: list[Path]

    @classmethod
    def of(cls, found: Iterable[tuple[np.ndarray, int, Path]], side: int) -> "LetterData":
        """Letters given as (square, target, file)."""
        squares, targets, files = [], [], []
        for square, target, file in found:
            squares.append(square)
            targets.append(target)
            files.append(file)
        return cls(np.array(squares, np.uint8).reshape(-1, side, side), np.array(targets, np.int64), files)


def labels_of(metadata: Path) -> tuple[str, ...]:
    """The classes: the sorted labels of the dataset with the table of letters ``metadata``."""
    label = columns_of(Delivered).index("label")
    return tuple(sorted({fields[label] for fields in read_fields(metadata, Delivered)}))


def load_dataset(
    metadata: Path, classes: Sequence[str], side: int, margin: int, parts: Collection[str] = PARTS
) -> dict[str, LetterData]:
    """Split -> letters, for the splits ``parts`` of the dataset with the table of letters ``metadata``, in its order.

    side, margin: see ``normalise``. Raises CorruptedFileError if an image is missing or cannot be decoded.
    """
    index = {label: number for number, label in enumerate(classes)}
    found: dict[str, list] = {part: [] for part in parts}
    for name, label, *_, part in read_fields(metadata, Delivered):
        if part not in found:
            continue
        path = metadata.parent / name
        image = decode(path.read_bytes()) if path.is_file() else None
        if image is None:
            raise CorruptedFileError(f"{path} is missing or cannot be decoded. Rerun the rule `dataset`.")
        found[part].append((normalise(image, side, margin), index[label], path))
    return {part: LetterData.of(letters, side) for part, letters in found.items()}


def load_folder(folder: Path, classes: Sequence[str], side: int, margin: int) -> LetterData:
    """Letters from another source: ``folder`` has a subfolder of images for each label, see ``letter_folders``.

    If most images have light letters on a dark background, as in MNIST, all images are inverted. Letters with a label
    that is not a class get the target NO_CLASS. Raises InputError if there is no image.
    """
    index = {label: number for number, label in enumerate(classes)}
    found, unread = [], 0
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path in sorted(path for path in place.iterdir() if path.is_file()):
            image = decode(path.read_bytes())
            if image is None:
                unread += 1
            else:
                found.append((image, index.get(letter_of_folder(place.name), NO_CLASS), path))
    if not found:
        raise InputError(
            f"Config `train: {{test_on: …}}`: the folder {folder} contains no letter images. "
            "Put the images of each letter into a subfolder that is named after the letter."
        )
    if unread:
        log.warning("%s: skipped %d files that cannot be decoded as images", folder, unread)
    light = np.mean([_is_light_on_dark(image) for image, *_ in found]) > 0.5
    if light:
        log.info("%s: light letters on a dark background: inverting them", folder)
    images = ((255 - image if light else image, target, path) for image, target, path in found)
    return LetterData.of(((normalise(image, side, margin), target, path) for image, target, path in images), side)


def _is_light_on_dark(image: np.ndarray) -> bool:
    """Whether most pixels at the edges of ``image`` ((height, width) uint8) are dark, by Otsu's threshold."""
    threshold, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return bool((edges <= threshold).mean() > 0.5)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write a CSV file with ``\\n`` line ends."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
