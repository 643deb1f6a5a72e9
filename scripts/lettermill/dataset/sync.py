"""Update folders in place: unchanged files stay, others are added, replaced or deleted."""

import filecmp
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import link_or_copy
from lettermill.dataset.left import Left, Listing
from lettermill.records.csv_files import read_fields
from lettermill.records.current import current
from lettermill.records.schemas import Letter


def sync_letters(
    batches: Mapping[Path, int],
    names: Iterable[str],
    folder: Path,
    belongs: Callable[[str], bool] | None = None,
    left: Path | None = None,
) -> None:
    """Make the subfolders of ``folder`` contain exactly the letters of ``batches``, as hard links.

    batches: folder written by ``cut_batch`` -> number of its letters. names: names of the subfolders.
    belongs: whether a file such as A/1_0.png is one of the letters; by default, all are.
    left: folder for notes on how everything was left, see ``Left``; only what has changed since is looked into.
    Files directly in ``folder`` are not changed. Without support for hard links, files are copied.
    Raises CorruptedFileError with the file name when a batch does not contain the letters that it lists.

    Files are compared by inode only, from folder listings: nearly a million letters take two seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(names)
    remove_others(folder, names, only_folders=True)
    before = Left(left, folder, batches)
    found = {batch: before.count(batch, names) for batch in batches}
    changed = [batch for batch, count in found.items() if count is None]
    known = before.listings(changed, batches)
    others = names if known is None else [name for name in names if not before.is_left(name)]
    if known is None:
        changed = list(batches)
    listed = {batch: {name: _letters_in(batch, name, belongs) for name in names} for batch in changed}
    if known is not None:
        _update(folder, set(names) - set(others), known, {batch.name: (batch, now) for batch, now in listed.items()})
    device = os.stat(folder).st_dev
    linked = {batch: os.stat(batch).st_dev == device for batch in batches}
    for name in others:
        place = folder / name
        place.mkdir(exist_ok=True)
        strangers = _listed(place)
        for batch in batches:
            letters = listed[batch][name] if batch in listed else _letters_in(batch, name, belongs)
            for file, inode in letters.items():
                if strangers.pop(file, None) != inode or not linked[batch]:
                    _bring(batch / name / file, place / file)
        for file in strangers:
            os.unlink(place / file)
    for batch, count in batches.items():
        seen = sum(map(len, listed[batch].values())) if batch in listed else found[batch]
        if seen != count:
            raise _not_as_listed(batch, count, seen)
    before.leave(names, batches, listed)


def _update(
    folder: Path, names: Collection[str], before: Mapping[str, Listing], now: Mapping[str, tuple[Path, Listing]]
) -> None:
    """Bring the changes of batches into the subfolders ``names``, which are as they were left.

    before, now: batch -> its letters then, and its folder and its letters.
    """
    gone: set[tuple[str, str]] = set()
    new: list[tuple[Path, str, str]] = []
    for batch in {**before, **now}:
        then, (place, letters) = before.get(batch, {}), now.get(batch, (folder, {}))
        for name in names:
            old, current = then.get(name, {}), letters.get(name, {})
            gone |= {(name, file) for file in old.keys() - current.keys()}
            new += [(place, name, file) for file, inode in current.items() if old.get(file) != inode]
    for name, file in gone:
        (folder / name / file).unlink(missing_ok=True)
    for place, name, file in new:
        _bring(place / name / file, folder / name / file)


def _letters_in(batch: Path, name: str, belongs: Callable[[str], bool] | None) -> dict[str, int]:
    letters = _listed(batch / name)
    return {file: inode for file, inode in letters.items() if belongs(f"{name}/{file}")} if belongs else letters


def _listed(folder: Path) -> dict[str, int]:
    """Name -> inode of the files in ``folder``. A missing folder counts as empty."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.inode() for entry in entries}
    except FileNotFoundError:
        return {}


def _not_as_listed(batch: Path, count: int, found: int | None) -> CorruptedFileError:
    names = [name for name, *_ in read_fields(current(batch, "letters.csv"), Letter)]
    missing = next((f"{batch / name} is missing" for name in names if not (batch / name).exists()), None)
    what = missing or f"{batch} contains {found} letters, but lists {count}"
    return CorruptedFileError(f"{what}. Delete {batch} and run again.")


def _bring(source: Path, target: Path) -> None:
    if not target.exists():
        link_or_copy(source, target)
        return
    old, new = os.stat(target), os.stat(source)
    same_file = (old.st_dev, old.st_ino) == (new.st_dev, new.st_ino)
    # On the same device, link again even if the content is equal: a copy would take space of its own.
    if not same_file and (old.st_dev == new.st_dev or not filecmp.cmp(source, target, shallow=False)):
        _replace(source, target)


def _replace(source: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.part")
    temporary.unlink(missing_ok=True)
    link_or_copy(source, temporary)
    os.replace(temporary, target)


def remove_others(folder: Path, wanted: Collection[str], only_folders: bool = False) -> list[str]:
    """Delete entries of ``folder`` that are not in ``wanted``. Returns their names, sorted.

    Hidden entries are kept, and with ``only_folders`` all files. A missing folder counts as empty.
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
            path.unlink(missing_ok=True)  # another job may have deleted it already
        removed.append(name)
    return removed


def remove_parts(folder: Path, *below: str) -> None:
    """Delete the temporary files of ``atomic_writer`` that a killed process has left in ``folder``, and in its
    subfolders that match the patterns ``below``. Nothing else may write there now."""
    for place in (folder, *(path for pattern in below for path in folder.glob(pattern))):
        for part in place.glob(".*.part"):
            part.unlink(missing_ok=True)


def remove_strangers(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Delete everything in subfolders of ``folder`` that is not in ``files``. Returns the deleted paths.

    files: paths in subfolders of ``folder``. Files directly in ``folder`` are kept.
    """
    wanted: dict[str, set[str]] = {}
    for file in files:
        wanted.setdefault(file.parent.name, set()).add(file.name)
    removed = [folder / name for name in remove_others(folder, wanted, only_folders=True)]
    for place, names in sorted(wanted.items()):
        removed += [folder / place / name for name in remove_others(folder / place, names)]
    return removed
