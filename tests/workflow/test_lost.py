"""What a run does when its record, its images or its cache have gone, and what --delete-all-output leaves."""

import shutil
from pathlib import Path

import pytest

from project import Project
from server import Server


def test_results_without_a_record_are_made_again(project: Project) -> None:
    shutil.rmtree(project.folder / ".snakemake")
    assert "there is no record of how some results were made" in project.run("-n")
    batches = dict.fromkeys(("download", "crop", "segment", "match", "cut"), 4)
    assert project.planned() == batches | dict.fromkeys(("dataset", "sheets", "report", "review", "all"), 1)
    assert project.planned("--rerun-triggers", "mtime") == {}


def test_an_emptied_images_folder_changes_nothing(project: Project, finished: Project) -> None:
    (project.folder / "images").rename(project.folder / "elsewhere")
    (project.folder / "images").mkdir()
    assert "40 of the 40 images that were there have gone" in project.run(fails=True)
    assert project.dataset() == finished.dataset()
    (project.folder / "images").rmdir()
    (project.folder / "elsewhere").rename(project.folder / "images")
    assert project.planned() == {}


def test_no_letter_is_left_when_all_output_is_deleted(project: Project) -> None:
    project.run("--delete-all-output")
    assert not [path for path in (project.folder / "results").rglob("*") if path.is_file()]


@pytest.mark.slow
def test_without_cache_and_server_rows_stay_delivered(tmp_path: Path, server: Server) -> None:
    web = Project.of_sample(tmp_path / "project", 12, batches=1, download={"retries": 0})
    for row in web.rows.values():
        server.responses[f"/{row[0]}"] = (200, {}, (web.folder / "images" / row[0]).read_bytes())
        row[0] = f"{server.url}/{row[0]}"
    web.run()
    before = web.metadata()
    shutil.rmtree(web.folder / "cache")
    server.responses.clear()
    name = next((web.folder / "images").iterdir()).name
    web.rows["added"] = [name, "ANA"]
    web.run()
    assert [letter for letter in web.metadata() if letter["row_id"] != "added"] == before
