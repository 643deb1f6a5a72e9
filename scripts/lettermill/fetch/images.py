"""Downloading images: whatever can be decoded is stored in the cache."""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from lettermill.fetch.cache import Cache
from lettermill.fetch.fetcher import Fetcher
from lettermill.fetch.responses import KeptResponse
from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import decode_detail, decode_error

T = TypeVar("T")


class FetchedImage(NamedTuple):
    """A response with its image. ``content`` is None when the download failed, or when the image has not changed
    (reason ``attempt.UNMODIFIED``)."""

    response: KeptResponse
    content: bytes | None


class ImageFetcher:
    """Downloads images. Thread-safe. A context manager that closes the connections."""

    def __init__(self, cache: Cache, settings: FetchSettings):
        self._cache, self._settings = cache, settings
        self._fetcher = Fetcher(settings)

    def __enter__(self) -> "ImageFetcher":
        self._fetcher.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._fetcher.__exit__(*error)

    def requested(self, url: str) -> str:
        """The URL to request for ``url``, see ``Fetcher.requested``."""
        return self._fetcher.requested(url)

    def cached(self, url: str, before: KeptResponse | None) -> FetchedImage | None:
        """The image of ``url`` from the cache; None when it is missing or damaged. before: the last response."""
        content = self._cache.get(url)
        if content is None or decode_error(content):
            return None
        digest = hashlib.sha256(content).hexdigest()
        if before is None or before.sha256 != digest:
            before = KeptResponse(
                url, self.requested(url), "", "", None, len(content), digest, 0, 0.0, "", "", self._settings.limits
            )
        return FetchedImage(before, content)

    def fetch(self, url: str, before: KeptResponse | None = None) -> FetchedImage:
        """Download ``url``. before: the response of the cached image, to download it only if it has changed."""
        etag, last_modified = (before.etag, before.last_modified) if before else ("", "")
        requested, last, attempts, elapsed = self._fetcher.fetch(url, etag, last_modified)
        content, reason, detail = last.content, last.reason, last.detail
        if content is not None and (reason := decode_error(content)):
            detail, content = f"the response is {decode_detail(content, reason)}", None
        size, digest = (None, "") if content is None else (len(content), hashlib.sha256(content).hexdigest())
        if content is not None:
            self._cache.put(url, content)  # at once, so that a killed job keeps it
        response = KeptResponse(
            url, requested, reason, detail, last.http_status, size, digest, attempts, elapsed, last.etag,
            last.last_modified, self._settings.limits,
        )  # fmt: skip
        return FetchedImage(response, content)

    def for_each(self, urls: Iterable[str], work: Callable[[str], T]) -> list[T]:
        """See ``Fetcher.for_each``."""
        return self._fetcher.for_each(urls, work)
