"""Problems of the machine: folders that are not writable, and disks that are full."""

import os
import shutil
from collections.abc import Iterable

LEAST = 1 << 20
"""A disk with fewer free bytes counts as full."""


def unwritable(folders: Iterable[str]) -> list[str]:
    """A message for each of ``folders`` that exists and is not writable."""
    return [
        f"{os.path.abspath(folder)} is not writable: it belongs to another user or is on a read-only file system. "
        "Make it writable, or name another working directory with --directory."
        for folder in folders
        if os.path.exists(folder) and not os.access(folder, os.W_OK)
    ]


def full(folders: Iterable[str]) -> list[str]:
    """A message for each full disk that ``folders`` are on. It names the first of the folders on that disk."""
    disks: dict[int, str] = {}
    for folder in folders:
        if os.path.exists(folder):
            disks.setdefault(os.stat(folder).st_dev, os.path.abspath(folder))
    return [
        f"the disk of {folder} is full. Free some space, then give the same command again. What is finished is kept."
        for folder in disks.values()
        if shutil.disk_usage(folder).free < LEAST
    ]
