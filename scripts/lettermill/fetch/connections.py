"""The connections of a job: kept open for the next request, and never more of a host than the machine may have."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator

import urllib3
from urllib3.util import Timeout

from lettermill.fetch.addresses import Address
from lettermill.fetch.machine import Machine
from lettermill.fetch.pools import Pool, Pools

LOOK_AGAIN = 0.02
"""Seconds after which a job looks again for a connection that another job may have given back."""

KEPT_IDLE = 1.0
"""Seconds for which a connection that nobody in the job uses is kept from other jobs."""


class Connection:
    """A connection to a host, opened with the first request, and again when it has been closed.

    lock: what reserves it, see ``Machine.connection``. absolute: whether requests name the host, for a proxy.
    """

    def __init__(self, pool: Pool, absolute: bool, lock: int):
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
        self._pools = Pools(public_only)
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
                    return Connection(*self._pools.pool(address), lock)
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
