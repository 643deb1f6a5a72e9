"""A change re-runs exactly what depends on it, and says why. The project has 40 rows in four batches."""

import shutil
from pathlib import Path

import cv2
import pytest

from lettermill.plan.batches import batch_of
from project import ROOT, Project
from runs import jobs_of

DATASET = {"dataset": 1, "report": 1, "all": 1}
END = {"compare": 1, "sheets": 1, "review": 1, **DATASET}
REPORT = {"report": 1, "all": 1}
LATER = {"crop": 1, "segment": 1, "match": 1, "cut": 1, **END}
ONE_BATCH = {"download": 1, **LATER}


def some_row(project: Project) -> str:
    """A row that was delivered."""
    return project.metadata()[0]["row_id"]


def letters_of(project: Project, row_id: str) -> list[str]:
    folder = project.folder / "results/dataset"
    return sorted(path.parent.name for path in folder.glob(f"*/{row_id}_*.png"))


def test_an_edited_transcription(project: Project) -> None:
    row_id = some_row(project)
    text = project.rows[row_id][1]
    other = ("B" if text[0] == "A" else "A") + text[1:]
    project.rows[row_id][1] = other
    output = project.run("-p")
    assert jobs_of(output) == {"match": 1, "cut": 1, **END}
    batch = batch_of(row_id, 4)
    assert f"wildcards: batch={batch}" in output
    assert f"Updated input files: results/plan/transcriptions/{batch}.csv" in output
    assert "".join(letters_of(project, row_id)) == "".join(sorted(filter(str.isalpha, other)))
    assert project.planned() == {}


def test_a_table_that_means_the_same(project: Project) -> None:
    row_id = some_row(project)
    project.rows[row_id][1] = f" {project.rows[row_id][1].lower()} "
    assert project.planned() == {}
    project.rows = dict(reversed(project.rows.items()))
    assert project.planned() == END  # transcriptions may have moved; table_notes.csv names lines


def test_an_edited_image_name(project: Project) -> None:
    row_id = some_row(project)
    (project.folder / "images/new.jpg").write_bytes((project.folder / "images" / project.rows[row_id][0]).read_bytes())
    project.rows[row_id][0] = "new.jpg"
    assert project.planned() == ONE_BATCH


def test_an_added_row(project: Project) -> None:
    row_id = some_row(project)
    before = project.dataset()
    project.rows = {"added": list(project.rows[row_id]), **project.rows}
    assert project.ran() == ONE_BATCH
    assert letters_of(project, "added") == letters_of(project, row_id)
    after = project.dataset()
    images = {name for name in before if name.endswith(".png")}
    assert all(after[name] == before[name] for name in images)


def test_a_deleted_row_leaves_no_letters(project: Project) -> None:
    row_id = some_row(project)
    assert letters_of(project, row_id)
    del project.rows[row_id]
    assert project.ran() == ONE_BATCH
    assert not letters_of(project, row_id)
    assert row_id not in {row["row_id"] for row in project.metadata() + project.rejected()}


def test_a_batch_without_rows_goes(project: Project) -> None:
    batch = batch_of(some_row(project), 4)
    project.rows = {row_id: row for row_id, row in project.rows.items() if batch_of(row_id, 4) != batch}
    assert project.ran() == END
    assert {letter["row_id"] for letter in project.metadata()} <= set(project.rows)
    for stage in ("downloaded", "cropped", "segmented", "matched", "letters"):
        assert len(list((project.folder / "results" / stage).iterdir())) == 3


def test_a_replaced_local_image(project: Project) -> None:
    row_id = some_row(project)
    path = project.folder / "images" / project.rows[row_id][0]
    cv2.imwrite(str(path), cv2.imread(str(path))[:, :-1])
    assert project.planned() == ONE_BATCH


def test_an_image_that_comes_later(project: Project) -> None:
    source = project.folder / "images" / project.rows[some_row(project)][0]
    project.rows["late"] = ["late.jpg", project.rows[some_row(project)][1]]
    project.run()
    assert [row["reason"] for row in project.rejected() if row["row_id"] == "late"] == ["missing_file"]
    shutil.copy2(source, source.with_name("late.jpg"))
    assert project.ran() == ONE_BATCH
    assert letters_of(project, "late") == letters_of(project, some_row(project))


SETTINGS = [
    ({"split": {"train": 0.5, "validation": 0.25, "test": 0.25}}, DATASET),
    ({"cut": {"erase_neighbours": False}}, {"cut": 4, **END}),
    ({"segment": {"overlap": 0.6}}, {"segment": 4, "match": 4, "cut": 4, **END}),
    ({"crop": {"mode": "profiles"}}, {"crop": 4, "segment": 4, "match": 4, "cut": 4, **END}),
    ({"alphabet": "ABCDEFGHIJKLMNOPQRSTUVWXYZÇ"}, {"review": 1, **DATASET}),  # no row has one
    ({"download": {"retries": 9, "timeout": 1, "connections": 2, "submit_host": True}, "cache": "elsewhere"}, {}),
]


@pytest.mark.parametrize(("settings", "expected"), SETTINGS, ids=lambda value: next(iter(value), "nothing"))
def test_a_changed_setting(project: Project, settings: dict, expected: dict[str, int]) -> None:
    project.settings.update(settings)
    assert project.planned() == expected


EDITS = [
    (["image/segmentation.py"], {"segment": 4, "match": 4, "cut": 4, **END}),
    (["report/page.html.jinja"], REPORT),
    (["review/page/review.css"], {"review": 1, "all": 1}),
    (["corrections/read.py", "plan/rows.py", "workflow/job.py"], {}),
]
"""Modules, and what an edit of them makes run. What the other rules depend on is in tests/unit/test_rule_code.py."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the workflow that can be edited."""
    copy = tmp_path / "repository"
    copy.mkdir()
    for name in ("Snakefile", "config.yaml", "rules", "scripts", "schemas", "envs", "profiles", "resources"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, copy / name)
    return copy


@pytest.mark.parametrize(("modules", "expected"), EDITS, ids=[modules[0] for modules, _ in EDITS])
def test_an_edited_module(project: Project, repository: Path, modules: list[str], expected: dict[str, int]) -> None:
    project.repository = repository
    for module in modules:
        path = repository / "scripts/lettermill" / module
        path.write_text(path.read_text(encoding="utf-8") + "\nEDITED = 1\n", encoding="utf-8")
    output = project.run("-n")
    assert jobs_of(output) == expected
    if expected:
        assert all(f"{module} " in output for module in modules)  # the reason names the module


def test_an_edited_script(project: Project, repository: Path) -> None:
    project.repository = repository
    script = repository / "scripts/match.py"
    script.write_text(script.read_text(encoding="utf-8") + "\nEDITED = 1\n", encoding="utf-8")
    assert project.planned() == {"match": 4, "cut": 4, **END}


@pytest.mark.parametrize(
    "rule", ["match", *(pytest.param(rule, marks=pytest.mark.slow) for rule in ("download", "cut"))]
)
def test_what_a_failed_job_took_with_it_is_made_again(project: Project, rule: str) -> None:
    """Snakemake deletes the outputs of a job that is killed; what was made from them is still there, and stale."""
    row_id = some_row(project)
    if rule == "download":
        path = project.folder / "images" / project.rows[row_id][0]
        cv2.imwrite(str(path), cv2.imread(str(path))[:, :-1])
    else:
        project.rows[row_id][1] = project.rows[row_id][1][:-1]
    project.kill_job(rule)
    again = project.ran()
    assert again[rule] == 1 and again["dataset"] == 1
    assert set(again) <= set(ONE_BATCH if rule == "download" else {"match", "cut", *END})
    assert project.planned() == {}


def test_a_letter_that_is_missing_is_named_with_the_fix(project: Project) -> None:
    name = project.metadata()[0]["file_name"]
    source = next(project.folder.glob(f"results/letters/*/{name}"))
    source.unlink()
    output = project.run("-R", "dataset", fails=True)
    batch = source.parents[1].relative_to(project.folder)
    assert f"{batch}/{name} is missing. Delete {batch} and run again" in output
    shutil.rmtree(project.folder / batch)
    project.run()
    assert (project.folder / "results/dataset" / name).exists()
