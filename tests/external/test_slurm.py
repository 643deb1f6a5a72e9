"""The workflow on a real Slurm of one node, with the profile that is shipped."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import slurm
from project import Project
from runs import jobs_of
from slurm import NoSlurm, Slurm, wait_until

pytestmark = pytest.mark.slow

# There is no accounting here.
PROFILE = ["--profile", "profiles/slurm", "--slurm-status-command", "squeue"]
PROFILE += ["--slurm-init-seconds-before-status-checks", "1"]

IMPATIENT = """
import asyncio
from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor

RemoteExecutor.sleep = lambda self: asyncio.sleep(0.5)
main()
"""
"""Snakemake that looks at its cluster jobs twice a second. The plugin would look after one second, then after 11, then
after 21: its jobs here take five."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    try:
        with slurm.running(tmp_path_factory.mktemp("slurm")) as running:
            yield running
    except NoSlurm as why:
        pytest.skip(str(why))


def run(project: Project, *options: str) -> subprocess.Popen:
    """Start a run on the cluster, in the background; what it prints goes to run.log."""
    project.write()
    with open(project.folder / "run.log", "w", encoding="utf-8") as log:
        command = [sys.executable, "-c", IMPATIENT, *project.options("-j", "8", *PROFILE, *options)]
        return subprocess.Popen(command, cwd=project.repository, stdout=log, stderr=subprocess.STDOUT)


def finish(project: Project, running: subprocess.Popen) -> str:
    """Wait for the end of a run that is to end well; returns what it has printed."""
    try:
        code = running.wait(240)
    finally:
        running.kill()
    printed = (project.folder / "run.log").read_text(encoding="utf-8")
    assert code == 0, printed
    return printed


def test_the_dataset_is_that_of_a_local_run(cluster: Slurm, few_aligned: Project, tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", len(few_aligned.rows), **few_aligned.settings)
    finish(project, run(project))
    assert project.planned() == {}
    # Each batch is one job before learning and one after, and each of the rules for all batches is one.
    assert len(cluster.jobs()) == 2 * 2 + 7
    assert project.dataset() == few_aligned.dataset()
    assert {letter["method"] for letter in project.metadata()} == {"align"}

    # With nothing to learn, all that is to be done for a batch is one job; a local run goes on from there.
    edited = project.metadata()[0]["row_id"]
    project.rows[edited][1] = project.rows[edited][1][:-1]
    batch = next(project.folder.glob(f"results/letters/*/*/{edited}_*.png")).parents[1].name
    printed = finish(project, run(project, f"results/letters/{batch}"))
    assert jobs_of(printed) == {"match": 1, "align": 1, "cut": 1}
    assert len(cluster.jobs()) == 2 * 2 + 7 + 1
    end = ("suspects", "compare", "dataset", "sheets", "report", "review", "all")
    assert project.planned() == dict.fromkeys(end, 1)


def test_downloads_on_the_submit_host_and_a_cancelled_job(cluster: Slurm, finished: Project, tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", len(finished.rows), batches=2)
    project.settings["download"] = {"submit_host": True}
    earlier = set(cluster.jobs())
    cluster.open(False)
    running = run(project)
    try:
        downloaded = project.folder / "results/downloaded"
        wait_until(lambda: len(set(cluster.jobs()) - earlier) == 2, "the jobs of two batches to be submitted")
        # No job has run on the node.
        assert len(list(downloaded.glob("*/status.csv"))) == 2
        assert not (project.folder / "results/cropped").exists()
    finally:
        cluster.open(True)
    wait_until(lambda: cluster.jobs("running"), "a job to start")
    cancelled = cluster.jobs("running")[0]
    cluster.cancel(cancelled)
    assert finish(project, running).count("Trying to restart job") == 1
    assert cluster.jobs("cancelled") == [cancelled]
    # Two batches, one of them again with more memory, compare, dataset (which has more too), sheets, report and review.
    memory = {job: cluster.memory(job) for job in set(cluster.jobs()) - earlier}
    assert sorted(memory.values()) == [2000] * 6 + [4000] * 2
    assert memory[cancelled] == 2000
    assert project.dataset() == finished.dataset()
    assert project.planned() == {}
