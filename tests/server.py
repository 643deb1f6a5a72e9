"""A real HTTP server for tests."""

import contextlib
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Server:
    """A real HTTP server on loopback.

    answers: path -> (status, headers, body), or a function of the number of times that the path was asked for.
    asked: the paths that were asked for, in order.
    """

    url: str
    answers: dict[str, tuple | Callable[[int], tuple]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """A running ``Server``."""
    state = Server("")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append(self.path)
            state.agents.add(self.headers["User-Agent"])
            answer = state.answers.get(self.path, (404, {}, b"not here"))
            if callable(answer):
                answer = answer(state.asked.count(self.path))
            status, headers, body = answer
            if status == "hang":
                time.sleep(body)
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)
            if int(headers.get("Content-Length", len(body))) != len(body):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        state.url = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield state
        running.shutdown()
