"""What came of one try to fetch a URL: every way in which it may fail has its name."""

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
"""Bytes that are read at a time."""

PAGE = 1 << 16
"""Bytes of a response that is no image, up to which it is read to keep the connection for the next request."""

UNMODIFIED = "unmodified"
"""In the place of a reason: the server says that the image is the one that is there."""

OF_STATUS = {
    304: UNMODIFIED, 401: "forbidden", 403: "forbidden", 404: "not_found", 407: "forbidden", 408: "timeout",
    410: "gone", 425: "too_many_requests", 429: "too_many_requests", 451: "forbidden",
}  # fmt: skip


class Attempt(NamedTuple):
    """What came of one try.

    reason: see ``lettermill.base.reasons``, empty when there is ``content``. origin: the host that it ended with.
    is_whole: whether that has sent a whole response, or so much of it as was wanted. retry_after: seconds, None where
    the server names none. etag, last_modified: what the server calls this state of the image.
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
    """What ``response``, which is no redirect, comes to; its body is read as far as it is wanted."""
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
        return Attempt(None, "connection_error", "", status, is_whole=False)  # broken off within the head
    etag, last_modified = _validator(raw.headers, "ETag"), _validator(raw.headers, "Last-Modified")
    return Attempt(found, http_status=status, etag=etag, last_modified=last_modified)


def of_error(error: Exception, deadline: Deadline) -> Attempt:
    """What an error of a request comes to that got no response. The text of the error is left out, for it holds
    addresses of objects, which differ from run to run."""
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
    elif isinstance(cause, urllib3_errors.NewConnectionError):  # in urllib3 a kind of the next one
        pass
    elif isinstance(cause, urllib3_errors.ConnectTimeoutError):
        reason, detail = "timeout", "while connecting"
    elif isinstance(cause, urllib3_errors.TimeoutError):
        reason, detail = "timeout", "while waiting for the response"
    elif isinstance(cause, urllib3_errors.SSLError):
        reason = "tls_error"
    return Attempt(None, reason, detail, is_whole=False)


def skip(raw: BaseHTTPResponse, deadline: Deadline) -> None:
    """Read the body of a response that is not wanted, so that its connection can be used again; unless it is long."""
    _body(raw, PAGE, deadline)


def _body(raw: BaseHTTPResponse, largest: int, deadline: Deadline) -> bytes | Attempt:
    """The body of a response, or why there is none."""
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
    """What a later request can send back to ask whether the image is still the same."""
    value = headers.get(name, "").strip()
    return value if value.isprintable() else ""


def _retry_after(raw: BaseHTTPResponse) -> float | None:
    try:
        return Retry().get_retry_after(raw)
    except (urllib3_errors.InvalidHeader, ValueError, OverflowError, TypeError):
        return None
