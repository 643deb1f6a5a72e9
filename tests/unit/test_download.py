"""A batch of downloads: every row has an outcome, and no URL is requested twice."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fetching import FAST, PNG, fetch, forget, reasons
from lettermill.fetch.cache import Cache
from server import Server

IMAGE = (200, {}, PNG)


def test_every_row_has_an_outcome(tmp_path: Path, server: Server) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/here.png").write_bytes(PNG)
    server.responses = {"/ok": IMAGE, "/broken": (500, {}, b"")}
    images = {
        "ok": f"{server.url}/ok",
        "broken": f"{server.url}/broken",
        "nowhere": f"{server.url}/nowhere",
        "no-address": "http://",
        "here": "here.png",
        "not-here": "not-here.png",
    }
    records = fetch(tmp_path, list(images.items()))
    assert reasons(records) == {
        "ok": "", "broken": "server_error", "nowhere": "not_found", "no-address": "invalid_url", "here": "",
        "not-here": "missing_file",
    }  # fmt: skip
    assert [(tmp_path / "out" / records[name].file).read_bytes() for name in ("ok", "here")] == [PNG, PNG]
    assert records["ok"].bytes == records["here"].bytes == len(PNG)
    assert records["ok"].sha256 == records["here"].sha256
    assert {name: record.http_status for name, record in records.items()} == {
        "ok": 200, "broken": 500, "nowhere": 404, "no-address": None, "here": None, "not-here": None,
    }  # fmt: skip
    assert [records[name].attempts for name in ("ok", "broken", "nowhere")] == [1, 3, 1]
    assert server.agents == {"Lettermill (test@example.org)"}


@pytest.mark.parametrize("connections", [1, 16])
def test_connections_do_not_change_the_outcome(tmp_path: Path, server: Server, connections: int) -> None:
    server.responses = {f"/{n}": IMAGE for n in range(40)}
    rows = [(f"{n:02d}", f"{server.url}/{n}") for n in range(50)]
    records = fetch(tmp_path, rows, FAST._replace(connections=connections))
    assert [record.status for record in records.values()] == ["ok"] * 40 + ["failed"] * 10


def test_what_passes_is_waited_out(tmp_path: Path, server: Server) -> None:
    server.responses = {"/a": lambda request: (503, {}, b"") if request.times < 3 else IMAGE}
    record = fetch(tmp_path, [("a", f"{server.url}/a")])["a"]
    assert (record.status, record.attempts) == ("ok", 3)


def test_a_batch_without_rows(tmp_path: Path) -> None:
    assert fetch(tmp_path, []) == {}


# The cache.


def test_images_are_one_file_with_those_in_the_cache(tmp_path: Path, server: Server) -> None:
    server.responses = {"/a": IMAGE}
    fetch(tmp_path, [("a", f"{server.url}/a"), ("b", f"{server.url}/a")])
    kept = Cache(tmp_path / "cache").path(f"{server.url}/a")
    assert kept.samefile(tmp_path / "out/a.png") and kept.samefile(tmp_path / "out/b.png")


def test_a_cache_that_is_deleted_meanwhile_does_no_harm(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.responses = {"/a": IMAGE}
    monkeypatch.setattr(Cache, "put", lambda *_: None)
    assert fetch(tmp_path, [("a", f"{server.url}/a")])["a"].status == "ok"
    assert (tmp_path / "out/a.png").read_bytes() == PNG


def test_what_is_in_the_cache_is_not_asked_for(tmp_path: Path, server: Server) -> None:
    server.responses = {"/a": IMAGE, "/page": (200, {}, b"<html>")}
    rows = [("1", f"{server.url}/a"), ("2", f"{server.url}/a"), ("3", f"{server.url}/page")]
    first = reasons(fetch(tmp_path, rows))
    assert first == {"1": "", "2": "", "3": "not_an_image"}
    forget(tmp_path / "out")
    assert reasons(fetch(tmp_path, rows)) == first
    assert server.paths.count("/a") == 1
    assert (tmp_path / "out/1.png").read_bytes() == PNG


@pytest.mark.parametrize("damage", [b"", PNG[:999], b"<html>"])
def test_what_is_damaged_in_the_cache_is_asked_for_again(tmp_path: Path, server: Server, damage: bytes) -> None:
    server.responses = {"/a": IMAGE}
    rows = [("a", f"{server.url}/a")]
    fetch(tmp_path, rows, memory=tmp_path / "memory.csv")
    forget(tmp_path / "out")
    Cache(tmp_path / "cache").path(f"{server.url}/a").write_bytes(damage)
    assert fetch(tmp_path, rows, memory=tmp_path / "memory.csv")["a"].bytes == len(PNG)
    assert server.paths == ["/a", "/a"]
    assert (tmp_path / "out/a.png").read_bytes() == PNG


def test_an_image_that_is_gone_from_the_cache_is_requested_unconditionally(tmp_path: Path, server: Server) -> None:
    def respond(request) -> tuple:
        if {"If-None-Match", "If-Modified-Since"} & set(request.headers):
            return 304, {"ETag": '"1"'}, b""
        return 200, {"ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, PNG

    server.responses = {"/a": respond}
    rows = [("a", f"{server.url}/a")]
    fetch(tmp_path, rows, memory=tmp_path / "memory.csv")
    forget(tmp_path / "out")
    Cache(tmp_path / "cache").path(f"{server.url}/a").unlink()
    assert fetch(tmp_path, rows, memory=tmp_path / "memory.csv")["a"].status == "ok"
    assert server.paths == ["/a", "/a"]


def test_the_cache_is_keyed_by_the_whole_address(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("http://h/a?x=1", b"1")
    assert cache.get("http://h/a?x=1") == b"1"
    assert cache.get("http://h/a?x=2") is None


# What is remembered from run to run.


def test_what_has_failed_is_remembered(tmp_path: Path, server: Server) -> None:
    server.responses = {"/a": IMAGE, "/gone": (410, {}, b""), "/busy": (500, {}, b""), "/page": (200, {}, b"<html>")}
    rows = [(name, f"{server.url}/{name}") for name in ("a", "gone", "busy", "page", "nowhere")]
    memory = tmp_path / "memory.csv"
    first = fetch(tmp_path, rows, memory=memory)
    kept = memory.read_bytes()
    forget(tmp_path / "out")
    assert fetch(tmp_path, rows, memory=memory) == first  # with the time that it took when it was fetched
    assert memory.read_bytes() == kept
    assert server.times == {"/a": 1, "/gone": 1, "/busy": 3, "/page": 1, "/nowhere": 1}
    forget(tmp_path / "out")
    memory.unlink()
    assert reasons(fetch(tmp_path, rows, memory=memory)) == reasons(first)
    assert server.times == {"/a": 1, "/gone": 2, "/busy": 6, "/page": 2, "/nowhere": 2}


def test_what_has_failed_is_asked_for_again_with_other_limits(tmp_path: Path, server: Server) -> None:
    server.responses = {"/a": IMAGE}
    rows, memory = [("a", f"{server.url}/a")], tmp_path / "memory.csv"
    assert reasons(fetch(tmp_path, rows, FAST._replace(max_bytes=99), memory)) == {"a": "too_large"}
    forget(tmp_path / "out")
    assert reasons(fetch(tmp_path, rows, FAST, memory)) == {"a": ""}


@pytest.mark.parametrize("damage", [b"", b"\x00\xff", b"url,reason\n", b"half a line"])
def test_a_memory_that_is_damaged_is_no_memory(tmp_path: Path, server: Server, damage: bytes) -> None:
    memory = tmp_path / "memory.csv"
    memory.write_bytes(damage)
    server.responses = {"/a": IMAGE}
    assert reasons(fetch(tmp_path, [("a", f"{server.url}/a")], FAST, memory)) == {"a": ""}


# Images of the images folder.


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise an error if the block waits for longer."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_local_images(tmp_path: Path) -> None:
    images = tmp_path / "images"
    (images / "sub").mkdir(parents=True)
    (images / "sub/a.png").write_bytes(PNG)
    (images / "é %41 ?x=1#y.png").write_bytes(PNG)
    (images / "text.png").write_text("no image")
    (images / "empty.png").touch()
    (images / "half.png").write_bytes(PNG[: len(PNG) // 2])
    (images / "inside.png").symlink_to("sub/../sub/a.png")
    (images / "loop.png").symlink_to("loop.png")
    (images / "dangling.png").symlink_to("none.png")
    (tmp_path / "secret.png").write_bytes(PNG)
    (images / "link.png").symlink_to(tmp_path / "secret.png")
    (images / "up").symlink_to("..")
    (images / "zero.png").symlink_to("/dev/zero")
    with open(images / "huge.png", "wb") as file:
        file.truncate(10**12)  # with nothing in it
    expected = {
        "sub/a.png": "",
        "./sub//a.png": "",
        "é %41 ?x=1#y.png": "",
        "inside.png": "",
        "text.png": "not_an_image",
        "empty.png": "not_an_image",
        "half.png": "truncated",
        "huge.png": "too_large",
        "none.png": "missing_file",
        "dangling.png": "missing_file",
        "text.png/a.png": "missing_file",
        "sub": "not_an_image",
        ".": "not_an_image",
        "loop.png": "not_an_image",
        "a\0b.png": "not_an_image",
        "x" * 300: "missing_file",
        "x/" * 3000: "missing_file",
        "link.png": "outside_images_folder",
        "up/secret.png": "outside_images_folder",
        "up/images/sub/a.png": "",
        "../secret.png": "outside_images_folder",
        "sub/../../secret.png": "outside_images_folder",
        str(tmp_path / "secret.png"): "outside_images_folder",
        "/dev/zero": "outside_images_folder",
        "zero.png": "outside_images_folder",
        "../nowhere.png": "outside_images_folder",
    }
    records = fetch(tmp_path, [(f"{n:02d}", image) for n, image in enumerate(expected)])
    assert dict(zip(expected, reasons(records).values(), strict=True)) == expected


def test_what_is_no_file_does_not_hold_up_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = tmp_path / "images"
    images.mkdir()
    os.mkfifo(images / "pipe.png")
    with socket.socket(socket.AF_UNIX) as unix, at_most(60):
        monkeypatch.chdir(images)  # names of sockets are short
        unix.bind("socket.png")
        records = fetch(tmp_path, [("pipe", "pipe.png"), ("socket", "socket.png")])
    assert set(reasons(records).values()) <= {"not_an_image", "missing_file"}


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.png").write_bytes(PNG)
    (tmp_path / "images/a.png").chmod(0)
    if os.access(tmp_path / "images/a.png", os.R_OK):
        pytest.skip("this user may read everything")
    assert fetch(tmp_path, [("a", "a.png")])["a"].status == "failed"


def test_the_images_folder_may_be_a_link_or_missing(tmp_path: Path) -> None:
    assert reasons(fetch(tmp_path, [("a", "a.png")])) == {"a": "missing_file"}
    forget(tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.png").write_bytes(PNG)
    (tmp_path / "images").symlink_to("elsewhere")
    assert reasons(fetch(tmp_path, [("a", "a.png")])) == {"a": ""}
