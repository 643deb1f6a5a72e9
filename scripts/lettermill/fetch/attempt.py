"""One try to get an address: redirects are followed, limits kept, and every way in which it may fail is named."""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urljoin

import urllib3
from urllib3 import exceptions as urllib3_errors
from urllib3.util import Retry, Timeout

from lettermill.fetch.addresses import Address, InvalidUrlError, parse_address
from lettermill.fetch.connections import Connection, Connections
from lettermill.fetch.pools import RefusedAddressError
from lettermill.fetch.robots import forbids
from lettermill.fetch.settings import FetchSettings

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
PIECE = 1 << 16
"""Bytes that are read at a time."""

PAGE = 1 << 16
"""Bytes of an answer that is no image, up to which it is read to keep the connection for the next request."""

UNMODIFIED = "unmodified"
"""In the place of a reason: the server says that the image is the one that is there."""

OF_STATUS = {
    304: UNMODIFIED, 401: "forbidden", 403: "forbidden", 404: "not_found", 407: "forbidden", 408: "timeout",
    410: "gone", 425: "too_many_requests", 429: "too_many_requests", 451: "forbidden",
}  # fmt: skip


class Attempt(NamedTuple):
    """What came of one try.

    reason: see ``lettermill.base.reasons``, empty when there is ``content``. origin: the host that it ended with.
    answered: whether that has sent anything that is HTTP. retry_after: seconds, None where the server names none.
    """

    content: bytes | None
    reason: str = ""
    detail: str = ""
    http_status: int | None = None
    origin: str = ""
    answered: bool = True
    retry_after: float | None = None
    etag: str = ""
    last_modified: str = ""


class Stopwatch:
    """Measures what an address takes. Waiting for one's turn is left out.

    seconds: how long it may take.
    """

    def __init__(self, seconds: float):
        self._started, self._seconds = time.monotonic(), seconds

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds that are left, 0 at least."""
        return max(self._seconds - self.spent, 0.0)

    def leave_out(self, seconds: float) -> None:
        """These seconds do not count."""
        self._started += seconds


class Attempts:
    """Makes them. wait_turn: called with a host's address before each request to it."""

    def __init__(
        self, settings: FetchSettings, connections: Connections, wait_turn: Callable[[Address, Stopwatch], None]
    ):
        self._settings, self._connections, self._wait_turn = settings, connections, wait_turn
        self._headers = {"User-Agent": settings.agent, "Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity"}

    def make(self, url: str, conditions: Mapping[str, str], watch: Stopwatch) -> Attempt:
        """Try to get ``url``. conditions: headers such as If-None-Match."""
        try:
            address = parse_address(url)
        except InvalidUrlError as error:
            return Attempt(None, "invalid_url", str(error))
        for _ in range(MOST_REDIRECTS + 1):
            found = self._request(address, {**self._headers, **conditions}, watch)
            if isinstance(found, Attempt):
                if found.reason == UNMODIFIED and not conditions:
                    found = found._replace(reason="http_error")
                return found._replace(origin=address.origin)
            try:
                address = parse_address(urljoin(address.url, found))
            except (InvalidUrlError, ValueError):
                return Attempt(None, "invalid_url", "redirected to what is neither http:// nor https://")
        return Attempt(None, "too_many_redirects", f"more than {MOST_REDIRECTS}")

    def _request(self, address: Address, headers: Mapping[str, str], watch: Stopwatch) -> Attempt | str:
        """What a server answers, or where it redirects to."""
        began = time.monotonic()
        with self._connections.to(address) as connection:
            watch.leave_out(time.monotonic() - began)
            self._wait_turn(address, watch)  # with the connection at hand: the host may have said something meanwhile
            try:
                with self._connections.limited(connection, watch.left):
                    response = self._send(connection, address, headers, watch)
            except RefusedAddressError:
                return Attempt(None, "refused_address", "a private or loopback address")
            except urllib3_errors.HTTPError as error:
                reason, detail = _explain(error)
                return Attempt(None, *(("timeout", "deadline") if not watch.left else (reason, detail)), answered=False)
            if connection.is_broken_off:  # which looks like the end of the head
                response.close()
                return Attempt(None, "timeout", "deadline", answered=False)
            try:
                with self._connections.limited(connection, watch.left):
                    found = self._read(response, watch)
            finally:
                response.close()  # unless it has been read to its end: then the connection is kept
            return Attempt(None, "timeout", "deadline", response.status) if connection.is_broken_off else found

    def _send(
        self, connection: Connection, address: Address, headers: Mapping[str, str], watch: Stopwatch
    ) -> urllib3.BaseHTTPResponse:
        seconds = max(min(self._settings.timeout, watch.left), 0.001)
        timeout, was_open = Timeout(connect=seconds, read=seconds), connection.is_open
        try:
            return connection.get(address, dict(headers), timeout)
        except urllib3_errors.ProtocolError:
            if not was_open or not watch.left:
                raise
        # The server had closed it in the meantime, as servers do.
        return connection.get(address, dict(headers), timeout)

    def _read(self, response: urllib3.BaseHTTPResponse, watch: Stopwatch) -> Attempt | str:
        status, location = response.status, response.headers.get("Location")
        if status in REDIRECTS and location:
            self._body(response, PAGE, watch)
            return _utf8(location.strip())
        if status != 200:
            self._body(response, PAGE, watch)
            reason = OF_STATUS.get(status) or ("server_error" if 500 <= status < 600 else "http_error")
            return Attempt(None, reason, str(status), status, retry_after=_retry_after(response))
        if forbids(response.headers.getlist("X-Robots-Tag"), self._settings.x_robots_tag, self._settings.user_agent):
            return Attempt(None, "blocked_by_robots", "X-Robots-Tag", status)
        found = self._body(response, self._settings.max_bytes, watch)
        if not isinstance(found, bytes):
            return Attempt(None, *found, http_status=status)
        if not found and "Content-Length" not in response.headers and not response.chunked:
            return Attempt(None, "connection_error", "", status)  # broken off within the head: it has no end of its own
        etag, last_modified = (response.headers.get(name, "") for name in ("ETag", "Last-Modified"))
        return Attempt(found, http_status=status, etag=etag, last_modified=last_modified)

    def _body(self, response: urllib3.BaseHTTPResponse, most: int, watch: Stopwatch) -> bytes | tuple[str, str]:
        """The body of an answer, or (reason, detail) why there is none."""
        pieces, size = [], 0
        if (response.length_remaining or 0) > most:
            return "too_large", f"more than {most} bytes"
        try:
            while piece := response.read1(PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    return "too_large", f"more than {most} bytes"
                if not watch.left:
                    return "timeout", "deadline"
        except urllib3_errors.DecodeError:
            return "not_an_image", "its Content-Encoding is another one"
        except urllib3_errors.ReadTimeoutError:
            return "timeout", "within the answer" if watch.left else "deadline"
        except (urllib3_errors.HTTPError, OSError, ValueError):
            return "truncated", "the connection broke off within the answer"
        return b"".join(pieces)


def _explain(error: urllib3_errors.HTTPError) -> tuple[str, str]:
    """The reason, and its detail, for an error of a request that got no answer. The text of the error is left out, for
    it holds addresses of objects, which differ from run to run."""
    if isinstance(error, urllib3_errors.ProxyError):
        return "connection_error", "the proxy"
    if isinstance(error, urllib3_errors.LocationParseError):
        return "invalid_url", "no name that a host can have"
    if isinstance(error, urllib3_errors.NameResolutionError):
        return "dns_error", ""
    if isinstance(error, urllib3_errors.NewConnectionError):  # in urllib3 a kind of the next one
        return "connection_error", ""
    if isinstance(error, urllib3_errors.ConnectTimeoutError):
        return "timeout", "to connect"
    if isinstance(error, urllib3_errors.TimeoutError):
        return "timeout", "for an answer"
    if isinstance(error, urllib3_errors.SSLError):
        return "tls_error", ""
    return "connection_error", ""


def _utf8(header: str) -> str:
    """Headers are read as latin-1, but addresses that servers do not percent-encode are UTF-8."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header


def _retry_after(response: urllib3.BaseHTTPResponse) -> float | None:
    try:
        return Retry().get_retry_after(response)
    except (urllib3_errors.InvalidHeader, ValueError, OverflowError, TypeError):
        return None
