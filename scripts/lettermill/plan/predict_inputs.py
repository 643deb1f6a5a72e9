"""The inputs of ``predict``: the images to read and the word list."""

import os
from collections.abc import Sequence
from pathlib import Path

from lettermill.base.errors import InputError
from lettermill.plan.config import find_path

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")
"""Files of a folder with these suffixes are images."""

COMMAND = "snakemake -j 2 predict --config 'predict={images: my-words}'"


def find_images(value: str | None, files: Sequence[Path]) -> list[tuple[str, Path]]:
    """(name, path) of the images of config ``predict: {images}``, sorted. Names are paths relative to its folder.

    files: the config files, see ``find_path``. Raises InputError when there are no images.
    """
    if not value:
        raise InputError(f"There are no images to read. Name an image or a folder of images:\n{COMMAND}")
    place = find_path(value, "predict.images", files, folder=None)
    if not place.is_dir():
        return [(place.name, place)]
    found = [
        Path(folder) / name
        for folder, _, names in os.walk(place)
        for name in names
        if name.lower().endswith(SUFFIXES) and not name.startswith(".")
    ]
    if not found:
        raise InputError(
            f"{place}: there is no image in this folder. Put images with these suffixes there: {', '.join(SUFFIXES)}."
        )
    return sorted((path.relative_to(place).as_posix(), path) for path in found)


def find_word_list(value: str | None, files: Sequence[Path]) -> list[Path]:
    """The file of config ``predict: {word_list}``, if it is set. Raises InputError when the file does not exist."""
    return [find_path(value, "predict.word_list", files, folder=False)] if value else []
