"""What Lettermill asks of Snakemake's internals: true answers of this version, one warning where they are gone."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import snakemake
from packaging.version import Version
from snakemake.api import SnakemakeApi
from snakemake.exceptions import WorkflowError
from snakemake.scheduling.greedy import SchedulerSettings
from snakemake.settings.types import (
    ConfigSettings,
    MaxJobsPerTimespan,
    OutputSettings,
    ResourceSettings,
    SchedulingSettings,
)
from snakemake.utils import min_version

from lettermill.workflow.internals import LOWEST, UNTESTED, Internals, Output, PlannedJob, version_warning

OUTER = """
module lettermill:
    snakefile: "inner.smk"
use rule * from lettermill as letters_*
rule mine:
    default_target: True
    input: rules.letters_all.input
    output: touch("mine.txt")
onstart:
    from lettermill.workflow.internals import Internals
    workflow.seen = Internals(workflow, lettermill.rules, print, "").planned_jobs()
"""
INNER = """
rule all:
    input: "learned.txt", "cropped/1of2.txt"
rule learn:
    output: touch("learned.txt")
rule crop:
    output: touch("cropped/{batch}.txt")
"""


@pytest.fixture(scope="module")
def workflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A workflow that uses another as a module, after its run, with a config file and settings of the command line.

    seen: the jobs that were planned when it started.
    """
    with pytest.MonkeyPatch.context() as patch, SnakemakeApi(OutputSettings()) as api:
        patch.chdir(tmp_path_factory.mktemp("workflow"))
        Path("Snakefile").write_text(OUTER)
        Path("inner.smk").write_text(INNER)
        Path("my.yaml").write_text("method: align\n")
        config = ConfigSettings(configfiles=[Path("my.yaml")], config={"batches": "2"})
        started = api.workflow(ResourceSettings(cores=2), config_settings=config, snakefile=Path("Snakefile"))
        # As the command line has it by default.
        limit = SchedulingSettings(scheduler="greedy", max_jobs_per_timespan=MaxJobsPerTimespan(100, "1s"))
        started.dag().execute_workflow(
            executor="local", scheduling_settings=limit, scheduler_settings=SchedulerSettings()
        )
        yield started._workflow


class Without:
    """Another version of Snakemake: the object ``whole`` without the attribute at ``path`` (``dag.needrun_jobs``)."""

    def __init__(self, whole: object, path: str):
        self._whole, self._path = whole, path

    def __getattr__(self, name: str) -> Any:
        first, _, rest = self._path.partition(".")
        if name != first:
            return getattr(self._whole, name)
        if not rest:
            raise AttributeError(name)
        return Without(getattr(self._whole, name), rest)


def internals(workflow: Any, said: list[str], rules: Any = None) -> Internals:
    inner = workflow._whole if isinstance(workflow, Without) else workflow
    return Internals(workflow, rules or inner.modules["lettermill"].rule_proxies, said.append, "11.0")


def test_this_version_is_known(workflow: Any) -> None:
    said: list[str] = []
    found = internals(workflow, said)
    assert found.config_files() == [Path("my.yaml").absolute()]
    assert found.is_local()
    assert not found.is_forced("learn", ["learned.txt"])
    assert (found.name_of("learn"), found.own_name("letters_crop"), found.own_name("mine")) == (
        "letters_learn",
        "crop",
        "",
    )
    assert sorted(workflow.seen) == [PlannedJob("", ""), PlannedJob("crop", "1of2"), PlannedJob("learn", "")]
    assert found.files() >= {"learned.txt", "cropped/1of2.txt", "mine.txt"}
    assert found.jobs_at_a_time(9) == 2 and found.jobs_at_a_time(1) == 1 and found.jobs_at_a_time(0) == 1
    assert not found.is_touch() and not found.uses_environments()
    assert found.output() == Output(False, False, False)
    command = found.dry_run_command("all")
    assert command[1:4] == ["-m", "snakemake", "--dry-run"] and command[-2:] == ["--", "letters_all"]
    assert str(Path("my.yaml").absolute()) in command and "batches=2" in " ".join(command).replace("'", "")
    assert not said


@pytest.mark.parametrize("forced", [{"letters_learn"}, {"learned.txt"}])
def test_what_is_asked_for_again_is_forced(workflow: Any, forced: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.dag_settings, "forcerun", forced)
    assert internals(workflow, []).is_forced("learn", ["learned.txt"])


def test_only_the_default_limit_is_lifted(workflow: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    limit = workflow.scheduler.job_rate_limiter
    monkeypatch.setattr(workflow.scheduler, "job_rate_limiter", limit)
    internals(workflow, said).lift_rate_limit()
    assert limit is not None and workflow.scheduler.job_rate_limiter is None
    other = type(limit)(MaxJobsPerTimespan(50, "1s"))
    workflow.scheduler.job_rate_limiter = other
    internals(workflow, said).lift_rate_limit()
    assert workflow.scheduler.job_rate_limiter is other and not said


LOST = [
    ("overwrite_configfiles", "config_files", (), []),
    ("local_exec", "is_local", (), True),
    ("dag_settings", "is_forced", ("learn", ["learned.txt"]), False),
    ("dag_settings.forceall", "is_forced", ("learn", ["learned.txt"]), False),
    ("dag_settings.forcerun", "is_forced", ("learn", ["learned.txt"]), False),
    ("dag", "planned_jobs", (), []),
    ("dag.needrun_jobs", "planned_jobs", (), []),
    ("dag", "files", (), set()),
    ("dag.jobs", "files", (), set()),
    ("cores", "jobs_at_a_time", (9,), 1),
    ("local_exec", "jobs_at_a_time", (9,), 1),
    ("touch", "is_touch", (), False),
    ("deployment_settings", "uses_environments", (), True),
    ("deployment_settings.deployment_method", "uses_environments", (), True),
    ("output_settings", "output", (), Output(False, True, False)),
    ("output_settings.quiet", "output", (), Output(False, True, False)),
    ("output_settings.printshellcmds", "output", (), Output(False, True, False)),
    ("output_settings.stdout", "output", (), Output(False, True, False)),
    ("scheduler", "lift_rate_limit", (), None),
    ("scheduler.job_rate_limiter", "lift_rate_limit", (), None),
    ("config_settings", "dry_run_command", ("all",), []),
    ("config_settings.configfiles", "dry_run_command", ("all",), []),
    ("config_settings.config_args", "dry_run_command", ("all",), []),
    ("main_snakefile", "dry_run_command", ("all",), []),
]


@pytest.mark.parametrize(("path", "method", "arguments", "otherwise"), LOST, ids=[f"{row[0]}-{row[1]}" for row in LOST])
def test_what_is_gone_costs_a_feature_and_one_line(
    workflow: Any, path: str, method: str, arguments: tuple, otherwise: object
) -> None:
    said: list[str] = []
    found = internals(Without(workflow, path), said)
    for _ in range(2):
        assert getattr(found, method)(*arguments) == otherwise
    [line] = said
    assert line.startswith("Snakemake 11.0 lacks something that Lettermill uses, so ") and "AttributeError" in line


def test_without_names_of_rules_those_of_lettermill_are_taken(workflow: Any) -> None:
    said: list[str] = []
    found = internals(workflow, said, rules=object())
    assert (found.name_of("learn"), found.own_name("learn")) == ("learn", "learn")
    assert found.planned_jobs() == []  # all are done
    assert len(said) == 1 and "renamed" in said[0]


def test_without_a_logger_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    found = Internals(None, None, said.append, "11.0")
    handler = logging.NullHandler()
    monkeypatch.delattr("snakemake.logging.logger")
    found.filter_terminal(bool)
    found.add_handler(handler)
    found.say_progress("Progress: 1 of 2 rows")
    assert [line.partition(", so ")[2].partition(" (")[0] for line in said] == [
        "the terminal shows every job", "there is no progress line",
    ]  # fmt: skip


def test_a_version_that_answers_otherwise_is_no_better(workflow: Any) -> None:
    said: list[str] = []
    assert internals(type("Odd", (), {"dag": 1, "modules": workflow.modules})(), said).planned_jobs() == []
    assert len(said) == 1


def test_the_installed_version_is_one_that_is_tested() -> None:
    assert Version(LOWEST) <= Version(snakemake.__version__) < Version(UNTESTED)
    assert version_warning(snakemake.__version__) == ""


@pytest.mark.parametrize("version", ["10.0.0", "10.0", "11.2.1"])
def test_a_later_version_is_said_to_be_untested(version: str) -> None:
    assert version_warning(version) == (
        f"Lettermill has not been tested with Snakemake {version}, only with versions from 9.0 to below 10. "
        "If something fails, install a tested version: pip install 'snakemake<10'"
    )


def test_an_earlier_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snakemake.common.__version__", "8.30.0")
    with pytest.raises(WorkflowError, match=r"Expecting Snakemake version 9\.0 or higher"):
        min_version(LOWEST)
    assert version_warning("9.0.0") == ""
