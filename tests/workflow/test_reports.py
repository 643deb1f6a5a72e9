"""The report of a run, and what Snakemake's own report has of it."""

import re
from pathlib import Path

import cv2
import pytest

from project import Project

TABLES = {"funnel", "classes", "shapes", "times"}


def test_a_run_writes_a_report(finished: Project) -> None:
    results = finished.folder / "results"
    page = (results / "report.html").read_text(encoding="utf-8")
    letters = len(finished.metadata())
    assert f"{letters:,} single letters in" in page and ">words.csv<" not in page
    assert not re.search(r'(?:src|srcset)="(?!data:)', page)
    for name in TABLES:
        assert cv2.imread(str(results / f"report/{name}.png")) is not None
        assert (results / f"report/{name}.csv").read_text().count("\n") > 1
    labels = {letter["label"] for letter in finished.metadata()}
    assert {path.stem for path in (results / "report/classes").glob("*.png")} == labels
    targets = set(re.findall(r'href="([^#"]+)"', page))
    assert not [name for name in targets if not (results / name).exists()]
    rules = {line.split(",")[0] for line in (results / "report/times.csv").read_text().splitlines()[1:]}
    assert rules >= {"download", "crop", "segment", "match", "cut", "dataset"}


def test_a_report_that_is_missing_is_made_and_nothing_else(project: Project) -> None:
    (project.folder / "results/report/shapes.csv").unlink()
    assert project.planned() == {"report": 1, "all": 1}


@pytest.mark.slow
def test_the_report_does_not_train_again(aligned: Project, tmp_path: Path) -> None:
    project = aligned.copy(tmp_path / "project")
    results = project.folder / "results"
    assert (results / "report/reliability.csv").read_text().count("\n") > 2
    before = (results / "recogniser/recogniser.npz").stat().st_mtime_ns
    (results / "report.html").unlink()
    assert project.planned() == {"report": 1, "all": 1}
    project.settings["align"] = {"rounds": 1, "confidence": 0.5}
    assert project.ran() == {"cut": 4, "compare": 1, "dataset": 1, "sheets": 1, "report": 1, "review": 1, "all": 1}
    assert (results / "recogniser/recogniser.npz").stat().st_mtime_ns == before
    assert "Letters with a confidence of 0.5 or more are delivered" in (results / "report.html").read_text(
        encoding="utf-8"
    )
    assert project.planned() == {}


def test_a_transcription_that_is_markup_is_shown_as_text(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 12, batches=1)
    image, text = project.rows.pop("word_0001")
    project.rows["<b onclick=alert(1)>"] = [image, f"<img src=x onerror=alert(1)>{text}"]
    project.rows["gone"] = ["<script>alert(1)</script>.jpg", "ANNA"]
    project.run("report")
    page = (project.folder / "results/report.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<img src=x|<b onclick", page)


def test_the_report_of_snakemake_has_all_of_it(project: Project) -> None:
    file = project.folder / "snakemake.html"
    project.run("--report", str(file))
    page = file.read_text(encoding="utf-8")
    for words in ("Letters", "Dataset", "Report", "Plots", "Tables", "Classes", "Contact sheets"):
        assert f'"{words}"' in page, words
    assert "Rows remaining after each stage." in page  # a caption
    assert len(page) < 12_000_000
