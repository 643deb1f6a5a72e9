"""Random edits with kills between them end in the bytes that a run from nothing gives."""

import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from project import Project

SEQUENCES, EDITS = 4, 3

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
    project.settings["cut"] = {"erase_neighbours": draw.random() < 0.5}


EDIT: list[Callable[[Project, random.Random], None]] = [
    edit_text,
    add_row,
    delete_row,
    replace_image,
    shuffle_rows,
    change_setting,
]


def run_or_kill(project: Project, draw: random.Random) -> None:
    """Run to the end, or make everything again, kill it on the way, and then run to the end."""
    if draw.random() < 0.3:
        stage = draw.choice(STAGES)
        shutil.rmtree(project.folder / "results" / stage)
        project.kill_when(f"results/{stage}/*", signal.SIGKILL, "-R", "download", "--", "dataset")
        project.run("--unlock")
    project.run("--rerun-incomplete", "dataset")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project.of_sample(tmp_path_factory.mktemp("small") / "project", 8, batches=2)
    project.run("dataset")
    return project


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_edits_and_kills_end_in_the_bytes_of_a_run_from_nothing(small: Project, tmp_path: Path, seed: int) -> None:
    draw, project = random.Random(seed), small.copy(tmp_path / "edited")
    for _ in range(EDITS):
        draw.choice(EDIT)(project, draw)
        run_or_kill(project, draw)
    assert project.planned("dataset") == {}
    fresh = project.copy(tmp_path / "fresh")
    for name in ("results", ".snakemake", "logs"):
        shutil.rmtree(fresh.folder / name)
    fresh.run("dataset")
    assert project.dataset() == fresh.dataset()
