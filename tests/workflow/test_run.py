"""A whole run: what comes out, that every row is accounted for, and that it is the same however it is run."""

import random
import re
import signal
import string
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.base.reasons import REASONS
from project import Project
from server import Server

STAGES = ("download", "crop", "segment", "match", "cut")


def test_every_row_is_delivered_or_rejected(finished: Project) -> None:
    delivered = {letter["row_id"] for letter in finished.metadata()}
    rejected = [row["row_id"] for row in finished.rejected()]
    assert len(rejected) == len(set(rejected))
    assert delivered | set(rejected) == set(finished.rows) and not delivered & set(rejected)
    assert len(delivered) > len(finished.rows) / 2
    assert all(row["reason"] in REASONS[row["stage"]] for row in finished.rejected())


def test_the_dataset_is_what_its_metadata_says(finished: Project) -> None:
    folder = finished.folder / "results/dataset"
    letters = finished.metadata()
    images = {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}
    assert images == {letter["file_name"] for letter in letters}
    assert len(images) == len(letters)
    for letter in letters:
        assert letter["file_name"] == f"{letter['label']}/{letter['row_id']}_{letter['position']}.png"
        image = cv2.imread(str(folder / letter["file_name"]), cv2.IMREAD_UNCHANGED)
        assert image.dtype == np.uint8 and image.shape == (int(letter["height"]), int(letter["width"]))
    words: dict[str, str] = {}
    for letter in letters:  # ordered by row and position: repeated letters all survive
        words[letter["row_id"]] = words.get(letter["row_id"], "") + letter["label"]
    assert all(word == "".join(filter(str.isalpha, finished.rows[row_id][1])) for row_id, word in words.items())
    splits = {(letter["row_id"], letter["split"]) for letter in letters}
    assert len(splits) == len(words)  # all letters of a row are in one part


def test_people_get_counts_a_card_and_a_picture(finished: Project) -> None:
    results = finished.folder / "results"
    assert f"{len(finished.rows):>8} rows in the table" in (results / "summary.txt").read_text()
    assert f"of the {len(finished.rows)} word images in `words.csv`" in (results / "dataset/README.md").read_text()
    for kind in ("delivered", "least_confident", "rejected_letters", "rejected_rows"):
        assert cv2.imread(str(results / f"sheets/{kind}.png")) is not None


@pytest.mark.slow
def test_snakemake_looks_for_jobs_to_start_when_others_have_ended_and_no_oftener(tmp_path: Path) -> None:
    """Its default rate limit has it look again and again, the oftener the more jobs there have been."""
    project = Project.of_sample(tmp_path / "project", 30, batches=8)
    options = ("--verbose", "--until", "segment")
    looks = project.run(*options).count("Ready jobs: ")
    assert 0 < looks <= 8 * 3 + 4
    limited = project.run(*options, "--forceall", "--max-jobs-per-timespan", "50/1s").count("Ready jobs: ")
    assert limited > looks  # a limit that somebody has set is kept


def test_nothing_is_written_elsewhere(finished: Project) -> None:
    assert {path.name for path in finished.folder.iterdir()} == {
        ".snakemake", "images", "logs", "my.yaml", "results", "words.csv",
    }  # fmt: skip
    assert {path.name for path in (finished.folder / "results").iterdir()} == {
        "downloaded", "cropped", "segmented", "matched", "letters", "dataset", "sheets", "review", "summary.txt",
        "table_notes.csv", "corrections.csv", "diagnosis.csv", "duplicates.csv", "moved.csv", "withheld.csv",
        "withheld", "plan", "report", "report.html", ".rows",
    }  # fmt: skip


def test_a_second_run_has_nothing_to_do(project: Project) -> None:
    assert project.planned() == {}


def shuffled(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    items = list(rows.items())
    random.Random(1).shuffle(items)
    return dict(items)


def test_order_and_cores_do_not_matter(project: Project, finished: Project) -> None:
    project.rows = shuffled(project.rows)
    project.run("--forceall", "-j", "1", "dataset")
    assert project.dataset() == finished.dataset()


def test_the_size_of_batches_does_not_matter_nor_do_more_cores(finished: Project, tmp_path: Path) -> None:
    other = Project.of_sample(tmp_path / "other", 40, batches=7)
    other.rows = shuffled(other.rows)
    other.run("-j", "4", "dataset")
    assert other.dataset() == finished.dataset()


def test_only_batches_that_fetch_count_as_downloads(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 3, batches="image")
    project.rows["word_0002"][0] = "http://127.0.0.1:9/word_0002.jpg"
    printed = project.run("-n")
    found = re.findall(r"output: results/downloaded/(\w+)\n.*?downloads=(\d)", printed, re.DOTALL)
    assert dict(found) == {"word_0001": "0", "word_0002": "1", "word_0003": "0"}


def test_a_small_table_has_few_jobs(tmp_path: Path) -> None:
    planned = Project.of_sample(tmp_path / "project", 40, method="align").planned()
    assert planned["cut"] == 2 and sum(planned.values()) <= 25


def test_every_image_can_have_its_own_jobs(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 5, batches="image")
    assert project.planned() == {
        **dict.fromkeys(STAGES, 5),
        "compare": 1,
        "dataset": 1,
        "sheets": 1,
        "report": 1,
        "review": 1,
        "all": 1,
    }
    row_id = next(iter(project.rows))
    project.run(f"results/segmented/{row_id}.csv")
    assert [path.name for path in (project.folder / "results/segmented").iterdir()] == [f"{row_id}.csv"]


@pytest.mark.parametrize(
    ("pattern", "with_signal"),
    [("results/segmented/*.csv", signal.SIGINT), ("results/letters/*/*", signal.SIGKILL)],
)
def test_an_interrupted_run_ends_in_the_same_bytes(
    finished: Project, tmp_path: Path, pattern: str, with_signal: int
) -> None:
    other = Project.of_sample(tmp_path / "other", 40, batches=4)
    other.kill_when(pattern, with_signal, "dataset")
    assert not (other.folder / "results/dataset/metadata.csv").exists()
    if with_signal == signal.SIGKILL:
        assert "--unlock" in other.run(fails=True)
        other.run("--unlock")
    other.run("--rerun-incomplete", "dataset")
    assert other.dataset() == finished.dataset()
    if with_signal == signal.SIGKILL:
        assert other.planned("dataset") == {}


def test_a_picture_of_any_row_can_be_asked_for(project: Project) -> None:
    row_id = finished_row = project.metadata()[0]["row_id"]
    project.run(f"results/debug/{row_id}.png")
    image = cv2.imread(str(project.folder / f"results/debug/{finished_row}.png"))
    width = cv2.imread(str(project.folder / "images" / project.rows[row_id][0])).shape[1]
    assert image.shape[1] > 4 * width
    assert "there is no such row" in project.run("results/debug/nobody.png", fails=True)


def test_another_alphabet(project: Project) -> None:
    """Cyrillic transcriptions of the same pictures: labels and folders follow the alphabet."""
    cyrillic = "АБЦДЕФГХИЙКЛМНОПЯРСТУВЖШЫЗ"
    table = str.maketrans(string.ascii_uppercase, cyrillic)
    for row in project.rows.values():
        row[1] = row[1].translate(table)
    before = Counter(letter["label"].translate(table) for letter in project.metadata())
    project.settings["alphabet"] = cyrillic
    project.run()
    assert Counter(letter["label"] for letter in project.metadata()) == before
    folders = {path.name for path in (project.folder / "results/dataset").iterdir() if path.is_dir()}
    assert folders == set(before)


def test_over_http_the_same_letters_come_out_and_nothing_is_fetched_twice(
    finished: Project, tmp_path: Path, server: Server
) -> None:
    other = finished.copy(tmp_path / "other")
    for row in other.rows.values():
        server.responses[f"/{row[0]}"] = (200, {}, (other.folder / "images" / row[0]).read_bytes())
        row[0] = f"{server.url}/{row[0]}"
    gone = finished.metadata()[0]["row_id"]
    del server.responses[other.rows[gone][0].removeprefix(server.url)]
    other.run("dataset")
    paths = [row[0].removeprefix(server.url) for row in other.rows.values()]
    assert Counter(server.paths) == Counter(paths)
    expected = [letter for letter in finished.metadata() if letter["row_id"] != gone]
    assert other.metadata() == expected
    assert [row["reason"] for row in other.rejected() if row["row_id"] == gone] == ["not_found"]
    server.paths.clear()
    other.run("--forceall", "dataset")
    assert server.paths == []
    assert other.metadata() == expected
