"""A real HTTP server for tests, which answers as it is told, down to the bytes and the breaks between them."""

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
"""A step of an answer: the connection is closed."""
RESET = "reset"
"""A step of an answer: the connection is reset."""
HANG = 3600.0
"""A step of an answer: nothing more comes."""

Step = bytes | float | str
Answer = tuple[int, dict[str, Any], bytes] | Iterable[Step]


class Asked(NamedTuple):
    """A request as the server got it.

    seconds: on the monotonic clock. times: how often the path was asked for, this time included. before: how
    many requests came by this connection before.
    """

    path: str
    headers: Message
    seconds: float
    times: int
    before: int


@dataclass
class Server:
    """A real HTTP server on loopback.

    answers: path -> (status, headers, body), where a header that is a list is sent once for each of its values; or
    steps: bytes are sent as they are, numbers are seconds to wait, ``CLOSE`` and ``RESET`` end the connection; or a
    function of the request (see ``Asked``) that gives one or the other. ``otherwise`` is for all other paths.
    asked: the paths that were asked for, in order; requests: more about each of them.
    connections: how many there were; most_connections: at one time. sockets: of those that may be open yet.
    most_waiting: how many requests waited for the first byte of their answer at one time.
    """

    url: str
    answers: dict[str, Answer | Callable[[Asked], Answer]] = field(default_factory=dict)
    otherwise: Answer | Callable[[Asked], Answer] = (404, {}, b"not here")
    asked: list[str] = field(default_factory=list)
    requests: list[Asked] = field(default_factory=list)
    connections: int = 0
    most_connections: int = 0
    most_waiting: int = 0
    sockets: set[socket.socket] = field(default_factory=set)

    @property
    def times(self) -> collections.Counter[str]:
        """How often each path was asked for."""
        return collections.Counter(self.asked)

    @property
    def open_connections(self) -> int:
        """How many connections clients keep open."""
        return sum(not _left(one) for one in list(self.sockets))

    @property
    def agents(self) -> set[str]:
        """The names under which clients asked."""
        return {request.headers["User-Agent"] for request in self.requests}


def head(status: int = 200, length: int | None = None, **headers: object) -> bytes:
    """The head of an answer, up to the empty line; ``_`` in names of headers stands for ``-``."""
    headers |= {} if length is None else {"Content-Length": length}
    return _head(status, {name.replace("_", "-"): value for name, value in headers.items()})


def _head(status: int, headers: dict[str, Any]) -> bytes:
    phrase = http.HTTPStatus(status).phrase if status in iter(http.HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    for name, values in headers.items():
        lines += [f"{name}: {value}" for value in (values if isinstance(values, list) else [values])]
    return "\r\n".join([*lines, "", ""]).encode()


def _steps(answer: Answer) -> Iterable[Step]:
    if not isinstance(answer, tuple):
        return answer
    status, headers, body = answer
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
            state.asked.append(self.path)
            request = Asked(self.path, self.headers, time.monotonic(), state.asked.count(self.path), self.before)
            state.requests.append(request)
            self.before += 1
            self.server.waiting += 1
            state.most_waiting = max(state.most_waiting, self.server.waiting)
        waits = True
        try:
            answer = state.answers.get(self.path, state.otherwise)
            for step in _steps(answer(request) if callable(answer) else answer):
                if waits and not isinstance(step, float):
                    waits = False
                    with counting:  # before it is sent: the client may ask again as soon as it has it
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
        if reset:  # what is closed with a linger of 0 is reset, if no file is still open on it
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
    """Whether a connection is closed on either side: what a client has closed before it opens the next does not
    count, though its thread here may not yet have noticed."""
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
    """A running ``Server``; of https, if there is a ``context`` with a certificate."""
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
