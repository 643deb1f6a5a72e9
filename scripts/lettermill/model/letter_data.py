"""The letters that a model is trained and tested on: squares of one size, with their classes."""

import csv
import logging
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.base.split import PARTS
from lettermill.image.codec import decode
from lettermill.image.normalise import normalise
from lettermill.records.csv_files import columns_of, read_fields
from lettermill.records.schemas import Delivered

log = logging.getLogger(__name__)

NO_CLASS = -1
"""Target of a letter whose label is none of the classes."""


class LetterData(NamedTuple):
    """squares: (n, side, side) uint8, 0 is paper. targets: (n,) int64, indices of classes. files: their images."""

    squares: np.ndarray
    targets: np.ndarray
    files: list[Path]

    @classmethod
    def of(cls, found: Iterable[tuple[np.ndarray, int, Path]], side: int) -> "LetterData":
        """Letters given one by one as (square, target, file)."""
        squares, targets, files = [], [], []
        for square, target, file in found:
            squares.append(square)
            targets.append(target)
            files.append(file)
        return cls(np.array(squares, np.uint8).reshape(-1, side, side), np.array(targets, np.int64), files)


def labels_of(metadata: Path) -> tuple[str, ...]:
    """The labels of the dataset whose table of letters is ``metadata``, in order: the classes."""
    label = columns_of(Delivered).index("label")
    return tuple(sorted({fields[label] for fields in read_fields(metadata, Delivered)}))


def load_dataset(
    metadata: Path, classes: Sequence[str], side: int, margin: int, parts: Collection[str] = PARTS
) -> dict[str, LetterData]:
    """Part of the split -> letters, of ``parts`` of the dataset whose table of letters is ``metadata``, in its order.

    side, margin: see ``normalise``. Raises CorruptedFileError when an image is missing or cannot be decoded.
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
    """Letters from elsewhere: ``folder`` has a folder of images for each label; its other files do not count.

    Light letters on dark ground, as in MNIST, are turned into dark ones when most images of the folder are like that.
    LetterData of labels that are no class come with the target NO_CLASS. Raises InputError when there is no image.
    """
    index = {label: number for number, label in enumerate(classes)}
    found, unread = [], 0
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        for path in sorted(path for path in place.iterdir() if path.is_file()):
            image = decode(path.read_bytes())
            if image is None:
                unread += 1
            else:
                found.append((image, index.get(place.name, NO_CLASS), path))
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
    """Write a CSV file for people and programs: ``\\n`` ends its lines."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
