"""Connections of urllib3 with stricter rules: each response belongs to its own request, no read exceeds the deadline,
and IP addresses are checked before a connection is made."""

import contextlib
import http.client
import io
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.connection import allowed_gai_family

from lettermill.fetch.addresses import is_public
from lettermill.fetch.deadline import in_time

if TYPE_CHECKING:
    Connection = HTTPConnection  # what the mixin below is mixed into
else:
    Connection = object


class RefusedAddressError(Exception):
    """The host is this machine or in a local network, and config `refuse_private_addresses` is on."""


class StaleConnectionError(ConnectionError):
    """The server closed a connection that an earlier request had left open. Servers may do that at any time."""


class _TimedReader(io.RawIOBase):
    """Reads from a socket until the deadline. (The timeout of a socket starts again with every byte.)

    waits: whether a read waits for data.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket):
        self._raw, self._socket, self._timeout = raw, sock, sock.gettimeout()
        self.waits = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(in_time(self._timeout) if self.waits else 0)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _FinalResponse(http.client.HTTPResponse):
    """The final response to a request.

    http.client skips interim responses with status 100 only. It takes any other one (102, 103) for the final response,
    and then the final one for the response to the next request.
    """

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any):
        super().__init__(sock, *args, **kwargs)
        self._socket = sock
        self._reader = _TimedReader(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._reader)

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in typeshed
            if not 100 <= status < 200 or status == HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def begin(self) -> None:
        super().begin()
        # Neither has a body, but what follows on such a connection may belong to it: another protocol, or a body that
        # a server sends late.
        if self.status in (HTTPStatus.SWITCHING_PROTOCOLS, HTTPStatus.NO_CONTENT):
            self.will_close = True

    def _close_conn(self) -> None:
        """Called when the response has been read to its end. If there is more data, the connection is not reused: the
        data could be taken for the next response."""
        if self._has_more():
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        super()._close_conn()  # type: ignore[misc]  # not in typeshed

    def _has_more(self) -> bool:
        self._reader.waits = False
        try:
            return bool(self.fp.peek(1))
        except (OSError, ValueError):  # no more data (TLS raises an error), or already closed
            return False


class _Checked(Connection):
    """What both kinds of connections share. public_only: whether to connect to public addresses only; behind a proxy
    this is left to the proxy."""

    response_class = _FinalResponse

    def __init__(self, *args: Any, public_only: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._public_only = public_only
        self._is_kept = False

    def connect(self) -> None:
        self._is_kept = False
        super().connect()

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()
        except ConnectionError as error:
            if self._is_kept:
                raise StaleConnectionError from error
            raise
        self._is_kept = True
        return response

    def _new_conn(self) -> socket.socket:
        """Connect to exactly the addresses that were checked, even if the name resolves to others a moment later."""
        name = self._dns_host
        try:
            found = socket.getaddrinfo(name, self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return super()._new_conn()  # which raises the right error
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        if self._public_only and self.proxy is None and not all(map(is_public, addresses)):
            raise RefusedAddressError
        try:
            for address in addresses:
                self._dns_host, self.timeout = address, in_time(self.timeout)
                try:
                    return super()._new_conn()
                except HTTPError:
                    if address == addresses[-1]:
                        raise
        finally:
            self._dns_host = name
        raise AssertionError("getaddrinfo returned no address")


class CheckedHTTPConnection(_Checked, HTTPConnection):
    """A connection over HTTP."""


class CheckedHTTPSConnection(_Checked, HTTPSConnection):
    """A connection over HTTPS."""
