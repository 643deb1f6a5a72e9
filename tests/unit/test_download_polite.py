"""How many requests a job sends to a host at a time, when it gives a host up, and that it respects Retry-After."""

import contextlib
import email.utils
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fetching import FAST, PNG, fetch, reasons
from server import CLOSE, HANG, Request, Server, head, serving

IMAGE = (200, {}, PNG)
SOON = [0.05, head(length=len(PNG)) + PNG]
"""An image that is a while under way, so that requests come to be open at the same time."""


def rows_of(server: Server, count: int, start: int = 0) -> list[tuple[str, str]]:
    return [(f"{n:03d}", f"{server.url}/{n:03d}") for n in range(start, start + count)]


def test_no_more_connections_to_a_host_than_allowed(tmp_path: Path, server: Server) -> None:
    server.otherwise = SOON
    records = fetch(tmp_path, rows_of(server, 40), FAST._replace(connections=16, connections_per_host=3))
    assert {record.status for record in records.values()} == {"ok"}
    assert 1 < server.most_connections <= 3
    assert 1 < server.most_waiting <= 3


def test_no_more_connections_altogether_than_allowed(tmp_path: Path, server: Server) -> None:
    server.otherwise = SOON
    fetch(tmp_path, rows_of(server, 20), FAST._replace(connections=2, connections_per_host=8))
    assert server.most_waiting == 2


def test_no_more_connections_to_the_host_that_all_are_redirected_to(tmp_path: Path, server: Server) -> None:
    server.otherwise = SOON
    with serving() as one, serving() as other:
        for moved in (one, other):
            moved.otherwise = lambda request: (302, {"Location": server.url + request.path}, b"moved")
        rows = [*rows_of(one, 10), *rows_of(other, 10, 10)]
        records = fetch(tmp_path, rows, FAST._replace(connections=8, connections_per_host=3))
    assert {record.status for record in records.values()} == {"ok"}
    assert 1 < server.most_connections <= 3
    assert 1 < server.most_waiting <= 3


def test_connections_of_few_hosts_are_kept_open(tmp_path: Path) -> None:
    kept: list[int] = []
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving()) for _ in range(12)]

        def respond(_: object) -> tuple:
            kept.append(sum(server.open_connections for server in servers))
            return IMAGE

        for server in servers:
            server.otherwise = respond
        fetch(tmp_path, [(f"{n:02d}", f"{server.url}/a") for n, server in enumerate(servers)], FAST)
    assert 1 <= max(kept) <= 2 * FAST.connections


def test_connections_are_used_again(tmp_path: Path, server: Server) -> None:
    server.otherwise = lambda request: IMAGE if request.path < "/030" else (404, {}, b"sorry")
    fetch(tmp_path, rows_of(server, 40), FAST._replace(connections=1))
    assert server.connections == 1


@pytest.mark.parametrize("when", ["after a response", "at the next request"])
def test_connections_that_the_server_has_closed_cost_nothing(tmp_path: Path, server: Server, when: str) -> None:
    whole = head(length=len(PNG)) + PNG
    if when == "after a response":
        server.otherwise = [whole, CLOSE]
    else:
        server.otherwise = lambda request: [CLOSE] if request.before else [whole]
    records = fetch(tmp_path, rows_of(server, 20), FAST._replace(connections=1))
    assert {record.status for record in records.values()} == {"ok"}


def test_the_rate_is_that_of_each_host(tmp_path: Path, server: Server) -> None:
    """Attempts count too. The time spent waiting does not count towards the deadline of a URL."""
    server.otherwise = lambda request: (503, {}, b"") if request.times == 1 else IMAGE
    with serving() as other:
        other.otherwise = IMAGE
        rows = [*rows_of(server, 10), *((f"o{n}", f"{other.url}/{n}") for n in range(3))]
        records = fetch(tmp_path, rows, FAST._replace(requests_per_second=25, deadline=0.6))
    assert {record.status for record in records.values()} == {"ok"}
    seconds = [request.seconds for request in server.requests]
    assert len(seconds) == 20 and max(seconds) - min(seconds) >= 0.75 * 20 / 25
    assert max(request.seconds for request in other.requests) < max(seconds)


def test_a_host_that_hangs_does_not_hold_up_another(tmp_path: Path, server: Server) -> None:
    server.otherwise = [HANG]
    with serving() as other:
        other.otherwise = IMAGE
        rows = [*rows_of(server, 6), *((f"o{n}", f"{other.url}/{n}") for n in range(20))]
        records = fetch(tmp_path, rows, FAST._replace(connections=4, connections_per_host=2, timeout=0.3, retries=0))
    assert Counter(reasons(records).values()) == {"timeout": 6, "": 20}
    assert other.requests[-1].seconds < server.requests[-1].seconds


# A host that is dead.


def test_the_rest_of_a_dead_host_fails_at_once(tmp_path: Path, server: Server) -> None:
    server.otherwise = [CLOSE]
    settings = FAST._replace(connections=4, connections_per_host=2, retries=1, host_failures=3)
    with serving() as other:
        other.otherwise = IMAGE
        rows = [*rows_of(server, 100), *((f"o{n}", f"{other.url}/{n}") for n in range(30))]
        records = fetch(tmp_path, rows, settings)
    assert Counter(reasons(records).values()) == {"connection_error": 100, "": 30}
    assert 3 <= len(server.paths) <= 3 + 1  # one may be under way beside the last of them
    assert sum(record.attempts for record in records.values()) == len(server.paths) + 30

    server.paths.clear()
    server.otherwise = IMAGE
    assert set(reasons(fetch(tmp_path, rows_of(server, 100), settings, output="alive")).values()) == {""}


def test_the_rest_of_a_host_that_refuses_connections_fails_at_once(tmp_path: Path) -> None:
    with serving() as server:
        pass  # nobody listens there any more
    records = fetch(tmp_path, rows_of(server, 100), FAST._replace(retries=0, host_failures=5, connections=1))
    assert set(reasons(records).values()) == {"connection_error"}
    assert len({record.detail for record in records.values()}) <= 2
    assert sum(record.attempts or 0 for record in records.values()) == 5


STALLED = [head(length=5000), HANG]


def test_the_rest_of_a_host_whose_bodies_stall_fails_at_once(tmp_path: Path, server: Server) -> None:
    server.otherwise = STALLED
    settings = FAST._replace(connections=4, retries=1, timeout=0.2, host_failures=6)
    records = fetch(tmp_path, rows_of(server, 100), settings)
    assert {(record.reason, record.detail) for record in records.values()} == {
        ("timeout", "while reading the response")
    }
    assert 6 <= len(server.paths) <= 6 + 4  # some may be under way beside the last of them


def test_a_whole_response_ends_the_count_of_failures(tmp_path: Path, server: Server) -> None:
    server.otherwise = lambda request: IMAGE if int(request.path[1:]) % 3 == 2 else STALLED
    settings = FAST._replace(connections=1, retries=0, timeout=0.2, host_failures=3)
    records = fetch(tmp_path, rows_of(server, 6), settings)
    assert Counter(reasons(records).values()) == {"timeout": 4, "": 2}
    assert all(record.attempts == 1 for record in records.values())


def test_one_slow_image_costs_no_other(tmp_path: Path, server: Server) -> None:
    server.otherwise = lambda request: STALLED if request.path == "/000" else IMAGE
    settings = FAST._replace(connections=1, retries=3, timeout=0.2, host_failures=3)
    records = fetch(tmp_path, rows_of(server, 20), settings)
    assert Counter(reasons(records).values()) == {"timeout": 1, "": 19}
    assert records["000"].attempts == 4


def test_a_host_that_answers_at_all_is_not_dead(tmp_path: Path, server: Server) -> None:
    server.otherwise = lambda request: (500, {}, b"") if request.path.endswith("3") else [CLOSE]
    settings = FAST._replace(connections=1, retries=0, host_failures=12)
    records = fetch(tmp_path, rows_of(server, 60), settings)
    assert all(record.attempts == 1 for record in records.values())
    assert len(server.times) == 60


def test_only_connections_that_were_open_are_tried_twice(tmp_path: Path, server: Server) -> None:
    server.otherwise = lambda request: IMAGE if request.path == "/000" else [CLOSE]
    records = fetch(tmp_path, rows_of(server, 11), FAST._replace(connections=1, retries=0))
    assert Counter(reasons(records).values()) == {"": 1, "connection_error": 10}
    assert len(server.paths) == 12  # one of them by the connection of the first


# What a host says about when to come again.


def later(seconds: float) -> str:
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


def test_retry_after_is_waited_for_by_all_of_the_host(tmp_path: Path) -> None:
    settings = FAST._replace(connections=2, connections_per_host=1)
    with serving() as busy, serving() as broken:
        for server, status in ((busy, 429), (broken, 503)):
            server.responses = {"/000": waits_for(status), "/010": waits_for(status)}
            server.otherwise = IMAGE
        records = fetch(tmp_path, [*rows_of(busy, 5), *rows_of(broken, 5, 10)], settings)
    assert {record.status for record in records.values()} == {"ok"}
    for server, path in ((busy, "/000"), (broken, "/010")):
        first, *others = server.requests
        assert first.path == path
        assert min(request.seconds for request in others) >= first.seconds + 1


def waits_for(status: int) -> Callable[[Request], tuple]:
    """An image; the first response asks the client to wait a second."""
    return lambda request: (status, {"Retry-After": "1"}, b"") if request.times == 1 else IMAGE


def test_retry_after_as_a_date(tmp_path: Path, server: Server) -> None:
    server.otherwise = lambda request: (429, {"Retry-After": later(2)}, b"") if request.times == 1 else IMAGE
    assert reasons(fetch(tmp_path, rows_of(server, 1))) == {"000": ""}
    first, second = server.requests
    assert second.seconds >= first.seconds + 0.9  # dates are in whole seconds


TOMORROW = pytest.param(later(86_400), id="tomorrow")
YESTERDAY = pytest.param(later(-86_400), id="yesterday")


@pytest.mark.parametrize("value", ["3600", "99999999999999999999", TOMORROW, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_retry_after_beyond_the_deadline_is_not_waited_for(tmp_path: Path, server: Server, value: str) -> None:
    server.otherwise = (429, {"Retry-After": value}, b"")
    records = fetch(tmp_path, rows_of(server, 3), FAST._replace(connections=1))
    assert set(reasons(records).values()) == {"too_many_requests"}
    assert max(server.times.values()) == 1


@pytest.mark.parametrize(
    "value", ["0", "-5", "soon", "", "1e9", "nan", "inf", "0x10", "1, 2", YESTERDAY, "Fri, 99 Xyz 2020 25:61:61 GMT"]
)
def test_retry_after_that_says_nothing_is_no_reason_to_wait(tmp_path: Path, server: Server, value: str) -> None:
    server.otherwise = lambda request: (503, {"Retry-After": value}, b"") if request.times < 3 else IMAGE
    assert reasons(fetch(tmp_path, rows_of(server, 1))) == {"000": ""}
    assert len(server.paths) == 3


# Whether images may be used.


@pytest.mark.parametrize(
    ("directives", "values", "reason"),
    [
        (("noai",), "noai", "blocked_by_robots"),
        (("noai",), "NoAI", "blocked_by_robots"),
        (("NOAI",), "noai", "blocked_by_robots"),
        (("noai",), "noindex, noai", "blocked_by_robots"),
        (("noai",), "noindex,noai,nofollow", "blocked_by_robots"),
        (("noai",), ["noindex", "noai"], "blocked_by_robots"),
        (("noai",), "max-image-preview:large, noai", "blocked_by_robots"),
        (("noai",), "Lettermill: noai", "blocked_by_robots"),
        (("noai",), "lettermill:noai", "blocked_by_robots"),
        (("noai",), ["otherbot: nofollow", "noai"], "blocked_by_robots"),
        (("noai", "noimageai"), "noimageai", "blocked_by_robots"),
        (("none",), "none", "blocked_by_robots"),
        (("noai",), "otherbot: noai", ""),
        (("noai",), "otherbot: noindex, noai", ""),
        (("noai",), "noaiplease", ""),
        (("noai",), "none", ""),
        (("noai",), "all", ""),
        (("noai",), "", ""),
        (("noai",), ", ,:", ""),
        (("noai",), "unavailable_after: 25 Jun 2010 15:00:00 PST", ""),
        ((), "noai, noindex, none", ""),
    ],
)
def test_what_a_server_says_to_robots(
    tmp_path: Path, server: Server, directives: tuple[str, ...], values: str | list[str], reason: str
) -> None:
    server.responses = {"/000": (200, {"x-robots-tag": values}, PNG)}
    records = fetch(tmp_path, rows_of(server, 1), FAST._replace(x_robots_tag=directives))
    assert reasons(records) == {"000": reason}
    assert len(server.paths) == 1


# Nothing is fetched twice in a job.


def test_jobs_at_the_same_time_may_fetch_the_same_image(tmp_path: Path, server: Server) -> None:
    server.otherwise = SOON
    with ThreadPoolExecutor(3) as pool:
        batches = list(pool.map(lambda n: fetch(tmp_path, rows_of(server, 10), output=f"out{n}"), range(3)))
    assert {record.status for records in batches for record in records.values()} == {"ok"}
    assert {path.read_bytes() for path in tmp_path.glob("out*/*.png")} == {PNG}


def test_rows_of_one_image_ask_once(tmp_path: Path, server: Server) -> None:
    server.responses = {"/good": IMAGE, "/bad": (500, {}, b"")}
    rows = [(f"{n:02d}", f"{server.url}/{'good' if n % 2 else 'bad'}") for n in range(20)]
    records = fetch(tmp_path, rows, FAST._replace(retries=1))
    assert Counter(reasons(records).values()) == {"": 10, "server_error": 10}
    assert server.times == {"/good": 1, "/bad": 2}
