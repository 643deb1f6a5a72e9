"""A cache of fetched images, keyed by their URL."""

import hashlib
from pathlib import Path

from lettermill.base.files import write_bytes


class Cache:
    """Files below ``folder``, one a URL. Written atomically, so that jobs may share it."""

    def __init__(self, folder: Path):
        self._folder = folder

    def path(self, url: str) -> Path:
        """Where the content of ``url`` is, or would be, kept."""
        key = hashlib.sha256(url.encode()).hexdigest()
        return self._folder / key[:2] / key

    def get(self, url: str) -> bytes | None:
        """The content of ``url`` as fetched before, or None."""
        try:
            return self.path(url).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, url: str, content: bytes) -> None:
        """Keep ``content`` as that of ``url``."""
        write_bytes(self.path(url), content)
