"""Benchmarks of whole runs: the plain loop gives what the workflow gives, and what they report has been done."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import downloads
from plan import plan_section
from project import ROOT, SAMPLE, Project
from replica import read_sources, replicate
from runs import stage_seconds
from scale import digests, measure
from scale_report import Setup, as_json, report

END = {"compare": 1, "dataset": 1, "sheets": 1, "report": 1, "review": 1, "all": 1}


@pytest.mark.parametrize("method", ["histogram", pytest.param("align", marks=pytest.mark.slow)])
def test_the_plain_loop_gives_the_same_bytes(project: Project, tmp_path: Path, method: str) -> None:
    project.settings["method"] = method
    project.run()
    loop = tmp_path / "loop"
    options = [str(project.folder / "my.yaml"), "--cores", "2", "--directory", str(loop)]
    subprocess.run([sys.executable, "benchmarks/plain.py", *options], cwd=ROOT, check=True)
    found, expected = digests(loop / "results/dataset"), digests(project.folder / "results/dataset")
    assert len(expected) > len(project.rows) and {"metadata.csv", "rejected.csv"} < set(expected)
    assert found == expected
    assert digests(loop / "results/dataset", 5).keys() == expected.keys()
    for name in ("summary.txt", "sheets/delivered.png", "sheets/rejected_rows.png"):
        assert (loop / "results" / name).exists()


def test_logs_say_what_every_stage_has_taken(finished: Project) -> None:
    spent = stage_seconds(finished.folder / "logs")
    assert set(spent) == {
        "download",
        "crop",
        "segment",
        "match",
        "cut",
        "compare",
        "dataset",
        "sheets",
        "report",
        "review",
    }
    assert spent["segment"] > 0
    logs = list((finished.folder / "logs/cut").glob("*.log"))
    assert all(re.search(r" done in [\d.]+ s, [\d.]+ s of CPU\n\Z", log.read_text()) for log in logs)


@pytest.mark.slow
def test_whole_runs_on_a_small_table() -> None:
    sources = read_sources(SAMPLE / "words.csv", ("", "image", "text"))[:40]
    settings = {"batches": 2, "method": "histogram"}
    setup = Setup("words.csv", sources, SAMPLE, 60, 2, skip=["histogram"], settings=settings)
    figures = measure(setup)
    assert {name: len(runs) for name, runs in figures.runs.items()} == {"plain": 1, "workflow": 1, "essay": 1}
    assert figures.difference == ""
    assert figures.runs["plain"][0].letters == figures.runs["workflow"][0].letters > 60
    nothing, edited, one, added, texts, letters = figures.changes
    assert nothing.jobs == {}
    assert edited.jobs == {"match": 1, "cut": 1, **END} and edited.worked["cut"] <= 1
    assert one.jobs == {**dict.fromkeys(("download", "crop", "segment", "match", "cut"), 1), **END}
    assert added.jobs["cut"] == 2 and 50 < added.worked["cut"] <= 100
    assert texts.jobs["match"] == letters.jobs["cut"] == 2 and letters.worked["cut"] > 10
    assert figures.disk["cache"].files == sum(text != "EMPTY" for _, _, text in replicate(sources, 60, ""))
    text = report(setup, figures)
    assert "The datasets of both are the same, byte for byte" in text and "| nothing to do |" in text
    assert as_json(figures)["runs"]["workflow"][0]["usage"]["wall"] > 0


@pytest.mark.slow
def test_plans_and_the_start_of_a_cluster_job() -> None:
    text = plan_section(read_sources(SAMPLE / "words.csv", ("", "image", "text")), [600])
    assert "| 600 rows | 2 |" in text
    assert float(re.search(r"([\d.]+) s until it works", text)[1]) > 0


@pytest.mark.slow
def test_all_ways_to_download_bring_the_images() -> None:
    sources = read_sources(SAMPLE / "words.csv", ("", "image", "text"))[:40]
    setup = downloads.Setup(urls=60, connections=4, latency=0.0, rounds=1, missing="not for this test")
    (used,) = downloads.measure(setup, sources, SAMPLE, connecting=1.0)
    assert set(used) == {"session", "stage", "workflow"}
    text = downloads.report(setup, [used])
    assert "\n| the workflow |" in text and "img2dataset" not in text
