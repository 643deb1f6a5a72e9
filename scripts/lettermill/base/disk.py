"""Problems of the machine: folders that are not writable, disks that are full, and clocks that were wrong."""

import contextlib
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterable

LEAST = 1 << 20
"""A disk with fewer free bytes counts as full."""

_TOLERANCE = 1.0
"""Seconds that a file may be ahead of the clock."""


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


def dated_in_future(files: Iterable[str], folder: str, logs: str) -> str:
    """A message if one of ``files`` is dated in the future; otherwise empty.

    folder: it contains all of them. A file that is written there now says what time it is: the clock of a file server
    may differ from that of this machine. Snakemake dates a folder by a hidden file in it. logs: the folder of the logs,
    whose benchmarks Snakemake compares too.
    """
    if not os.path.isdir(folder):
        return ""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        now = os.fstat(file.fileno()).st_mtime
    latest = max(((_time(file), file) for file in files), default=(0.0, ""))
    if latest[0] <= now + _TOLERANCE:
        return ""
    then, today = (time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment)) for moment in (latest[0], now))
    places = shlex.join(map(os.path.abspath, filter(os.path.isdir, (folder, logs))))
    stamp = time.strftime("%Y%m%d%H%M.%S", time.localtime(now))
    return (
        f"{latest[1]} is dated {then}, but now it is {today}: the clock was wrong then, or is wrong now. Nothing has "
        "been changed, because Snakemake goes by these times. If the clock is wrong now, set it. Otherwise date these "
        "files now, and run again:\n"
        f"find {places} -newermt '{today}' -exec touch -t {stamp} {{}} +"
    )


def _time(path: str) -> float:
    """The time of a file or folder as Snakemake sees it, seconds since the epoch; 0 if there is none."""
    for place in (os.path.join(path, ".snakemake_timestamp"), path):
        with contextlib.suppress(OSError):
            return os.stat(place).st_mtime
    return 0.0
