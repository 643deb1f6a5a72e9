"""Results that are kept for the next run, by a digest of all that they depend on. Deleting them only costs time."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from lettermill.base.files import write_bytes

SMALL = 10_000
"""What is made of fewer bytes is not kept: with a batch for each row, there would be too many files."""

_DIGEST = 32
"""Length of a SHA-256 digest in bytes."""


class Kept:
    """Bytes that were made before, as files in ``folder``.

    folder: None keeps nothing, so that everything is made each time. code: what made them, such as ``code_of`` says;
    what other code has made is not used.
    """

    def __init__(self, folder: Path | None = None, code: str = "") -> None:
        self.folder = folder
        self._code = hashlib.sha256(code.encode()).digest()
        self._used: set[str] = set()

    def get(self, key: bytes, make: Callable[[], bytes], size: int = SMALL) -> bytes:
        """What ``make`` returns, or has returned when ``key`` was the same. key: all that the result depends on, or a
        digest of it. size: number of bytes that it is made of."""
        if self.folder is None or size < SMALL:
            return make()
        name = hashlib.sha256(self._code + key).hexdigest()[:32]
        self._used.add(name)
        with contextlib.suppress(OSError):
            content = (self.folder / name).read_bytes()
            if content[:_DIGEST] == hashlib.sha256(content[_DIGEST:]).digest():
                return content[_DIGEST:]
        made = make()
        write_bytes(self.folder / name, hashlib.sha256(made).digest() + made)
        return made

    def forget_others(self) -> None:
        """Delete what was not used since this object was made."""
        if self.folder is None or not self.folder.is_dir():
            return
        for name in os.listdir(self.folder):
            if name not in self._used:
                with contextlib.suppress(OSError):
                    os.unlink(self.folder / name)


def digest_of_files(paths: Iterable[Path]) -> bytes:
    """A digest of the content of files, in this order. A file that is missing counts as one without content."""
    found = hashlib.sha256()
    for path in paths:
        try:
            with open(path, "rb", buffering=0) as file:
                content = file.read()
        except OSError:
            content = b""
        found.update(hashlib.sha256(content).digest())
    return found.digest()
