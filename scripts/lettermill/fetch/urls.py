"""URLs: which are valid, their hosts, and their mirrors."""

from collections.abc import Mapping

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

PORTS = {"http": 80, "https": 443}


class InvalidUrlError(ValueError):
    """The URL cannot be downloaded; the message says why."""


def origin_of(url: str) -> str:
    """``host:port`` of ``url``, which counts as one host. Raises InvalidUrlError unless it is an http(s) URL."""
    try:
        parts = parse_url(url)
    except (LocationParseError, ValueError) as error:
        raise InvalidUrlError("not a valid URL") from error
    if parts.scheme not in PORTS or not parts.host or parts.port == 0:
        raise InvalidUrlError("not an http:// or https:// URL with a host")
    return f"{parts.host}:{parts.port or PORTS[parts.scheme]}"


def mirrored(url: str, mirrors: Mapping[str, str]) -> str:
    """``url`` with its longest prefix in ``mirrors`` replaced by the value there."""
    prefix = max((prefix for prefix in mirrors if url.startswith(prefix)), key=len, default=None)
    return url if prefix is None else mirrors[prefix] + url[len(prefix) :]
