"""Files and bytes below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Room(NamedTuple):
    """What files take. A file with several names (hard links) counts once, where it is seen first."""

    files: int
    size: int  # bytes, as read
    disk: int  # bytes, as the file system keeps them


def rooms(folder: Path) -> dict[str, Room]:
    """What a run has made in ``folder``, by folder, those below ``results`` each by itself.

    The dataset and what is kept of rows come last, for their images are hard links to those of other folders. Files
    directly in ``folder`` are the user's.
    """
    tops = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name != "results"]
    tops += sorted((folder / "results").iterdir(), key=lambda path: (path.name in ("dataset", ".rows"), path.name))
    seen: set[tuple[int, int]] = set()
    return {path.relative_to(folder).as_posix(): _room(path, seen) for path in tops}


def _room(place: Path, seen: set[tuple[int, int]]) -> Room:
    files = size = disk = 0
    for path in _files(place):
        status = os.lstat(path)
        inode = status.st_dev, status.st_ino
        if inode not in seen:
            if status.st_nlink > 1:
                seen.add(inode)
            files, size, disk = files + 1, size + status.st_size, disk + 512 * status.st_blocks
    return Room(files, size, disk)


def _files(place: Path) -> Iterator[str]:
    if not place.is_dir():
        yield str(place)
    for folder, _, names in os.walk(place):
        yield from (os.path.join(folder, name) for name in names)
