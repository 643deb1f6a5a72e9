"""Which images are to be read."""

import os
from collections.abc import Sequence
from pathlib import Path

from lettermill.base.errors import InputError
from lettermill.plan.config import find_path

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")
"""Of the files of a folder that are taken for images."""

COMMAND = "snakemake -j 2 predict --config 'predict={images: my-words}'"


def find_images(value: str | None, files: Sequence[Path]) -> list[tuple[str, Path]]:
    """(name, path) of the images that config ``predict: {images}`` names, by their names: paths below its folder.

    files: the config files, see ``find_path``. Raises InputError when there are none.
    """
    if not value:
        raise InputError(f"Say which images to read, an image or a folder:\n{COMMAND}")
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
        raise InputError(f"{place}: there is no image in this folder. It may hold {', '.join(SUFFIXES)}.")
    return sorted((path.relative_to(place).as_posix(), path) for path in found)


def find_word_list(value: str | None, files: Sequence[Path]) -> list[Path]:
    """The file that config ``predict: {word_list}`` names, if it names one. Raises InputError when there is none."""
    return [find_path(value, "predict.word_list", files, folder=False)] if value else []
