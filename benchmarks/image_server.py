"""A local HTTP server of images. It is cheap, because it shares the CPU with what is measured.

usage: python benchmarks/image_server.py FOLDER [--port NUMBER] [--latency MILLISECONDS] [--connecting MILLISECONDS]

Responds to GET /{anything}/{path below FOLDER} with the file, which it has read beforehand, so that one image can have
any number of URLs. Everything else is 404. Connections are kept open. Prints its URL and serves until it is stopped.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Responding(asyncio.Protocol):
    """One connection. responses: path below the folder -> the whole response.

    latency: seconds before each. connecting: seconds before the first on top of these: a loopback connection is there
    at once, one over a network takes a round trip.
    """

    def __init__(self, responses: dict[str, bytes], latency: float, connecting: float):
        self._responses, self._latency, self._connecting = responses, latency, connecting
        self._received = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A client has connected."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Respond to every complete request. Requests with a body are not served."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            response = self._response(head.partition(b"\r\n")[0].split(b" "))
            wait, self._connecting = self._latency + self._connecting, 0.0
            if wait:
                asyncio.get_running_loop().call_later(wait, self._transport.write, response)
            else:
                self._transport.write(response)

    def _response(self, request: list[bytes]) -> bytes:
        if len(request) != 3 or request[0] != b"GET":
            return MISSING
        path = request[1].decode(errors="replace").lstrip("/").partition("/")[2]
        return self._responses.get(unquote(path), MISSING)


def read_responses(folder: Path) -> dict[str, bytes]:
    """Path below ``folder`` -> the response with the file's content."""
    responses = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            responses[path.relative_to(folder).as_posix()] = (
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content
            )
    return responses


async def serve(folder: Path, port: int, latency: float, connecting: float) -> None:
    """Serve ``folder`` on ``port`` of this machine (0: a free one), for ever. The others: see ``Responding``."""
    responses = read_responses(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Responding(responses, latency, connecting), "127.0.0.1", port, backlog=512
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def serving(folder: Path, latency: float = 0.0, connecting: float = 0.0) -> Iterator[str]:
    """The URL of a server of ``folder`` in a process of its own. latency, connecting: milliseconds."""
    command = [sys.executable, __file__, str(folder), "--latency", str(latency), "--connecting", str(connecting)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = running.stdout.readline().strip()
        if not url:
            sys.exit(f"{' '.join(command)} did not start.")
        yield url
    finally:
        running.terminate()
        running.wait()
        running.stdout.close()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="A local HTTP server of images.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0, help="(default: a free one)")
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds before a response (default: none)")
    parser.add_argument(
        "--connecting",
        type=float,
        default=0.0,
        help="additional milliseconds before the first response of a connection",
    )
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(args.folder, args.port, args.latency / 1000, args.connecting / 1000))


if __name__ == "__main__":
    main()
