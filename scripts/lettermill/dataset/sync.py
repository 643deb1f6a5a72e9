"""Bringing folders up to date without writing them anew: what is right stays, the rest comes or goes."""

import filecmp
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from lettermill.errors import CorruptedFileError
from lettermill.files import link_or_copy


def sync_files(sources: Mapping[str, Path], folder: Path) -> None:
    """Make the sub-folders of ``folder`` hold exactly ``sources`` (path below ``folder`` -> file), as hard links.

    Files directly in ``folder`` are left alone. Where the file system has no hard links the files are copies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            _remove_others(Path(entry.path), folder, sources)
    for parent in sorted({Path(name).parent for name in sources}):
        (folder / parent).mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        try:
            _bring(source, folder / name)
        except FileNotFoundError as error:
            raise CorruptedFileError(
                f"{source} is missing. Delete {source.parents[1]} and run again: it will be made anew."
            ) from error


def _remove_others(place: Path, folder: Path, wanted: Collection[str]) -> None:
    for path, _, files in os.walk(place, topdown=False):
        below = Path(path).relative_to(folder).as_posix()
        for file in files:
            if f"{below}/{file}" not in wanted:
                os.unlink(os.path.join(path, file))
        if not os.listdir(path):
            os.rmdir(path)


def _bring(source: Path, target: Path) -> None:
    if not target.exists():
        link_or_copy(source, target)
        return
    old, new = os.stat(target), os.stat(source)
    same_file = (old.st_dev, old.st_ino) == (new.st_dev, new.st_ino)
    # On one device an equal file is linked anew: two copies would take twice the room from then on.
    if not same_file and (old.st_dev == new.st_dev or not filecmp.cmp(source, target, shallow=False)):
        _replace(source, target)


def _replace(source: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.part")
    temporary.unlink(missing_ok=True)
    link_or_copy(source, temporary)
    os.replace(temporary, target)


def remove_others(folder: Path, wanted: Collection[str]) -> list[str]:
    """Delete what stands directly in ``folder`` under other names than ``wanted``; returns these names, sorted.

    Hidden files are left alone. A folder that does not exist holds nothing.
    """
    if not folder.is_dir():
        return []
    names = sorted(name for name in os.listdir(folder) if name not in wanted and not name.startswith("."))
    for name in names:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return names
