"""The benchmark of downloads: what it compares and reports, and that what is not there is left out with a reason."""

import json
import socket
from pathlib import Path

import pytest

import img2dataset_tool
from downloads import WAYS, Setup, compare, order, report
from image_server import serving
from project import SAMPLE
from usage import Usage


@pytest.mark.parametrize("way", ["session", "stage", "workflow"])
def test_an_image_that_is_not_as_it_was_served_ends_the_benchmark(tmp_path: Path, way: str) -> None:
    arrived, other = (SAMPLE / f"images/word_000{number}.jpg" for number in (1, 2))
    compare(way, [arrived], [arrived.read_bytes()])
    for path in (other, tmp_path / "none.jpg"):
        with pytest.raises(SystemExit, match=f"{way}: .*{path.name} is not the image"):
            compare(way, [path], [arrived.read_bytes()])


def test_the_ways_take_turns_in_going_first() -> None:
    assert order(0) == order(2) == list(WAYS)
    assert order(1) == list(WAYS)[::-1]


def test_ratios_are_of_rounds() -> None:
    def turn(session: float, stage: float, workflow: float, img2dataset: float) -> dict[str, Usage]:
        walls = {"session": session, "stage": stage, "workflow": workflow, "img2dataset": img2dataset}
        return {way: Usage(wall, 2.0, 50.0, 60.0) for way, wall in walls.items()}

    text = report(Setup(urls=100), [turn(8, 4, 10, 20), turn(8, 16, 10, 20), turn(8, 5, 10, 30)])
    assert "| the download stage alone | 5.0 | 20 | 2.0 | 50 |" in text
    assert "the download stage alone / requests.Session, as many threads: 1.60 (0.50 to 2.00)." in text
    assert "the workflow / img2dataset: 2.00 (2.00 to 3.00)." in text


def test_img2dataset_has_as_many_connections_and_fetches_all() -> None:
    command = img2dataset_tool.command(Path("words.csv"), Path("output"), 101, 32)
    assert {"--processes_count=2", "--thread_count=16", "--number_sample_per_shard=51"} < set(command)


def test_what_img2dataset_has_brought_is_what_it_says_and_what_is_there(tmp_path: Path) -> None:
    for shard, successes in enumerate((2, 1)):
        (tmp_path / f"{shard:05d}_stats.json").write_text(json.dumps({"count": 2, "successes": successes}))
        (tmp_path / f"{shard:05d}").mkdir()
        (tmp_path / f"{shard:05d}/a.jpg").write_bytes(b"12345")
        (tmp_path / f"{shard:05d}/a.json").write_bytes(b"{}")
    assert img2dataset_tool.delivered(tmp_path) == (3, 10)


@pytest.mark.slow  # makes a virtual environment
def test_img2dataset_is_left_out_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(img2dataset_tool, "ENVIRONMENT", tmp_path / "environment")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(img2dataset_tool.NotThereError, match="No matching distribution found for"):
        img2dataset_tool.install()
    assert not (tmp_path / "environment/installed.txt").exists()


def test_a_new_connection_waits_once_for_its_first_answer() -> None:
    request = b"GET /0/images/word_0001.jpg HTTP/1.1\r\n\r\n"
    with serving(SAMPLE, connecting=500.0) as url:
        place = url.removeprefix("http://").split(":")
        with socket.create_connection(place, 10) as opened, socket.create_connection(place, 10) as new:
            opened.sendall(request)
            assert opened.recv(12) == b"HTTP/1.1 200"
            new.sendall(request)
            opened.sendall(request)
            answered = opened.recv(1 << 20)
            while answered.count(b"HTTP/1.1 200") < 1:
                answered += opened.recv(1 << 20)
            new.setblocking(False)
            with pytest.raises(BlockingIOError):
                new.recv(1)
            new.settimeout(10)
            assert new.recv(12) == b"HTTP/1.1 200"
