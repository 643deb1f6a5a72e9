"""Addresses: which can be fetched, where they are fetched from, and which machines they may lead to."""

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, make_headers, parse_url

PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class InvalidUrlError(ValueError):
    """It is no address that can be fetched."""


class Address(NamedTuple):
    """An http(s) address in its parts. target: path and query, percent-encoded."""

    scheme: str
    host: str
    port: int
    target: str
    credentials: str | None

    @property
    def origin(self) -> str:
        """Host and port: what counts as one host."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address as asked for, without credentials."""
        port = None if PORTS[self.scheme] == self.port else self.port
        return Url(scheme=self.scheme, host=self.host, port=port).url + self.target

    @property
    def headers(self) -> dict[str, str]:
        """Those that the address itself calls for."""
        return make_headers(basic_auth=self.credentials) if self.credentials else {}


def parse_address(url: str) -> Address:
    """The parts of ``url``. Raises InvalidUrlError when it is no http(s) address."""
    try:
        parts = parse_url(url)
    except (LocationParseError, ValueError) as error:
        raise InvalidUrlError("no address") from error
    if parts.scheme not in PORTS or not parts.host or parts.port == 0:
        raise InvalidUrlError("neither http:// nor https:// with a host")
    port = parts.port or PORTS[parts.scheme]
    return Address(parts.scheme, parts.host, port, Url(path=parts.path or "/", query=parts.query).url, parts.auth)


def mirrored(url: str, mirrors: Mapping[str, str]) -> str:
    """Where ``url`` is fetched from: the longest prefix that ``mirrors`` has is replaced by what it maps it to."""
    prefix = max((prefix for prefix in mirrors if url.startswith(prefix)), key=len, default=None)
    return url if prefix is None else mirrors[prefix] + url[len(prefix) :]


def is_public(address: str) -> bool:
    """Whether an IP address (``::1``, ``192.0.2.1``) is one of the internet, not of this machine or a local network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:  # by some of them, IPv4 addresses are reached
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast
