"""Random edits with kills between them end in the bytes that a run from nothing gives."""

import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import corrections
from project import Project

COUNTED, ALIGNED = 17, 3
"""Sequences of a few rows whose letters are counted, and of more rows, from which a recogniser learns."""
STEPS = 2
"""Runs after each of which something is edited, in a sequence."""

STAGES = ("downloaded", "cropped", "segmented", "matched", "letters")


def edit_text(project: Project, draw: random.Random) -> None:
    row = project.rows[draw.choice(list(project.rows))]
    row[1] = "".join(draw.sample(row[1], len(row[1])))


def add_row(project: Project, draw: random.Random) -> None:
    """With the image of another row, or with none."""
    row = list(project.rows[draw.choice(list(project.rows))])
    project.rows[f"added {draw.random()}"] = row if draw.random() < 0.7 else ["none.jpg", row[1]]


def delete_row(project: Project, draw: random.Random) -> None:
    if len(project.rows) > 1:
        del project.rows[draw.choice(list(project.rows))]


def replace_image(project: Project, draw: random.Random) -> None:
    """By that of another row."""
    one, other = (project.folder / "images" / project.rows[row][0] for row in draw.choices(list(project.rows), k=2))
    if other.exists() and one != other:
        one.unlink(missing_ok=True)
        shutil.copyfile(other, one)


def shuffle_rows(project: Project, draw: random.Random) -> None:
    rows = list(project.rows.items())
    draw.shuffle(rows)
    project.rows = dict(rows)


def change_setting(project: Project, draw: random.Random) -> None:
    settings: list[dict] = [
        {"cut": {"erase_neighbours": draw.random() < 0.5}},
        {"segment": {"overlap": draw.choice([0.5, 0.6])}},
        {"crop": {"mode": draw.choice(["auto", "profiles"])}},
        {"split": dict(zip(("train", "validation", "test"), draw.sample([0.5, 0.2, 0.3], 3), strict=True))},
        {"alphabet": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[draw.randrange(3) :]},
        {"keep_intermediates": draw.random() < 0.5},
        {"batches": draw.choice([1, 3])},
    ]
    project.settings |= draw.choice(settings)


def correct(project: Project, draw: random.Random) -> None:
    """Other corrections than before: of a letter that is there, and perhaps of a row."""
    lines = []
    for found in draw.sample(project.metadata(), min(1, len(project.metadata()))):
        box = " ".join(found[name] for name in ("x", "y", "width", "height"))
        action, value = draw.choice([("accept", ""), ("reject", ""), ("relabel", "E")])
        lines.append(
            corrections.letter(found["row_id"], int(found["position"]), found["label"], action, value, box=box)
        )
    if draw.random() < 0.5:
        action, value = draw.choice([("exclude", ""), ("transcription", "LEA")])
        lines.append(corrections.row(draw.choice(list(project.rows)), action, value))
    corrections.write(project.folder / "corrections.csv", lines)
    project.settings["corrections"] = "corrections.csv"


EDITS: list[Callable[[Project, random.Random], None]] = [
    edit_text,
    add_row,
    delete_row,
    replace_image,
    shuffle_rows,
    change_setting,
    change_setting,
    correct,
]


def run_or_kill(project: Project, draw: random.Random) -> None:
    """Run to the end, or make everything again, kill it on the way, and then run to the end."""
    if draw.random() < 0.3:
        stage = draw.choice(STAGES)
        shutil.rmtree(project.folder / "results" / stage, ignore_errors=True)
        project.kill_when(f"results/{stage}/*", signal.SIGKILL, "-R", "download", "--", "dataset")
        project.run("--unlock")
    project.run("--rerun-incomplete", "dataset")


def is_as_from_nothing(project: Project) -> None:
    """In one batch, which makes no difference and has the fewest jobs."""
    assert project.planned("dataset") == {}
    fresh = project.copy(project.folder.with_name("fresh"))
    fresh.settings["batches"] = 1
    for name in ("results", ".snakemake", "logs"):
        shutil.rmtree(fresh.folder / name)
    fresh.run("dataset")
    assert project.dataset() == fresh.dataset()


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.of_sample(tmp_path_factory.mktemp("counted") / "project", 8, batches=2)
    project.run("dataset")
    return project


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory) -> Project:
    settings = {"method": "align", "align": {"rounds": 1}}
    project = Project.of_sample(tmp_path_factory.mktemp("aligned") / "project", 50, batches=2, **settings)
    project.run("dataset")
    assert {letter["method"] for letter in project.metadata()} == {"align"}
    return project


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(COUNTED))
def test_edits_and_kills_end_in_the_bytes_of_a_run_from_nothing(counted: Project, tmp_path: Path, seed: int) -> None:
    draw, project = random.Random(seed), counted.copy(tmp_path / "edited")
    for _ in range(STEPS):
        for edit in draw.sample(EDITS, draw.randint(1, 3)):
            edit(project, draw)
        run_or_kill(project, draw)
    is_as_from_nothing(project)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(ALIGNED))
def test_so_they_do_once_the_recogniser_has_followed(aligned: Project, tmp_path: Path, seed: int) -> None:
    """It stays as it is when rows are edited, until somebody asks to learn again."""
    draw, project = random.Random(COUNTED + seed), aligned.copy(tmp_path / "edited")
    for edit in draw.sample(EDITS, 3):
        edit(project, draw)
    run_or_kill(project, draw)
    project.run("-R", "learn", "--", "dataset")
    is_as_from_nothing(project)
