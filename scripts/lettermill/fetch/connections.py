"""The connections of a job: kept open for the next request, and never more of a host than the machine may have."""

import contextlib
import os
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator
from functools import cached_property

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Timeout, make_headers, parse_url

from lettermill.errors import InputError
from lettermill.fetch.addresses import Address, is_public
from lettermill.fetch.machine import Machine

LOOK_AGAIN = 0.02
"""Seconds after which a job looks again for a connection that another job may have given back."""

KEPT_IDLE = 1.0
"""Seconds for which a connection that nobody in the job uses is kept from other jobs."""


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


class _OneConnection:
    """A urllib3 pool that tells which connection it has opened."""

    opened: HTTPConnection | None = None

    def _new_conn(self) -> HTTPConnection:
        self.opened = super()._new_conn()
        return self.opened


class _HTTPPool(_OneConnection, HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(_OneConnection, HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _PublicHTTPPool(_HTTPPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(_HTTPSPool):
    ConnectionCls = _PublicHTTPSConnection


class Connection:
    """A connection to a host, opened with the first request, and again when it has been closed.

    lock: what reserves it, see ``Machine.connection``. absolute: whether requests name the host, for a proxy.
    """

    def __init__(self, pool: _OneConnection, absolute: bool, lock: int):
        self._pool, self._absolute, self._lock = pool, absolute, lock
        self.is_broken_off = False
        self.idle_since = 0.0

    @property
    def is_open(self) -> bool:
        """Whether a request would be sent on a connection that another one was sent on, if the server has it open."""
        return self._pool.opened is not None and self._pool.opened.sock is not None

    def get(self, address: Address, headers: dict[str, str], timeout: Timeout) -> urllib3.BaseHTTPResponse:
        """Send a request; the answer's body is yet to be read. Raises what urllib3 raises, or RefusedAddressError."""
        self.is_broken_off = False
        return self._pool.urlopen(
            "GET", address.url if self._absolute else address.target, headers={**headers, **address.headers},
            timeout=timeout, retries=False, redirect=False, preload_content=False, assert_same_host=False,
        )  # fmt: skip

    def break_off(self) -> None:
        """End the request that another thread waits for, or reads the answer of."""
        self.is_broken_off = True
        with contextlib.suppress(AttributeError, OSError):  # there may be none just now
            self._pool.opened.connected.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it and give it back to the machine."""
        self._pool.close()
        os.close(self._lock)


class _Managers:
    """Makes urllib3's pools, of one connection each, through the proxies that the environment names."""

    def __init__(self, public_only: bool):
        self._classes = {"http": _HTTPPool, "https": _HTTPSPool}
        if public_only:
            self._classes = {"http": _PublicHTTPPool, "https": _PublicHTTPSPool}
        self._proxies = urllib.request.getproxies()

    def pool(self, address: Address) -> tuple[_OneConnection, bool]:
        """A pool for the host of ``address``, and whether requests must name the host."""
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


class _Host:
    """The connections of a job to one host that are not in use."""

    def __init__(self) -> None:
        self.idle: list[Connection] = []
        self.changed = threading.Condition()
        self.is_looking = False  # for one that the machine has left; one thread does that for all


class Connections:
    """The connections of a job, for many threads. A context manager, which closes them.

    per_host: connections to one host, of all jobs of the ``machine``.
    """

    def __init__(self, machine: Machine, per_host: int, public_only: bool):
        self._machine, self._per_host = machine, per_host
        self._managers = _Managers(public_only)
        self._hosts: dict[tuple[str, str], _Host] = {}
        self._lock = threading.Lock()
        self._deadlines: dict[Connection, float] = {}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._watch_over, name="connections", daemon=True)

    def __enter__(self) -> "Connections":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()
        self._close_idle(time.monotonic() + KEPT_IDLE)

    @contextlib.contextmanager
    def to(self, address: Address) -> Iterator[Connection]:
        """A connection to the host of ``address`` for as long as the block lasts; waits for it."""
        host = self._host(address)
        connection = self._take(host, address)
        try:
            yield connection
        finally:
            with host.changed:
                connection.idle_since = time.monotonic()
                host.idle.append(connection)
                host.changed.notify()

    @contextlib.contextmanager
    def limited(self, connection: Connection, seconds: float) -> Iterator[None]:
        """Break off what the block waits for on ``connection`` after so long. A timeout of the socket does not: it
        begins anew with every byte that comes."""
        self._deadlines[connection] = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._deadlines[connection]

    def _host(self, address: Address) -> _Host:
        with self._lock:
            return self._hosts.setdefault((address.scheme, address.origin), _Host())

    def _take(self, host: _Host, address: Address) -> Connection:
        with host.changed:
            while not host.idle and host.is_looking:
                host.changed.wait()
            if host.idle:
                return host.idle.pop()
            host.is_looking = True
        try:
            while True:
                lock = self._machine.connection(address.origin, self._per_host)
                if lock is not None:
                    return Connection(*self._managers.pool(address), lock)
                # Two jobs that each wait for a connection that the other has and does not use would wait for ever.
                self._close_idle(time.monotonic() + KEPT_IDLE, but=host)
                with host.changed:
                    if not host.idle:
                        host.changed.wait(LOOK_AGAIN)
                    if host.idle:
                        return host.idle.pop()
        finally:
            with host.changed:
                host.is_looking = False
                host.changed.notify_all()

    def _close_idle(self, now: float, but: _Host | None = None) -> None:
        with self._lock:
            hosts = [host for host in self._hosts.values() if host is not but]
        for host in hosts:
            with host.changed:
                for connection in [one for one in host.idle if now - one.idle_since >= KEPT_IDLE]:
                    host.idle.remove(connection)
                    connection.close()

    def _watch_over(self) -> None:
        while not self._ended.wait(0.1):
            now = time.monotonic()
            for connection, deadline in list(self._deadlines.items()):
                if now > deadline and self._deadlines.get(connection) == deadline:
                    connection.break_off()
            self._close_idle(now)
