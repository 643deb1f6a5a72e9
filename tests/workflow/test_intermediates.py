"""Without intermediate files the same comes out, and a change works on its batch only."""

from collections import Counter
from pathlib import Path

import cv2
import pytest

from lettermill.records.row_store import FOLDER
from project import Project

INTERMEDIATE = ("downloaded", "cropped", "segmented", "matched", "aligned")
BATCH = {"download": 1, "crop": 1, "segment": 1, "match": 1, "cut": 1}
END = {"compare": 1, "dataset": 1, "sheets": 1, "report": 1, "review": 1, "all": 1}


@pytest.fixture(scope="module")
def lean(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """40 rows in four batches, run without keeping intermediate files. Not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("lean") / "project"
    project = Project.of_sample(folder, 40, batches=4, keep_intermediates=False)
    project.run()
    return project


@pytest.fixture(scope="module")
def edited(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The dataset with intermediate files after an edit of a row, see ``edit``."""
    project = finished.copy(tmp_path_factory.mktemp("edited") / "project")
    edit(project)
    project.run()
    return project.dataset()


def left(project: Project) -> list[str]:
    results = project.folder / "results"
    return [path.name for stage in INTERMEDIATE for path in results.glob(f"{stage}/*")]


def edit(project: Project) -> str:
    """Take the last letter from the transcription of a row that was delivered."""
    row_id = project.metadata()[0]["row_id"]
    project.rows[row_id][1] = project.rows[row_id][1][:-1]
    return row_id


def test_the_dataset_is_the_same(lean: Project, finished: Project) -> None:
    assert left(lean) == []
    assert lean.dataset() == finished.dataset()
    assert lean.planned() == {}


def test_an_edited_row_works_on_its_batch(lean: Project, edited: dict[str, str], tmp_path: Path) -> None:
    other = lean.copy(tmp_path / "lean")
    edit(other)
    assert other.ran() == {**BATCH, **END}
    assert other.dataset() == edited
    assert other.planned() == {} and left(other) == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"split": {"train": 0.5, "validation": 0.25, "test": 0.25}}, {"dataset": 1, "report": 1, "all": 1}),
        ({"crop": {"mode": "profiles"}}, {**dict.fromkeys(BATCH, 4), **END}),
    ],
)
def test_a_changed_setting(lean: Project, tmp_path: Path, settings: dict, expected: dict[str, int]) -> None:
    other = lean.copy(tmp_path / "lean")
    other.settings.update(settings)
    assert other.planned() == expected


@pytest.mark.parametrize("rule", ["crop", *(pytest.param(rule, marks=pytest.mark.slow) for rule in ("match", "cut"))])
def test_a_killed_job_is_noticed(lean: Project, edited: dict[str, str], tmp_path: Path, rule: str) -> None:
    other = lean.copy(tmp_path / "lean")
    edit(other)
    other.kill_job(rule)
    assert other.ran()["cut"] == 1
    assert other.dataset() == edited
    assert other.planned() == {}


def test_a_picture_of_a_row_makes_what_it_needs(lean: Project, tmp_path: Path) -> None:
    other = lean.copy(tmp_path / "lean")
    row_id = other.metadata()[0]["row_id"]
    other.run(f"results/debug/{row_id}.png")
    assert cv2.imread(str(other.folder / f"results/debug/{row_id}.png")) is not None
    assert left(other) == []
    assert other.planned() == {}


def test_files_of_earlier_runs_can_be_deleted(project: Project) -> None:
    """Kept at first, then no more."""
    before = project.dataset()
    project.settings["keep_intermediates"] = False
    assert project.planned() == {}
    assert len(left(project)) == 16
    project.run("--delete-temp-output")
    assert left(project) == []
    assert list((project.folder / "results" / FOLDER / "cropped").iterdir()) == []
    assert project.planned() == {}
    assert project.dataset() == before


@pytest.mark.slow
def test_words_are_aligned_without_learning_again(tmp_path: Path) -> None:
    settings = {"method": "align", "align": {"rounds": 1}, "keep_intermediates": False}
    project = Project.of_sample(tmp_path / "project", 60, batches=2, **settings)
    project.run()
    assert left(project) == []
    assert {letter["method"] for letter in project.metadata()} == {"align"}
    row_id = edit(project)
    assert project.ran() == Counter({**BATCH, "align": 1, "suspects": 1, **END})
    assert project.planned() == {} and left(project) == []
    assert project.planned("-R", "learn") == Counter(
        {**dict.fromkeys((*BATCH, "align"), 2), "learn": 1, "suspects": 1, **END}
    )
    letters = [letter["label"] for letter in project.metadata() if letter["row_id"] == row_id]
    assert len(letters) <= len(project.rows[row_id][1])
