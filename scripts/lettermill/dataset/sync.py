"""Bringing folders up to date without writing all of them again: what is right stays, the rest comes or goes."""

import filecmp
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import link_or_copy
from lettermill.records.csv_files import read_fields
from lettermill.records.schemas import Letter


def sync_letters(
    batches: Mapping[Path, int], names: Iterable[str], folder: Path, belongs: Callable[[str], bool] | None = None
) -> None:
    """Make the sub-folders of ``folder`` hold exactly the letters of ``batches``, as hard links.

    batches: folder that ``cut_batch`` has written -> the number of its letters. names: of the sub-folders.
    belongs: tells whether a file, like A/1_0.png, is one of the letters; all are, if not given.
    Files directly in ``folder`` are left alone. Where the file system has no hard links the files are copies.
    Raises CorruptedFileError, naming the file, when a batch has not the letters that it lists.

    Folders are listed, and files whose inodes agree are taken to be one: nearly a million letters take two seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(names)
    remove_others(folder, names, only_folders=True)
    found = dict.fromkeys(batches, 0)
    device = os.stat(folder).st_dev
    linked = {batch: os.stat(batch).st_dev == device for batch in batches}
    for sub_folder in names:
        place = folder / sub_folder
        place.mkdir(exist_ok=True)
        strangers = _listed(place)
        for batch in batches:
            letters = _listed(batch / sub_folder)
            if belongs:
                letters = {name: inode for name, inode in letters.items() if belongs(f"{sub_folder}/{name}")}
            found[batch] += len(letters)
            for name, inode in letters.items():
                if strangers.pop(name, None) != inode or not linked[batch]:
                    _bring(batch / sub_folder / name, place / name)
        for name in strangers:
            os.unlink(place / name)
    for batch, count in batches.items():
        if found[batch] != count:
            raise _not_as_listed(batch, count, found[batch])


def _listed(folder: Path) -> dict[str, int]:
    """Name -> inode of the files in ``folder``; a folder that does not exist has none."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.inode() for entry in entries}
    except FileNotFoundError:
        return {}


def _not_as_listed(batch: Path, count: int, found: int) -> CorruptedFileError:
    names = [name for name, *_ in read_fields(batch / "letters.csv", Letter)]
    missing = next((f"{batch / name} is missing" for name in names if not (batch / name).exists()), None)
    what = missing or f"{batch} has {found} letters and lists {count}"
    return CorruptedFileError(f"{what}. Delete {batch} and run again: it will be made again.")


def _bring(source: Path, target: Path) -> None:
    if not target.exists():
        link_or_copy(source, target)
        return
    old, new = os.stat(target), os.stat(source)
    same_file = (old.st_dev, old.st_ino) == (new.st_dev, new.st_ino)
    # On one device an equal file is linked again: two copies would take twice the room from then on.
    if not same_file and (old.st_dev == new.st_dev or not filecmp.cmp(source, target, shallow=False)):
        _replace(source, target)


def _replace(source: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.part")
    temporary.unlink(missing_ok=True)
    link_or_copy(source, temporary)
    os.replace(temporary, target)


def remove_others(folder: Path, wanted: Collection[str], only_folders: bool = False) -> list[str]:
    """Delete what stands directly in ``folder`` under other names than ``wanted``; returns these names, sorted.

    Hidden files are left alone, and with ``only_folders`` all files. A folder that does not exist holds nothing.
    """
    if not folder.is_dir():
        return []
    removed = []
    for name in sorted(os.listdir(folder)):
        path = folder / name
        is_folder = path.is_dir() and not path.is_symlink()
        if name in wanted or name.startswith(".") or (only_folders and not is_folder):
            continue
        if is_folder:
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)  # another job may have been faster
        removed.append(name)
    return removed


def remove_strangers(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Delete what stands in sub-folders of ``folder`` and is none of ``files``, which all do; returns what is deleted.

    Files directly in ``folder`` are left alone.
    """
    wanted: dict[str, set[str]] = {}
    for file in files:
        wanted.setdefault(file.parent.name, set()).add(file.name)
    removed = [folder / name for name in remove_others(folder, wanted, only_folders=True)]
    for place, names in sorted(wanted.items()):
        removed += [folder / place / name for name in remove_others(folder / place, names)]
    return removed
