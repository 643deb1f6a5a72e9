"""What a run does when its record, its images or its cache have gone, and what --delete-all-output leaves."""

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from corrections import letter, write
from lettermill.plan.batches import batch_of
from project import Project, digests
from server import Server


def test_results_without_a_record_are_made_again(project: Project) -> None:
    shutil.rmtree(project.folder / ".snakemake")
    assert "there is no record of how some results were made" in project.run("-n")
    batches = dict.fromkeys(("download", "crop", "segment", "match", "cut"), 4)
    assert project.planned() == batches | dict.fromkeys(("compare", "dataset", "sheets", "report", "review", "all"), 1)
    assert project.planned("--rerun-triggers", "mtime") == {}


def test_changes_of_rows_are_seen_without_a_record(project: Project) -> None:
    """By the times of the plan's files: a row edited, a correction, an image, a row added and one deleted."""
    shutil.rmtree(project.folder / ".snakemake/metadata")
    of_batch = {batch_of(letter["row_id"], 4): letter for letter in project.metadata()}
    edited, corrected, replaced = (of_batch[f"{number}of4"] for number in range(3))
    gone, added = (row for row in project.rows if batch_of(row, 4) == "3of4"), "added 2"
    project.rows[edited["row_id"]][1] += "A"
    write(project.folder / "corrections.csv", [letter(corrected["row_id"], 0, corrected["label"], "reject")])
    project.settings["corrections"] = "corrections.csv"
    image = project.folder / "images" / project.rows[replaced["row_id"]][0]
    image.write_bytes(image.read_bytes() + b"\0")
    of_batch = [["match", "cut"], ["cut"], *[["download", "crop", "segment", "match", "cut"]] * 2]
    expected = {(rule, f"{number}of4") for number, rules in enumerate(of_batch) for rule in rules}
    project.rows[added] = list(project.rows[edited["row_id"]])
    assert batch_of(added, 4) == "3of4"
    assert jobs_of_batches(project.run("-n", "--rerun-triggers", "mtime")) == expected
    del project.rows[added], project.rows[next(gone)]
    assert jobs_of_batches(project.run("-n", "--rerun-triggers", "mtime")) == expected


def test_the_plan_is_left_while_another_run_works_or_the_clock_is_wrong(project: Project) -> None:
    plan = project.folder / "results/plan"
    before = digests(plan)
    row_id = project.metadata()[0]["row_id"]
    project.rows[row_id][1] += "A"
    lock, latest = project.folder / ".snakemake/locks/7.output.lock", project.folder / "results/matched/0of4.csv"
    lock.write_text("results/sheets/delivered.png\n")
    output = project.run("-n")
    assert "results/plan is left as it is, because a run has locked the directory" in output
    assert "Nothing to be done" in output
    lock.unlink()
    os.utime(latest, (time.time() + 9_999,) * 2)
    assert "0of4.csv is dated" in project.run("-n", fails=True)
    assert digests(plan) == before
    os.utime(latest, (lock.parent.stat().st_mtime - 9,) * 2)
    assert project.planned()["match"] == 1 and digests(plan) != before


def jobs_of_batches(output: str) -> set[tuple[str, str]]:
    """(rule, batch) of the jobs that a dry run shows."""
    return set(re.findall(r"^rule (\w+):\n(?:    .*\n)*?    wildcards: batch=(\w+)$", output, re.MULTILINE))


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
