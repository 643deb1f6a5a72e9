"""Each row gets the image that was sent for it, whatever else a server sends on the same connection."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from fetching import FAST, NOISE, fetch, reasons
from lettermill.fetch.fetcher import Fetcher
from lettermill.image.codec import encode_png
from server import Request, Server, Step, head

COUNT = 4
PNGS = [encode_png(np.roll(NOISE, n)) for n in range(COUNT)]
ONE = FAST._replace(connections=1, retries=0, timeout=2.0)
"""All rows by one connection, if it is kept."""

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </site.css>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
UNKNOWN = b"HTTP/1.1 199 Patience\r\nX: y\r\n\r\n"
LATE = 0.05
"""Seconds, after which what a client has not waited for comes by its connection."""


def whole(number: int) -> bytes:
    return head(length=len(PNGS[number])) + PNGS[number]


def served(tmp_path: Path, server: Server, respond: Callable[[int], Iterable[Step]]) -> list[str]:
    """The reasons of the rows that ``respond`` serves; checks that each has its own image or none."""
    server.otherwise = lambda request: respond(int(request.path[1:]))
    records = fetch(tmp_path, [(str(n), f"{server.url}/{n}") for n in range(COUNT)], ONE)
    for n, record in enumerate(records.values()):
        assert not record.file or (tmp_path / "out" / record.file).read_bytes() == PNGS[n]
    return list(reasons(records).values())


@pytest.mark.parametrize(
    "interim",
    [[CONTINUE], [PROCESSING], [HINTS], [UNKNOWN], [HINTS, LATE, HINTS], [PROCESSING, CONTINUE, HINTS, PROCESSING],
     [HINTS[:20], LATE, HINTS[20:]]],
    ids=["100", "102", "103", "199", "103 twice", "several", "103 in pieces"],
)  # fmt: skip
@pytest.mark.parametrize("wait", [0.0, LATE], ids=["at once", "late"])
def test_interim_responses_are_read_past(tmp_path: Path, server: Server, interim: list[Step], wait: float) -> None:
    assert served(tmp_path, server, lambda n: [*interim, wait, whole(n)]) == [""] * COUNT
    assert server.connections == 1


def test_an_image_after_no_content_is_not_that_of_the_next_row(tmp_path: Path, server: Server) -> None:
    found = served(tmp_path, server, lambda n: [head(204), LATE, whole(n)] if n % 2 else [whole(n)])
    assert found == ["", "http_error"] * (COUNT // 2)


def test_what_follows_another_protocol_is_not_that_of_the_next_row(tmp_path: Path, server: Server) -> None:
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"
    found = served(tmp_path, server, lambda n: [switching, LATE, whole(n)] if n % 2 else [whole(n)])
    assert found == ["", "http_error"] * (COUNT // 2)


@pytest.mark.parametrize("status", [200, 302, 404, 500])
@pytest.mark.parametrize("size", [1, 999, 20_000, None], ids=["a byte", "a part", "more than is read", "images"])
def test_what_comes_after_a_body_is_not_that_of_the_next_row(
    tmp_path: Path, server: Server, status: int, size: int | None
) -> None:
    def respond(n: int) -> list[Step]:
        if n % 2 or n >= 100:
            return [whole(n % 100)]
        first = whole(n) if status == 200 else head(status, length=3, Location=f"/{n + 100}") + b"abc"
        return [first + (whole(0) * 9)[:size]]

    found = served(tmp_path, server, respond)
    assert found[1::2] == [""] * (COUNT // 2)


def test_a_body_that_is_not_read_to_its_end_is_not_that_of_the_next_row(tmp_path: Path, server: Server) -> None:
    long = 2 * ONE.max_bytes

    def respond(n: int) -> list[Step]:
        return [whole(n)] if n % 2 else [head(length=long) + bytes(long - len(whole(0))) + whole(0)]

    assert served(tmp_path, server, respond) == ["too_large", ""] * (COUNT // 2)


def test_a_chunked_body_with_more_after_its_end(tmp_path: Path, server: Server) -> None:
    def respond(n: int) -> list[Step]:
        chunked = head(Transfer_Encoding="chunked") + b"%x\r\n%s\r\n0\r\nX: y\r\n\r\n" % (len(PNGS[n]), PNGS[n])
        return [chunked + (whole(0) if n % 2 else b"")]

    assert served(tmp_path, server, respond) == [""] * COUNT
    assert server.connections == 1 + COUNT // 2 - 1


def test_not_modified_keeps_the_connection(tmp_path: Path, server: Server) -> None:
    """... as a refresh of many images needs it."""

    def respond(request: Request) -> Iterable[Step]:
        return [head(304) if request.headers["If-None-Match"] else head(length=len(PNGS[0]), ETag='"1"') + PNGS[0]]

    server.otherwise = respond
    with Fetcher(ONE) as fetcher:
        assert [fetcher.fetch(f"{server.url}/{n}", '"1"').last.reason for n in range(COUNT)] == ["unmodified"] * COUNT
    assert server.connections == 1
