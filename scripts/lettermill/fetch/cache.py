"""The cache of downloaded images, keyed by URL."""

import hashlib
from pathlib import Path

from lettermill.base.files import write_bytes


class Cache:
    """One file per URL below ``folder``. Files are written atomically, so that jobs can share the cache."""

    def __init__(self, folder: Path):
        self._folder = folder

    def key(self, url: str) -> str:
        """The name of the file for the content of ``url``. It does not show the URL, which may contain a password."""
        return hashlib.sha256(url.encode()).hexdigest()

    def at(self, key: str) -> Path:
        """The file with this name, whether it exists or not."""
        return self._folder / key[:2] / key

    def path(self, url: str) -> Path:
        """The file for the content of ``url``, whether it exists or not."""
        return self.at(self.key(url))

    def get(self, url: str) -> bytes | None:
        """The cached content of ``url``, or None."""
        try:
            return self.path(url).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, url: str, content: bytes) -> None:
        """Store ``content`` for ``url``."""
        write_bytes(self.path(url), content)
