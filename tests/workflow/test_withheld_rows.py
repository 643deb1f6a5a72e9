"""Transcriptions that have moved are not delivered, until they are moved back."""

import shutil
from pathlib import Path

import pytest

from project import Project


@pytest.mark.slow
def test_rows_that_have_moved_come_back_when_they_are_moved_back(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 70, batches=2)
    ids, texts = list(project.rows), [text for _, text in project.rows.values()]
    for row_id, text in zip(ids, [*texts[:10], *texts[11:], texts[10]], strict=True):
        project.rows[row_id][1] = text
    project.run()
    found = {row["row_id"]: row["reason"] for row in project.rejected() if not row["position"]}
    withheld = {row_id for row_id, reason in found.items() if reason == "moved_transcription"}
    delivered = {letter["row_id"] for letter in project.metadata()}
    assert delivered and len(withheld) > 5 and min(withheld) > ids[8] and not delivered & found.keys()
    assert len(delivered) + len(found) == 70
    files = {name for name in project.dataset() if name.endswith(".png")}
    assert files == {letter["file_name"] for letter in project.metadata()}
    summary = (project.folder / "results/summary.txt").read_text(encoding="utf-8")
    assert "seem to belong to the images 1 row\n" in summary and "They are not delivered." in summary
    assert "transcription seems to belong to" in (project.folder / "results/report.html").read_text(encoding="utf-8")
    assert project.planned() == {}

    shutil.rmtree(project.folder / "results/withheld")
    assert project.planned()["compare"] == 1  # its tables are what keeps the rows out

    for row_id, text in zip(ids, texts, strict=True):
        project.rows[row_id][1] = text
    project.run()
    right = Project.of_sample(tmp_path / "right", 70, batches=1)
    right.run("dataset")
    assert project.dataset() == right.dataset()
