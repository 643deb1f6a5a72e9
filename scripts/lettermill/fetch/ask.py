"""Asking for many addresses: each once, in threads; what is an image is in the cache afterwards."""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from lettermill.fetch.answers import Answer
from lettermill.fetch.cache import Cache
from lettermill.fetch.machine import Machine
from lettermill.fetch.settings import FetchSettings
from lettermill.fetch.web import Fetcher, in_threads
from lettermill.image.codec import decode_error

T = TypeVar("T")


class Asked(NamedTuple):
    """An answer with the image; ``content`` is None when there is none, or the server says that it is the one that is
    there (reason ``attempt.UNMODIFIED``)."""

    answer: Answer
    content: bytes | None


class Asker:
    """Asks for addresses. A context manager, which closes the connections."""

    def __init__(self, cache: Cache, settings: FetchSettings):
        self._cache, self._settings, self._machine = cache, settings, Machine()
        self._fetcher = Fetcher(settings, self._machine)

    def __enter__(self) -> "Asker":
        self._fetcher.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._fetcher.__exit__(*error)

    def asked(self, url: str) -> str:
        """The address that is asked for in place of ``url``."""
        return self._fetcher.asked(url)

    def kept(self, url: str, known: Answer | None) -> Asked | None:
        """The image of ``url`` from the cache; None when it is not there, or damaged. known: the last answer."""
        content = self._cache.get(url)
        if content is None or decode_error(content):
            return None
        digest = hashlib.sha256(content).hexdigest()
        if known is None or known.sha256 != digest:
            known = Answer(
                url, self.asked(url), "", "", None, len(content), digest, 0, 0.0, "", "", self._settings.limits
            )
        return Asked(known, content)

    def ask(self, url: str, known: Answer | None = None) -> Asked:
        """Ask for ``url``. known: the answer that is in the cache, if only another one is wanted."""
        etag, last_modified = (known.etag, known.last_modified) if known else ("", "")
        asked, last, attempts, elapsed = self._fetcher.fetch(url, etag, last_modified)
        content, reason, detail = last.content, last.reason, last.detail
        if content is not None and (reason := decode_error(content)):
            content, detail = None, f"{len(content)} bytes"
        size, digest = (None, "") if content is None else (len(content), hashlib.sha256(content).hexdigest())
        if content is not None:
            self._cache.put(url, content)  # at once: a killed job has kept what it has got
        answer = Answer(
            url, asked, reason, detail, last.http_status, size, digest, attempts, elapsed, last.etag,
            last.last_modified, self._settings.limits,
        )  # fmt: skip
        return Asked(answer, content)

    def ask_once(self, url: str) -> Asked:
        """Ask for ``url``, unless another job has done so while this one waited for it."""
        with self._machine.fetching(url):
            return self.kept(url, None) or self.ask(url)

    def for_each(self, urls: Iterable[str], work: Callable[[str], T]) -> list[T]:
        """What ``work`` returns for ``urls``, see ``in_threads``."""
        return in_threads(self._fetcher, urls, self._settings, work)
