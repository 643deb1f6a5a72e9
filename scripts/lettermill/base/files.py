"""Writes files atomically, so that a half-written file is never taken for a finished one."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def atomic_writer(path: Path, text: bool = False) -> Iterator[IO]:
    """Open a temporary file beside ``path`` that becomes ``path`` when the block ends without an error.

    text: write UTF-8 text with ``\\n`` line ends instead of bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with open(handle, "w", encoding="utf-8", newline="") if text else open(handle, "wb") as file:
            yield file
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` atomically."""
    with atomic_writer(path) as file:
        file.write(content)


def link_or_copy(source: Path, target: Path) -> None:
    """Make ``target`` a hard link to ``source``, or a copy if the file system allows no hard link between them.

    Raises FileExistsError when ``target`` exists already, FileNotFoundError when ``source`` does not exist.
    """
    try:
        os.link(source, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        with open(source, "rb") as content, open(target, "xb") as copy:
            shutil.copyfileobj(content, copy)


@cache
def _umask() -> int:
    """The umask of the process. It is read once only, because reading it briefly changes it for all threads."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
