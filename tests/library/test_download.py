"""Fetching from a real HTTP server."""

from pathlib import Path

import numpy as np
import pytest

from lettermill.fetch.cache import Cache
from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import encode_png
from lettermill.records import Downloaded, read_records
from lettermill.stages.download import download_batch
from server import Server

PNG = encode_png(np.full((36, 388), 255, np.uint8))
FAST = FetchSettings(connections=4, timeout=0.5, retries=2, backoff=0.01, user_agent="Lettermill (test@example.org)")


def fetch(tmp_path: Path, rows: list[tuple[str, str]], settings: FetchSettings = FAST) -> dict[str, Downloaded]:
    output = tmp_path / "out"
    sources = [(row_id, image, "") for row_id, image in rows]
    download_batch(sources, tmp_path / "images", tmp_path / "cache", output, settings)
    records = read_records(output / "status.csv", Downloaded)
    assert [record.row_id for record in records] == sorted(row_id for row_id, _ in rows)
    assert {path.name for path in output.iterdir()} == {"status.csv", *(r.file for r in records if r.file)}
    return {record.row_id: record for record in records}


def test_every_row_has_an_outcome(tmp_path: Path, server: Server) -> None:
    server.answers = {
        "/ok.png": (200, {}, PNG),
        "/page": (200, {"Content-Type": "image/png"}, b"<html>sorry</html>"),
        "/empty": (200, {}, b""),
        "/gone": (410, {}, b""),
        "/forbidden": (403, {}, b""),
        "/broken": (500, {}, b""),
        "/slow": ("hang", {}, 2),
        "/cut": (200, {"Content-Length": str(len(PNG) + 50)}, PNG),
    }
    paths = ["ok.png", "page", "empty", "gone", "forbidden", "broken", "slow", "cut", "nowhere"]
    records = fetch(tmp_path, [(path, f"{server.url}/{path}") for path in paths] + [("dead", "http://127.0.0.1:9/x")])
    assert {row_id: record.reason for row_id, record in records.items()} == {
        "ok.png": "", "page": "not_an_image", "empty": "not_an_image", "gone": "not_found", "forbidden": "http_error",
        "broken": "http_error", "slow": "timeout", "cut": "connection_error", "nowhere": "not_found",
        "dead": "connection_error",
    }  # fmt: skip
    assert (tmp_path / "out/ok.png.png").read_bytes() == PNG
    assert records["ok.png"].bytes == len(PNG)
    assert records["broken"].http_status == 500
    assert server.agents == {"Lettermill (test@example.org)"}
    # Worth another try, and not.
    assert [server.asked.count(f"/{path}") for path in ("broken", "slow", "cut")] == [3, 3, 3]
    assert [server.asked.count(f"/{path}") for path in ("gone", "forbidden", "nowhere", "page")] == [1, 1, 1, 1]


def test_images_are_one_file_with_those_in_the_cache(tmp_path: Path, server: Server) -> None:
    server.answers = {"/a": (200, {}, PNG)}
    fetch(tmp_path, [("a", f"{server.url}/a"), ("b", f"{server.url}/a")])
    kept = Cache(tmp_path / "cache").path(f"{server.url}/a")
    assert kept.samefile(tmp_path / "out/a.png") and kept.samefile(tmp_path / "out/b.png")


def test_a_cache_that_is_deleted_meanwhile_does_no_harm(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = {"/a": (200, {}, PNG)}
    monkeypatch.setattr(Cache, "put", lambda *_: None)
    assert fetch(tmp_path, [("a", f"{server.url}/a")])["a"].status == "ok"
    assert (tmp_path / "out/a.png").read_bytes() == PNG


def test_what_passes_is_waited_out(tmp_path: Path, server: Server) -> None:
    server.answers = {"/a": lambda times: (503, {}, b"") if times < 3 else (200, {}, PNG)}
    assert fetch(tmp_path, [("a", f"{server.url}/a")])["a"].status == "ok"


def test_nothing_is_fetched_twice(tmp_path: Path, server: Server) -> None:
    server.answers = {"/a": (200, {}, PNG), "/page": (200, {}, b"<html>")}
    rows = [("1", f"{server.url}/a"), ("2", f"{server.url}/a"), ("3", f"{server.url}/page")]
    first = fetch(tmp_path, rows)
    assert server.asked.count("/a") == 1
    for path in (tmp_path / "out").iterdir():
        path.unlink()
    assert fetch(tmp_path, rows) == first
    assert server.asked.count("/a") == 1
    assert server.asked.count("/page") == 2  # no image: asked for again, it may have become one


def test_the_cache_is_keyed_by_the_whole_address(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("http://h/a?x=1", b"1")
    assert cache.get("http://h/a?x=1") == b"1"
    assert cache.get("http://h/a?x=2") is None


def test_local_images(tmp_path: Path) -> None:
    images = tmp_path / "images"
    (images / "sub").mkdir(parents=True)
    (images / "sub/a.png").write_bytes(PNG)
    (images / "text.png").write_text("no image")
    (tmp_path / "secret.png").write_bytes(PNG)
    (images / "link.png").symlink_to(tmp_path / "secret.png")
    rows = {"a": "sub/a.png", "b": "none.png", "c": "text.png", "d": "link.png", "e": "sub"}
    records = fetch(tmp_path, list(rows.items()))
    assert {row_id: record.reason for row_id, record in records.items()} == {
        "a": "", "b": "missing_file", "c": "not_an_image", "d": "outside_images_folder", "e": "not_an_image",
    }  # fmt: skip


@pytest.mark.parametrize("connections", [1, 16])
def test_connections_do_not_change_the_outcome(tmp_path: Path, server: Server, connections: int) -> None:
    server.answers = {f"/{n}": (200, {}, PNG) for n in range(40)}
    rows = [(f"{n:02d}", f"{server.url}/{n}") for n in range(50)]
    records = fetch(tmp_path, rows, FAST._replace(connections=connections))
    assert [record.status for record in records.values()] == ["ok"] * 40 + ["failed"] * 10
