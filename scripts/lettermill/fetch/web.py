"""Fetching images over HTTP: one session for many threads, tries again where that can help."""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import requests
import urllib3
from requests.adapters import HTTPAdapter

WORTH_RETRYING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses that may pass."""


class FetchSettings(NamedTuple):
    """See config ``download``."""

    connections: int = 16
    timeout: float = 20.0  # seconds
    retries: int = 3
    backoff: float = 0.5  # seconds
    user_agent: str = "Lettermill"

    @classmethod
    def from_config(cls, download: Mapping[str, Any]) -> "FetchSettings":
        """Those of config ``download`` that are about fetching."""
        return cls(*(download[name] for name in cls._fields))


class Fetched(NamedTuple):
    """What came of asking for an address: the content, or the reason (see ``lettermill.reasons``) why not."""

    content: bytes | None
    reason: str = ""
    detail: str = ""
    http_status: int | None = None


class Fetcher:
    """Fetches addresses with one session. A context manager, which closes the connections; may be shared by threads."""

    def __init__(self, settings: FetchSettings):
        self._settings = settings
        self._session = requests.Session()
        self._session.headers["User-Agent"] = settings.user_agent
        adapter = HTTPAdapter(pool_connections=settings.connections, pool_maxsize=settings.connections)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def fetch(self, url: str) -> Fetched:
        """Fetch ``url``, trying again as the settings say."""
        for attempt in range(self._settings.retries + 1):
            if attempt:
                time.sleep(self._settings.backoff * 2 ** (attempt - 1))
            fetched = self._fetch_once(url)
            passing = fetched.http_status is None or fetched.http_status in WORTH_RETRYING
            if fetched.content is not None or not passing or fetched.reason == "unsupported_url":
                break
        return fetched

    def _fetch_once(self, url: str) -> Fetched:
        try:
            response = self._session.get(url, timeout=self._settings.timeout)
        except requests.Timeout as error:
            return Fetched(None, "timeout", _short(error))
        except (requests.exceptions.InvalidSchema, ValueError) as error:  # no address at all, or a redirect to none
            return Fetched(None, "unsupported_url", _short(error))
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            return Fetched(None, "connection_error", _short(error))
        status = response.status_code
        if status in (404, 410):
            return Fetched(None, "not_found", f"{status} {response.reason}", status)
        if status != 200:
            return Fetched(None, "http_error", f"{status} {response.reason}", status)
        return Fetched(response.content, http_status=status)


def _short(error: Exception) -> str:
    """The kind of an error and no more: its text holds addresses of objects, which differ from run to run."""
    return type(error).__name__
