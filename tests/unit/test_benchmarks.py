"""What the benchmarks of whole runs rest on: a table of many rows, a server, and counts of seconds and files."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import requests

from disk import Room, rooms
from foreign_letters import foreign_lines
from image_server import serving
from lettermill.base.alphabet import Alphabet
from lettermill.plan.validated_table import read_validated_table
from lettermill.table.layout import Columns
from models import write_model
from paper_kinds import KINDS, words
from project import SAMPLE
from replica import COLUMNS, read_sources, replicate, write_project
from runs import jobs_of, stage_seconds
from score import read_letters
from true_letters import cut_true_letters
from usage import measured


def test_every_row_of_a_replica_has_its_own_id_and_address(tmp_path: Path) -> None:
    sources = read_sources(SAMPLE / "words.csv", ("", "image", "text"))
    rows = replicate(sources, 650, "http://127.0.0.1:9")
    assert len(rows) == len({row_id for row_id, _, _ in rows}) == len({url for _, url, _ in rows}) == 650
    assert rows[0] == ["word_0001-0", "http://127.0.0.1:9/0/images/word_0001.jpg", sources[0].text]
    assert rows[649] == ["word_0050-2", "http://127.0.0.1:9/2/images/word_0050.jpg", sources[49].text]
    write_project(tmp_path, rows, {})
    table = read_validated_table(
        tmp_path / "words.csv", Columns(**COLUMNS), Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ["EMPTY"]
    )
    assert table.size == 650
    assert {row.reason for row in table.rejected} == {"unreadable_transcription"}


def test_images_have_any_number_of_addresses_over_one_connection() -> None:
    image = (SAMPLE / "images/word_0001.jpg").read_bytes()
    with serving(SAMPLE) as url, requests.Session() as session:
        ports = set()
        for path, status in {
            "0/images/word_0001.jpg": 200, "12/images/word_0001.jpg": 200, "images/word_0001.jpg": 404,
            "0/images/none.jpg": 404, "": 404,
        }.items():  # fmt: skip
            with session.get(f"{url}/{path}", stream=True, timeout=10) as response:
                ports.add(response.raw.connection.sock.getsockname())
                assert (response.status_code, response.content) == (status, image if status == 200 else b"")
        assert len(ports) == 1
        assert session.head(f"{url}/0/images/word_0001.jpg", timeout=10).status_code == 404


def test_a_server_that_is_done_with_is_gone() -> None:
    with serving(SAMPLE) as url:
        pass
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=10)


def test_all_processes_of_a_command_count(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint(len(bytearray(150_000_000)))"
    command = ["sh", "-c", f"'{sys.executable}' -c '{busy}' & '{sys.executable}' -c '{busy}'; wait"]
    usage, output = measured(command, tmp_path)
    assert output.replace("\n", "") == "150000000" * 2  # two processes print at once
    assert usage.cpu >= 0.6 and usage.wall > 0
    assert 150 < usage.largest < 300  # of one, in megabytes


def test_a_large_process_that_measures_does_not_count(tmp_path: Path) -> None:
    held = bytearray(400_000_000)
    held[:] = b"1" * len(held)
    assert measured(["true"], tmp_path)[0].largest < 200


def test_a_command_that_fails_is_shown_with_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="ended with 3:\nno luck"):
        measured(["sh", "-c", "echo no luck; exit 3"], tmp_path)


def test_seconds_of_stages_are_those_of_their_logs(tmp_path: Path) -> None:
    (tmp_path / "match").mkdir()
    for path, last in {
        "match/a.log": "2026-01-01 INFO done in 0.50 s, 0.25 s of CPU\n",
        "match/b.log": "2026-01-01 INFO the boxes of 3 of 4 words fit\n2026-01-01 INFO done in 2.00 s, 1.50 s of CPU\n",
        "match/failed.log": "2026-01-01 ERROR failed\n",
        "learn.log": "2026-01-01 INFO done in 60.00 s, 90.00 s of CPU\n",
    }.items():
        (tmp_path / path).write_text(last, encoding="utf-8")
    assert stage_seconds(tmp_path) == {"match": 1.75, "learn": 90.0}


def test_jobs_are_counted_by_rule() -> None:
    lines = ["Job stats:", "job         count", "--------  -------", "all             1", "match          16"]
    table = "\n".join([*lines, "total          17", ""])
    assert jobs_of(f"Building DAG of jobs...\n{table}\n{table}") == {"all": 1, "match": 16}
    assert jobs_of("Nothing to be done (all requested files are present and up to date).") == {}


def test_a_file_with_two_names_takes_room_once(tmp_path: Path) -> None:
    for folder in ("cache", "results/dataset/A", "results/letters/b/A"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "words.csv").write_bytes(b"of the user")
    (tmp_path / "cache/x").write_bytes(b"1" * 5_000)
    (tmp_path / "results/letters/b/A/1.png").write_bytes(b"1" * 100)
    (tmp_path / "results/dataset/A/1.png").hardlink_to(tmp_path / "results/letters/b/A/1.png")
    (tmp_path / "results/summary.txt").write_bytes(b"12345")
    found = rooms(tmp_path)
    assert {name: room[:2] for name, room in found.items()} == {
        "cache": (1, 5_000), "results/letters": (1, 100), "results/summary.txt": (1, 5), "results/dataset": (0, 0),
    }  # fmt: skip
    assert found["cache"].disk >= 5_000 and found["results/dataset"] == Room(0, 0, 0)


def test_letters_are_cut_by_their_true_boxes(tmp_path: Path) -> None:
    truth = SAMPLE / "boxes.csv"
    count = cut_true_letters(SAMPLE / "images", truth, tmp_path)
    cut = {path.stem: path for path in tmp_path.rglob("*.png")}
    assert len(cut) == count > 1_500
    for letter in read_letters(truth).itertuples():
        path = cut.get(f"{letter.row_id}_{letter.position}")
        assert (path is not None) == (letter.status == "ok")
        if path is not None:
            height, width = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).shape
            assert (path.parent.name, width) == (letter.letter, int(letter.x1) - int(letter.x0))
            assert height == int(letter.y1) - int(letter.y0)


def test_letters_of_other_hands_are_counted_by_class(tmp_path: Path) -> None:
    write_model(tmp_path / "model")
    cut_true_letters(SAMPLE / "images", SAMPLE / "boxes.csv", tmp_path / "letters")
    (tmp_path / "letters/Z").rename(tmp_path / "letters/Ž")
    total, unknown, *classes = foreign_lines(tmp_path / "model", tmp_path / "letters")
    of_z = len(list((tmp_path / "letters/Ž").iterdir()))
    assert unknown == f"{of_z} letters of other classes are left out"
    assert float(total.split()[1].rstrip("%")) > 90 and len(classes) == 25
    assert classes[0].startswith("A   ") and "% of " in classes[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_draws_a_word_in_its_boxes_and_leaves_it_as_it_is(kind: str) -> None:
    word = words()[1]
    before = word.ink.copy()
    drawn = KINDS[kind](word, 1, np.random.default_rng(1))
    assert np.array_equal(word.ink, before)
    assert np.array_equal(drawn.image, KINDS[kind](word, 1, np.random.default_rng(1)).image)
    height, width = drawn.image.shape[:2]
    assert drawn.image.dtype == np.uint8 and [box[0] for box in drawn.word.boxes] == list(word.text)
    for _, x0, y0, x1, y1 in drawn.word.boxes:
        assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
        assert np.ptp(drawn.image[y0:y1, x0:x1]) > 60
