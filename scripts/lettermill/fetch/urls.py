"""URLs: which can be fetched, the host of each, and where it is fetched from."""

from collections.abc import Mapping

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

PORTS = {"http": 80, "https": 443}


class InvalidUrlError(ValueError):
    """It is no URL that can be fetched."""


def origin_of(url: str) -> str:
    """Host and port of ``url``: what counts as one host. Raises InvalidUrlError when it is no http(s) URL."""
    try:
        parts = parse_url(url)
    except (LocationParseError, ValueError) as error:
        raise InvalidUrlError("not a valid URL") from error
    if parts.scheme not in PORTS or not parts.host or parts.port == 0:
        raise InvalidUrlError("not an http:// or https:// URL with a host")
    return f"{parts.host}:{parts.port or PORTS[parts.scheme]}"


def mirrored(url: str, mirrors: Mapping[str, str]) -> str:
    """Where ``url`` is fetched from: the longest prefix that ``mirrors`` has is replaced by what it maps it to."""
    prefix = max((prefix for prefix in mirrors if url.startswith(prefix)), key=len, default=None)
    return url if prefix is None else mirrors[prefix] + url[len(prefix) :]
