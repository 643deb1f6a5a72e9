"""Connections as urllib3 makes them: through proxies, to public addresses only where that is asked for, and so that a
request under way can be broken off."""

import contextlib
import os
import socket
import ssl
import urllib.request
from functools import cached_property

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import make_headers, parse_url

from lettermill.base.errors import InputError
from lettermill.fetch.addresses import Address, is_public


class RefusedAddressError(Exception):
    """The host is of this machine or a local network, and config `refuse_private_addresses` is on."""


class _Public:
    """Connects to public addresses only. The very addresses that were looked at are connected to: a name that resolves
    to another one a moment later gets nowhere."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            found = socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            return super()._new_conn()  # which has an error for that
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        if not all(map(is_public, addresses)):
            raise RefusedAddressError
        try:
            for address in addresses[:-1]:
                self._dns_host = address
                with contextlib.suppress(urllib3.exceptions.HTTPError):
                    return super()._new_conn()
            self._dns_host = addresses[-1]
            return super()._new_conn()
        finally:
            self._dns_host = name


class _Remembering:
    """Remembers its socket: ``sock`` is None while the last answer of a connection is read."""

    connected: socket.socket | None = None

    def connect(self) -> None:
        super().connect()
        self.connected = self.sock


class _HTTPConnection(_Remembering, HTTPConnection):
    pass


class _HTTPSConnection(_Remembering, HTTPSConnection):
    pass


class _PublicHTTPConnection(_Public, _HTTPConnection):
    pass


class _PublicHTTPSConnection(_Public, _HTTPSConnection):
    pass


class Pool:
    """A pool of urllib3 that tells which connection it has opened."""

    opened: HTTPConnection | None = None

    def _new_conn(self) -> HTTPConnection:
        self.opened = super()._new_conn()
        return self.opened


class _HTTPPool(Pool, HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(Pool, HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _PublicHTTPPool(_HTTPPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(_HTTPSPool):
    ConnectionCls = _PublicHTTPSConnection


class Pools:
    """Makes urllib3's pools, of one connection each, through the proxies that the environment names.

    public_only: whether to connect to public addresses only; a proxy, if there is one, decides about that by itself.
    """

    def __init__(self, public_only: bool):
        self._classes = {"http": _HTTPPool, "https": _HTTPSPool}
        if public_only:
            self._classes = {"http": _PublicHTTPPool, "https": _PublicHTTPSPool}
        self._proxies = urllib.request.getproxies()

    def pool(self, address: Address) -> tuple[Pool, bool]:
        """A pool for the host of ``address``, and whether requests must name the host.

        Raises InputError when the environment names a proxy that cannot be used.
        """
        proxy = self._proxies.get(address.scheme) or self._proxies.get("all")
        if proxy and urllib.request.proxy_bypass(address.host):
            proxy = None
        options = {"maxsize": 1, "ssl_context": self._tls} if address.scheme == "https" else {"maxsize": 1}
        if proxy:
            credentials = parse_url(proxy).auth
            headers = make_headers(proxy_basic_auth=credentials) if credentials else None
            try:
                manager = urllib3.ProxyManager(proxy, proxy_headers=headers, **options)
            except urllib3.exceptions.HTTPError as error:
                raise InputError(f"The environment names a proxy that cannot be used: {proxy}: {error}.") from error
        else:
            manager = urllib3.PoolManager(**options)
        manager.pool_classes_by_scheme = self._classes
        pool = manager.connection_from_host(address.host, address.port, address.scheme)
        return pool, bool(proxy) and address.scheme == "http"

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all connections: to read the certificates of authorities takes longer than to fetch an image."""
        authorities = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or certifi.where()
        return ssl.create_default_context(cafile=authorities)
