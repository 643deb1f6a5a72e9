"""An HTTP server for tests. Its responses are set down to the bytes and the pauses between them."""

import collections
import contextlib
import http
import http.server
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, NamedTuple

CLOSE = "close"
"""A step of a response: close the connection."""
RESET = "reset"
"""A step of a response: reset the connection."""
HANG = 3600.0
"""A step of a response: send nothing more."""

Step = bytes | float | str
Response = tuple[int, dict[str, Any], bytes] | Iterable[Step]


class Request(NamedTuple):
    """A request that the server received.

    seconds: when, on the monotonic clock. times: number of requests for this path so far, this one included.
    before: number of earlier requests on the same connection.
    """

    path: str
    headers: Message
    seconds: float
    times: int
    before: int


@dataclass
class Server:
    """An HTTP server on loopback.

    responses: path -> response. A response is a tuple (status, headers, body), in which a header whose value is a list
    is sent once for each item; or a sequence of steps, in which bytes are sent, numbers are seconds to wait, and
    ``CLOSE`` and ``RESET`` end the connection; or a function of the ``Request`` that returns either.
    otherwise: the response for all other paths. paths: the requested paths, in order. requests: the same requests, in
    full. connections: how many were opened. most_connections: how many were open at the same time, at most.
    most_waiting: how many requests waited for the first byte of their response at the same time, at most. sockets:
    connections that may still be open.
    """

    url: str
    responses: dict[str, Response | Callable[[Request], Response]] = field(default_factory=dict)
    otherwise: Response | Callable[[Request], Response] = (404, {}, b"not here")
    paths: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    most_connections: int = 0
    most_waiting: int = 0
    sockets: set[socket.socket] = field(default_factory=set)

    @property
    def times(self) -> collections.Counter[str]:
        """Path -> number of requests for it."""
        return collections.Counter(self.paths)

    @property
    def open_connections(self) -> int:
        """Number of connections that clients keep open."""
        return sum(not _left(one) for one in list(self.sockets))

    @property
    def agents(self) -> set[str]:
        """The User-Agent headers of all requests."""
        return {request.headers["User-Agent"] for request in self.requests}


def head(status: int = 200, length: int | None = None, **headers: object) -> bytes:
    """The head of a response, including the empty line. ``_`` in the name of a header stands for ``-``."""
    headers |= {} if length is None else {"Content-Length": length}
    return _head(status, {name.replace("_", "-"): value for name, value in headers.items()})


def _head(status: int, headers: dict[str, Any]) -> bytes:
    phrase = http.HTTPStatus(status).phrase if status in iter(http.HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    for name, values in headers.items():
        lines += [f"{name}: {value}" for value in (values if isinstance(values, list) else [values])]
    return "\r\n".join([*lines, "", ""]).encode()


def _steps(response: Response) -> Iterable[Step]:
    if not isinstance(response, tuple):
        return response
    status, headers, body = response
    length = {} if status in (204, 304) else {"Content-Length": str(len(body))}
    whole = {**length, **headers}
    cut = int(whole.get("Content-Length", len(body))) != len(body)
    return [_head(status, whole) + body, *([CLOSE] if cut else [])]


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: "_Listener"
    before = 0

    def do_GET(self) -> None:
        state, counting = self.server.state, self.server.counting
        with counting:
            state.paths.append(self.path)
            request = Request(self.path, self.headers, time.monotonic(), state.paths.count(self.path), self.before)
            state.requests.append(request)
            self.before += 1
            self.server.waiting += 1
            state.most_waiting = max(state.most_waiting, self.server.waiting)
        waits = True
        try:
            response = state.responses.get(self.path, state.otherwise)
            for step in _steps(response(request) if callable(response) else response):
                if waits and not isinstance(step, float):
                    waits = False
                    with counting:  # before sending: the client may send its next request at once
                        self.server.waiting -= 1
                if isinstance(step, bytes):
                    self.connection.sendall(step)
                elif step in (CLOSE, RESET):
                    self._end(reset=step == RESET)
                    break
                elif self.server.over.wait(step):
                    break
        except OSError:  # the client has gone
            self.close_connection = True
        finally:
            with counting:
                self.server.waiting -= waits
        self.close_connection = self.close_connection or self.server.over.is_set()

    def _end(self, reset: bool) -> None:
        if reset:  # closing with a linger of 0 sends a reset, if no file is still open on the socket
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, state: Server, address: str, context: ssl.SSLContext | None):
        super().__init__((address, 0), _Handler)
        self.state, self.context = state, context
        self.counting = threading.Lock()
        self.waiting = 0
        self.over = threading.Event()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self.counting:
            self.state.connections += 1
            self.state.sockets = {connection, *(one for one in self.state.sockets if not _left(one))}
            self.state.most_connections = max(self.state.most_connections, len(self.state.sockets))
        return connection, address

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is not None:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:  # the client does not trust us
                return
        with contextlib.suppress(ConnectionError):
            super().finish_request(request, client_address)
            if self.context is not None:
                request.close()

    def handle_error(self, *_: object) -> None:
        if not self.over.is_set():
            super().handle_error(*_)


def _left(connection: socket.socket) -> bool:
    """Whether either side has closed a connection. The thread that serves it may not have noticed yet."""
    if connection.fileno() < 0:
        return True
    try:
        ready, _, _ = select.select([connection], [], [], 0)
        return bool(ready) and not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except (OSError, ValueError):
        return True


@contextlib.contextmanager
def serving(address: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a ``Server``; over HTTPS if ``context`` has a certificate."""
    state = Server("")
    with _Listener(state, address, context) as running:
        state.url = f"http{'s' if context else ''}://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield state
        finally:
            running.over.set()
            running.shutdown()
            for connection in state.sockets:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
