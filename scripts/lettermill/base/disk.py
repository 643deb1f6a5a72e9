"""What may be wrong with the machine: folders that cannot be written to, and disks that are full."""

import os
import shutil
from collections.abc import Iterable

LEAST = 1 << 20
"""Bytes free on a disk, under which it is full: hardly a file fits in any more."""


def unwritable(folders: Iterable[str]) -> list[str]:
    """What to say of those of ``folders`` that exist and cannot be written to."""
    return [
        f"{os.path.abspath(folder)} cannot be written: it belongs to somebody else or is on a read-only file system. "
        "Make it writable, or name another working folder with --directory."
        for folder in folders
        if os.path.exists(folder) and not os.access(folder, os.W_OK)
    ]


def full(folders: Iterable[str]) -> list[str]:
    """What to say of the disks of ``folders`` that are full; of folders on one disk the first stands for all."""
    disks: dict[int, str] = {}
    for folder in folders:
        if os.path.exists(folder):
            disks.setdefault(os.stat(folder).st_dev, os.path.abspath(folder))
    return [
        f"the disk of {folder} is full. Free some space and give the same command again: what is finished is kept."
        for folder in disks.values()
        if shutil.disk_usage(folder).free < LEAST
    ]
