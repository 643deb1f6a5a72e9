"""The outcome of each fault of a server, and the number of requests until then: one table."""

import gzip
import itertools
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fetching import FAST, JPEG, PNG, fetch, png_of_size
from lettermill.records.schemas import Downloaded
from server import CLOSE, HANG, RESET, Request, Response, Server, head, serving

RETRIES = 1
AGAIN = RETRIES + 1
SETTINGS = FAST._replace(
    connections=32, connections_per_host=32, timeout=0.6, deadline=1.6, retries=RETRIES, host_failures=1000
)


class Fault(NamedTuple):
    """response: what the server sends. reason: expected, empty for an image. requests: how many are expected."""

    response: Response | Callable[[Request], Response]
    reason: str
    requests: int = 1


def drip(start: bytes, piece: bytes = b"x") -> Callable[[Request], Iterator[Any]]:
    """A response that begins, continues with a piece every 0.05 s, and never ends."""
    return lambda _: itertools.chain([start], itertools.cycle([piece, 0.05]))


def endless(start: bytes, piece: bytes) -> Callable[[Request], Iterator[Any]]:
    """A response that continues as fast as it is read, and never ends."""
    return lambda _: itertools.chain([start], itertools.repeat(piece))


def image(content: bytes = PNG, **headers: object) -> bytes:
    """A complete response."""
    return head(length=len(content), **headers) + content


def chunk(content: bytes) -> bytes:
    """A piece of a body of unknown length."""
    return b"%x\r\n%s\r\n" % (len(content), content)


HTML = b"<html><body>Please sign in</body></html>"
BROKEN_ZIP = gzip.compress(PNG)[:-200]

STATUSES = {
    **dict.fromkeys([201, 202, 203, 204, 205, 206, 300, 304, 305, 400, 402, 405, 406, 409, 411, 413, 414, 415, 416, 418,
                     421, 422, 423, 424, 426, 428, 431, 499, 600, 999], ("http_error", 1)),
    **dict.fromkeys([401, 403, 407, 451], ("forbidden", 1)),
    404: ("not_found", 1),
    410: ("gone", 1),
    408: ("timeout", AGAIN),
    **dict.fromkeys([425, 429], ("too_many_requests", AGAIN)),
    **dict.fromkeys([500, 502, 503, 504, 507, 520, 522, 524, 530, 599], ("server_error", AGAIN)),
}  # fmt: skip

FAULTS: dict[str, Fault] = {
    # Odd, but an image.
    "late": Fault([0.3, image()], ""),
    "slow": Fault([head(length=len(PNG)), *(step for n in range(0, 15000, 999) for step in (PNG[n:][:999], 0.03))], ""),
    "no-type": Fault([image()], ""),
    "type-of-text": Fault([image(Content_Type="text/html")], ""),
    "type-of-another-image": Fault([image(JPEG, Content_Type="image/png")], ""),
    "type-of-nonsense": Fault([image(Content_Type="\x01;;=,")], ""),
    "no-phrase": Fault([b"HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n" % len(PNG) + PNG], ""),
    "only-line-feeds": Fault([b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(PNG) + PNG], ""),
    "http-1.0": Fault([b"HTTP/1.0 200 OK\r\n\r\n" + PNG, CLOSE], ""),
    "no-length": Fault([head() + PNG, CLOSE], ""),
    "length-of-nonsense": Fault([head(Content_Length="many") + PNG, CLOSE], ""),
    "same-length-twice": Fault([head(Content_Length=[len(PNG), len(PNG)]) + PNG], ""),
    "more-than-its-length": Fault([image() + b"and more"], ""),
    "hints-first": Fault([b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0.05, image()], ""),
    "continue-first": Fault([b"HTTP/1.1 100 Continue\r\n\r\n" + image()], ""),
    "chunked": Fault([head(Transfer_Encoding="chunked") + chunk(PNG[:999]) + chunk(PNG[999:]) + b"0\r\n\r\n"], ""),
    "zipped": Fault([image(gzip.compress(PNG), Content_Encoding="gzip")], ""),
    "zipped-x-gzip": Fault([image(gzip.compress(PNG), Content_Encoding="x-gzip")], ""),
    "deflated": Fault([image(zlib.compress(PNG), Content_Encoding="deflate")], ""),
    "identity": Fault([image(Content_Encoding="identity")], ""),
    "image-and-more": Fault([image(PNG + b"\n<!-- cached -->")], ""),
    "cookie": Fault([image(Set_Cookie="a=b; Domain=.example.org; Expires=never")], ""),
    "99-headers": Fault([image(**{f"X-{n}": n for n in range(90)})], ""),
    # No image.
    "page": Fault([image(HTML, Content_Type="text/html")], "not_an_image"),
    "page-as-image": Fault([image(HTML, Content_Type="image/png")], "not_an_image"),
    "empty": Fault((200, {}, b""), "not_an_image"),
    "not-zipped": Fault([image(HTML, Content_Encoding="gzip")], "not_an_image"),
    "unknown-encoding": Fault([image(HTML, Content_Encoding="br")], "not_an_image"),
    # Ends too early, with no fault of the connection: the server has no more.
    "half-a-png": Fault([image(PNG[: len(PNG) // 2])], "truncated"),
    "half-a-jpeg": Fault([image(JPEG[: len(JPEG) // 2])], "truncated"),
    "half-a-png-until-close": Fault([head() + PNG[: len(PNG) // 2], CLOSE], "truncated"),
    # Breaks off within the body.
    "closed-in-body": Fault([head(length=len(PNG)) + PNG[:999], CLOSE], "truncated", AGAIN),
    "closed-before-body": Fault([head(length=len(PNG)), CLOSE], "truncated", AGAIN),
    "reset-in-body": Fault([head(length=len(PNG)) + PNG[:999], 0.1, RESET], "truncated", AGAIN),
    "reset-in-body-of-no-length": Fault([head() + PNG[:999], 0.1, RESET], "truncated", AGAIN),
    "closed-in-chunk": Fault([head(Transfer_Encoding="chunked") + chunk(PNG)[:999], CLOSE], "truncated", AGAIN),
    "closed-between-chunks": Fault([head(Transfer_Encoding="chunked") + chunk(PNG), CLOSE], "truncated", AGAIN),
    "reset-in-chunk": Fault([head(Transfer_Encoding="chunked") + chunk(PNG)[:999], 0.1, RESET], "truncated", AGAIN),
    "chunk-of-bad-length": Fault([head(Transfer_Encoding="chunked") + b"zz\r\n" + PNG, CLOSE], "truncated", AGAIN),
    "chunk-of-no-length": Fault([head(Transfer_Encoding="chunked") + b"\r\n" + PNG, CLOSE], "truncated", AGAIN),
    "closed-in-zip": Fault(
        [head(length=len(BROKEN_ZIP) + 200, Content_Encoding="gzip") + BROKEN_ZIP, CLOSE], "truncated", AGAIN
    ),
    # No response.
    "closed": Fault([CLOSE], "connection_error", AGAIN),
    "reset": Fault([RESET], "connection_error", AGAIN),
    "closed-in-status": Fault([b"HTTP/1.1 2", CLOSE], "connection_error", AGAIN),
    "closed-in-head": Fault([b"HTTP/1.1 200 OK\r\nContent-Le", CLOSE], "connection_error", AGAIN),
    "closed-between-headers": Fault([b"HTTP/1.1 200 OK\r\nServer: x\r\n", CLOSE], "connection_error", AGAIN),
    "closed-after-head": Fault([head(), CLOSE], "connection_error", AGAIN),  # looks like the two before
    "reset-in-head": Fault([b"HTTP/1.1 200 OK\r\nContent-Le", 0.1, RESET], "connection_error", AGAIN),
    "garbage": Fault([b"\x00\xff\x13garbage\r\n\r\n" + PNG, CLOSE], "connection_error", AGAIN),
    "another-protocol": Fault([b"SSH-2.0-OpenSSH_9.6\r\n", CLOSE], "connection_error", AGAIN),
    "bare-image": Fault([PNG, CLOSE], "connection_error", AGAIN),
    "status-of-nonsense": Fault([b"HTTP/1.1 fine\r\n\r\n", CLOSE], "connection_error", AGAIN),
    "http-9": Fault([b"HTTP/9.0 200 OK\r\n\r\n" + PNG, CLOSE], "connection_error", AGAIN),
    "two-lengths": Fault([head(Content_Length=[len(PNG), 7]) + PNG, CLOSE], "connection_error", AGAIN),
    "long-header": Fault([image(X="x" * 70_000)], "connection_error", AGAIN),
    "1000-headers": Fault([image(**{f"X-{n}": n for n in range(1000)})], "connection_error", AGAIN),
    "endless-status": Fault(endless(b"HTTP/1.1 200 ", b"x" * 9999), "connection_error", AGAIN),
    "endless-head": Fault(endless(b"HTTP/1.1 200 OK\r\n", b"X: x\r\n" * 999), "connection_error", AGAIN),
    # Too late.
    "hangs": Fault([HANG], "timeout", AGAIN),
    "hangs-in-head": Fault([b"HTTP/1.1 200 OK\r\nContent-Le", HANG], "timeout", AGAIN),
    "hangs-before-body": Fault([head(length=len(PNG)), HANG], "timeout", AGAIN),
    "hangs-in-body": Fault([head(length=len(PNG)) + PNG[:999], HANG], "timeout", AGAIN),
    "drips-status": Fault(drip(b"HTTP/1.1 200 "), "timeout"),
    "drips-head": Fault(drip(b"HTTP/1.1 200 OK\r\nX: "), "timeout"),
    "drips-headers": Fault(drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), "timeout"),
    "drips-continues": Fault(drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout"),
    "drips-hints": Fault(drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), "timeout"),
    "drips-body": Fault(drip(head(length=len(PNG))), "timeout"),
    "drips-body-of-no-length": Fault(drip(head()), "timeout"),
    "drips-chunks": Fault(drip(head(Transfer_Encoding="chunked"), chunk(b"x")), "timeout"),
    "drips-chunk-length": Fault(drip(head(Transfer_Encoding="chunked"), b"0"), "timeout"),
    "drips-chunk-length-at-last": Fault(
        drip(head(Transfer_Encoding="chunked", Connection="close"), b"0"), "timeout"
    ),
    "drips-zip": Fault(drip(head(Content_Encoding="gzip") + gzip.compress(PNG)[:99], b"\0"), "timeout"),
    # Too much.
    "long": Fault([image(PNG + bytes(SETTINGS.max_bytes))], "too_large"),
    "long-by-its-length": Fault([head(length=10**9) + PNG, HANG], "too_large"),
    "longer-than-a-word-of-the-machine": Fault([head(length=10**30) + PNG, HANG], "too_large"),
    "endless": Fault(endless(head(), bytes(9999)), "too_large"),
    "endless-by-its-length": Fault(endless(head(length=10**12), bytes(9999)), "too_large"),
    "endless-chunks": Fault(endless(head(Transfer_Encoding="chunked"), chunk(bytes(9999))), "too_large"),
    "endless-chunk": Fault(endless(head(Transfer_Encoding="chunked") + b"fffffffff\r\n", bytes(9999)), "too_large"),
    "zip-bomb": Fault([image(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")], "too_large"),
    "zip-bomb-in-zip": Fault(
        [image(gzip.compress(gzip.compress(bytes(50_000_000))), Content_Encoding="gzip, gzip")], "too_large"
    ),
    "too-many-pixels": Fault([image(png_of_size(60_000, 60_000))], "too_large"),
    # Statuses, some with an image that must not be taken.
    **{
        f"status-{status}": Fault((status, {}, b"" if status in (204, 205, 304) else PNG), *outcome)
        for status, outcome in STATUSES.items()
    },
    **{f"status-{status}-to-nowhere": Fault((status, {}, PNG), "http_error") for status in (301, 302, 303, 307, 308)},
}  # fmt: skip


class Seen(NamedTuple):
    """The outcome of all faults, downloaded as one batch."""

    records: dict[str, Downloaded]
    requests: Counter[str]
    output: Path


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("faults")
    with serving() as server:
        server.responses = {f"/{name}": fault.response for name, fault in FAULTS.items()}
        records = fetch(folder, [(name, f"{server.url}/{name}") for name in FAULTS], SETTINGS)
        return Seen(records, Counter(server.paths), folder / "out")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_reason_and_is_retried_only_where_that_can_help(seen: Seen, name: str) -> None:
    record, fault = seen.records[name], FAULTS[name]
    assert record.reason in fault.reason.split("|"), record
    assert record.attempts == fault.requests, record
    # A connection that was open may have been closed meanwhile: what was sent by it is sent once more, on a new one.
    resent = fault.requests if fault.reason == "connection_error" else 0
    assert fault.requests <= seen.requests[f"/{name}"] <= fault.requests + resent, record
    if not fault.reason:
        content = (seen.output / record.file).read_bytes()
        assert content.startswith((PNG, JPEG)) and record.bytes == len(content)


def test_details_are_the_same_from_run_to_run(tmp_path: Path, server: Server, seen: Seen) -> None:
    quick = {name: fault for name, fault in FAULTS.items() if fault.reason not in ("timeout", "")}
    server.responses = {f"/{name}": fault.response for name, fault in quick.items()}
    rows = [(name, f"{server.url}/{name}") for name in quick]
    records = fetch(tmp_path, rows, SETTINGS._replace(connections=8, retries=0))
    assert {name: record.detail for name, record in records.items()} == {
        name: seen.records[name].detail for name in quick
    }
