"""Fetching images: what is one that can be decoded is in the cache afterwards, and known from run to run."""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from lettermill.fetch.cache import Cache
from lettermill.fetch.fetcher import Fetcher
from lettermill.fetch.responses import KeptResponse
from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import decode_error

T = TypeVar("T")


class FetchedImage(NamedTuple):
    """A response with the image; ``content`` is None when there is none, or the server says that it is the one that is
    there (reason ``attempt.UNMODIFIED``)."""

    response: KeptResponse
    content: bytes | None


class ImageFetcher:
    """Fetches images, for many threads. A context manager, which closes the connections."""

    def __init__(self, cache: Cache, settings: FetchSettings):
        self._cache, self._settings = cache, settings
        self._fetcher = Fetcher(settings)

    def __enter__(self) -> "ImageFetcher":
        self._fetcher.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._fetcher.__exit__(*error)

    def requested(self, url: str) -> str:
        """The URL that is requested in place of ``url``."""
        return self._fetcher.requested(url)

    def cached(self, url: str, before: KeptResponse | None) -> FetchedImage | None:
        """The image of ``url`` from the cache; None when it is not there, or damaged. before: the last response."""
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
        """Fetch ``url``. before: the response whose image is in the cache, if only another one is wanted."""
        etag, last_modified = (before.etag, before.last_modified) if before else ("", "")
        requested, last, attempts, elapsed = self._fetcher.fetch(url, etag, last_modified)
        content, reason, detail = last.content, last.reason, last.detail
        if content is not None and (reason := decode_error(content)):
            detail, content = f"{len(content)} bytes", None
        size, digest = (None, "") if content is None else (len(content), hashlib.sha256(content).hexdigest())
        if content is not None:
            self._cache.put(url, content)  # at once: a killed job has kept what it has got
        response = KeptResponse(
            url, requested, reason, detail, last.http_status, size, digest, attempts, elapsed, last.etag,
            last.last_modified, self._settings.limits,
        )  # fmt: skip
        return FetchedImage(response, content)

    def for_each(self, urls: Iterable[str], work: Callable[[str], T]) -> list[T]:
        """What ``work`` returns for ``urls``, see ``Fetcher.for_each``."""
        return self._fetcher.for_each(urls, work)
