"""The cache of downloaded images, keyed by URL."""

import hashlib
from pathlib import Path

from lettermill.base.files import write_bytes


class Cache:
    """One file per URL below ``folder``. Files are written atomically, so that jobs can share the cache."""

    def __init__(self, folder: Path):
        self._folder = folder

    def path(self, url: str) -> Path:
        """The file for the content of ``url``, whether it exists or not."""
        key = hashlib.sha256(url.encode()).hexdigest()
        return self._folder / key[:2] / key

    def get(self, url: str) -> bytes | None:
        """The cached content of ``url``, or None."""
        try:
            return self.path(url).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, url: str, content: bytes) -> None:
        """Store ``content`` for ``url``."""
        write_bytes(self.path(url), content)
