"""The outcome of one attempt to download a URL: the content, or the reason for each kind of failure."""

from collections.abc import Mapping
from typing import NamedTuple

import requests
from urllib3 import BaseHTTPResponse
from urllib3 import exceptions as urllib3_errors
from urllib3.util import Retry

from lettermill.fetch.deadline import Deadline
from lettermill.fetch.robots import forbids
from lettermill.fetch.session import cause_of
from lettermill.fetch.settings import FetchSettings

CHUNK = 1 << 16
"""Bytes read at a time."""

PAGE = 1 << 16
"""Up to this many bytes, an unwanted body is read so that its connection can be reused."""

UNMODIFIED = "unmodified"
"""Used as a reason when the server returned 304: the image has not changed."""

OF_STATUS = {
    304: UNMODIFIED, 401: "forbidden", 403: "forbidden", 404: "not_found", 407: "forbidden", 408: "timeout",
    410: "gone", 425: "too_many_requests", 429: "too_many_requests", 451: "forbidden",
}  # fmt: skip


class Attempt(NamedTuple):
    """The outcome of one attempt.

    reason: see ``lettermill.base.reasons``; empty when there is ``content``. origin: the last host, after redirects.
    is_whole: whether that host sent a complete response, or as much of it as was needed. retry_after: seconds; None
    without the header Retry-After. etag, last_modified: the headers of the response, for conditional requests.
    """

    content: bytes | None
    reason: str = ""
    detail: str = ""
    http_status: int | None = None
    origin: str = ""
    is_whole: bool = True
    retry_after: float | None = None
    etag: str = ""
    last_modified: str = ""


def of_response(response: requests.Response, settings: FetchSettings, deadline: Deadline) -> Attempt:
    """The outcome of ``response``, which is not a redirect. Reads its body as far as needed."""
    raw, status = response.raw, response.status_code
    if status != 200:
        skip(raw, deadline)
        reason = OF_STATUS.get(status) or ("server_error" if 500 <= status < 600 else "http_error")
        return Attempt(None, reason, str(status), status, retry_after=_retry_after(raw))
    if forbids(raw.headers.getlist("X-Robots-Tag"), settings.x_robots_tag, settings.user_agent):
        return Attempt(None, "blocked_by_robots", "X-Robots-Tag header", status)
    found = _body(raw, settings.max_bytes, deadline)
    if not isinstance(found, bytes):
        return found._replace(http_status=status)
    if not found and "Content-Length" not in raw.headers and not raw.chunked:
        return Attempt(
            None, "connection_error", "", status, is_whole=False
        )  # the connection was closed within the head
    etag, last_modified = _validator(raw.headers, "ETag"), _validator(raw.headers, "Last-Modified")
    return Attempt(found, http_status=status, etag=etag, last_modified=last_modified)


def of_error(error: Exception, deadline: Deadline) -> Attempt:
    """The outcome of a request that raised ``error``. Its text is not kept: it contains memory addresses, which
    differ from run to run."""
    cause = cause_of(error)
    reason, detail = "connection_error", ""
    if not deadline.left:
        reason, detail = "timeout", "deadline exceeded"
    elif isinstance(cause, urllib3_errors.ProxyError):
        detail = "the proxy failed"
    elif isinstance(cause, urllib3_errors.LocationValueError):
        reason, detail = "invalid_url", "the host name is not valid"
    elif isinstance(cause, urllib3_errors.NameResolutionError):
        reason = "dns_error"
    elif isinstance(cause, urllib3_errors.NewConnectionError):  # in urllib3 a subclass of the next one
        pass
    elif isinstance(cause, urllib3_errors.ConnectTimeoutError):
        reason, detail = "timeout", "while connecting"
    elif isinstance(cause, urllib3_errors.TimeoutError):
        reason, detail = "timeout", "while waiting for the response"
    elif isinstance(cause, urllib3_errors.SSLError):
        reason = "tls_error"
    return Attempt(None, reason, detail, is_whole=False)


def skip(raw: BaseHTTPResponse, deadline: Deadline) -> None:
    """Read an unwanted body, unless it is long, so that its connection can be reused."""
    _body(raw, PAGE, deadline)


def _body(raw: BaseHTTPResponse, largest: int, deadline: Deadline) -> bytes | Attempt:
    """The body of a response, or the failed attempt."""
    chunks, size = [], 0
    too_large = Attempt(None, "too_large", f"more than {largest} bytes")
    if (raw.length_remaining or 0) > largest:
        return too_large
    try:
        while chunk := raw.read1(CHUNK, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > largest:
                return too_large
    except urllib3_errors.DecodeError:
        return Attempt(None, "not_an_image", "the body does not match its Content-Encoding header")
    except urllib3_errors.ReadTimeoutError:
        return Attempt(
            None, "timeout", "while reading the response" if deadline.left else "deadline exceeded", is_whole=False
        )
    except (urllib3_errors.HTTPError, OSError, ValueError):
        return Attempt(None, "truncated", "the connection was closed before the end of the response", is_whole=False)
    return b"".join(chunks)


def _validator(headers: Mapping[str, str], name: str) -> str:
    """The value of a validator header (ETag, Last-Modified), empty if it is missing or not printable."""
    value = headers.get(name, "").strip()
    return value if value.isprintable() else ""


def _retry_after(raw: BaseHTTPResponse) -> float | None:
    try:
        return Retry().get_retry_after(raw)
    except (urllib3_errors.InvalidHeader, ValueError, OverflowError, TypeError):
        return None
