"""Files whose names in a table and on the disk are the same for a reader, but not for the file system."""

import os
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote


def find_file(folder: Path, name: str) -> Path:
    """The file or folder ``name`` below ``folder``.

    If there is none: the only one whose name is the same text in another Unicode form (é is one character in tables and
    two in copies from macOS), or with / for the backslashes of Windows. If there is none either, the path as it is.
    """
    path = folder / name
    return path if os.path.lexists(path) else _search(folder, name, _composed) or path


def similar_file(folder: Path, name: str) -> str:
    """The name of a file that differs from ``name`` in upper and lower case or in percent-encoding only; "" if none."""
    found = _search(folder, name, _loose)
    return found.relative_to(folder).as_posix() if found else ""


def _search(folder: Path, name: str, key: Callable[[str], str]) -> Path | None:
    """The only file whose path has parts with the same keys as those of ``name``."""
    place = folder
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    for part in () if ".." in parts else parts:
        if os.path.lexists(place / part):
            place /= part
            continue
        try:
            names = _names(place, os.stat(place).st_mtime_ns, key).get(key(part), [])
        except OSError:
            return None
        if len(names) != 1:
            return None
        place /= names[0]
    return place if place != folder else None


@lru_cache(maxsize=16)
def _names(folder: Path, changed: int, key: Callable[[str], str]) -> dict[str, list[str]]:
    """Key -> names of a folder. changed: its time stamp."""
    names: dict[str, list[str]] = {}
    for name in os.listdir(folder):
        names.setdefault(key(name), []).append(name)
    return names


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _loose(name: str) -> str:
    return unicodedata.normalize("NFC", unquote(name)).casefold()
