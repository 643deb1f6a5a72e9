"""Records, locks and clean-ups of a small workflow, which calls two of its rules those of Lettermill."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path

import pytest
from snakemake.api import SnakemakeApi
from snakemake.exceptions import LockException
from snakemake.scheduling.greedy import SchedulerSettings
from snakemake.settings.enums import RerunTrigger
from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings, SchedulingSettings

from lettermill.workflow import code
from lettermill.workflow.records import LOCK, UNRECORDED

SNAKEFILE = """
from pathlib import Path
from lettermill.workflow.records import Records
workflow.said = []
def sweep(rule, folder, only_temp):
    assert not only_temp
    (folder / f"undeclared of {rule}").unlink()
OWN = {"letters_cut": "cut", "letters_refresh": "refresh"}
records = Records(workflow, lambda name: OWN.get(name, ""), Path("scripts"), ["refresh"], sweep, workflow.said.append)
records.install_distrust()
records.install_script_digests()
records.install_lock()
records.install_own_unlock()
records.install_sweep()
rule all:
    input: "results/cut.txt", "results/other.txt"
rule letters_cut:
    output: "results/cut.txt"
    script: "scripts/cut.py"
rule other:
    output: touch("results/other.txt")
rule letters_refresh:
    run: pass
"""

ALL, GREEDY = RerunTrigger.all(), SchedulingSettings(scheduler="greedy")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the workflow has been run."""
    monkeypatch.chdir(tmp_path)
    Path("Snakefile").write_text(SNAKEFILE)
    Path("scripts").mkdir()
    Path("scripts/cut.py").write_text("open(snakemake.output[0], 'w').close()\n")
    assert run(executor="local")[0] == ["all", "letters_cut", "other"]
    assert run()[0] == []
    return tmp_path


def run(
    *targets: str,
    executor: str = "dryrun",
    triggers: Collection[RerunTrigger] = ALL,
    delete: bool = False,
) -> tuple[list[str], list[str]]:
    """(names of the rules of the jobs, lines for the user) of a run."""
    code.digest_of.cache_clear()  # another process would not know it
    code._names.cache_clear()
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        read = api.workflow(ResourceSettings(cores=1), snakefile=Path("Snakefile"))
        dag = read.dag(DAGSettings(targets=set(targets), rerun_triggers=set(triggers)))
        if delete:
            dag.delete_output()
        else:
            dag.execute_workflow(executor=executor, scheduling_settings=GREEDY, scheduler_settings=SchedulerSettings())
        workflow = read._workflow
        return sorted(job.rule.name for job in workflow.dag.needrun_jobs(exclude_finished=False)), workflow.said


def test_results_without_a_record_are_made_again(folder: Path) -> None:
    shutil.rmtree(".snakemake")
    assert run() == (["all", "letters_cut"], [UNRECORDED])  # what others have made is theirs
    assert run(triggers=[RerunTrigger.MTIME]) == ([], [])
    run(executor="local")
    assert run() == ([], [])


def test_a_script_counts_by_content(folder: Path) -> None:
    script = Path("scripts/cut.py")
    script.write_text("# a comment\n" + script.read_text())
    assert run() == ([], [])
    script.write_text(script.read_text() + "print()\n")
    os.utime(script, (0, 0))  # as an older checkout
    assert run() == (["all", "letters_cut"], [])


@pytest.mark.parametrize(
    ("lock", "target", "refused"),
    [
        ("input", "letters_refresh", True),
        ("output", "all", True),
        ("output", "letters_refresh", True),
        ("input", "all", False),
    ],
)
def test_what_changes_the_record_runs_alone(folder: Path, lock: str, target: str, refused: bool) -> None:
    """Beside any run (which holds the input lock), and no run beside it."""
    Path(".snakemake/locks").mkdir(exist_ok=True)
    Path(f".snakemake/locks/7.{lock}.lock").write_text(f"{LOCK}\n")
    Path("results/cut.txt").unlink()
    if refused:
        with pytest.raises(LockException):
            run(target, executor="local")
    else:
        run(target, executor="local")
    assert [path.name for path in Path(".snakemake/locks").iterdir()] == [f"7.{lock}.lock"]  # of the other run


def test_undeclared_files_are_deleted_with_all_output(folder: Path) -> None:
    undeclared = Path("results/undeclared of cut")
    undeclared.touch()
    run(delete=True)
    assert not undeclared.exists() and not list(folder.glob("results/*"))
