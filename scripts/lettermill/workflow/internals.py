"""What Lettermill uses of Snakemake beyond its documented interface. Every use is guarded.

Another version may lack a part or change it. Then a feature is lost, with one warning, but the run continues.
"""

import logging
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from lettermill.workflow.records import Records

LOWEST = "9.0"
"""The first version of Snakemake with which Lettermill has been run."""

UNTESTED = "10"
"""The first version with which it has not been run."""

Answer = TypeVar("Answer")


class PlannedJob(NamedTuple):
    """A job of this run. rule: its name in Lettermill; "" for a rule of another workflow that uses Lettermill as a
    module. batch: "" for a job on all rows."""

    rule: str
    batch: str


class Output(NamedTuple):
    """What the user wants to see. quiet: no progress. every_job: a block of lines for each job. terminal: the
    output goes to a terminal."""

    quiet: bool
    every_job: bool
    terminal: bool


def version_warning(version: str) -> str:
    """A warning about this version of Snakemake; empty if Lettermill has been tested with it.

    Older ones than ``LOWEST`` are refused by ``snakemake.utils.min_version``.
    """
    if int(version.partition(".")[0]) < int(UNTESTED):
        return ""
    return (
        f"Lettermill has not been tested with Snakemake {version}, only with versions from {LOWEST} to below "
        f"{UNTESTED}. If something fails, install a tested version: pip install 'snakemake<{UNTESTED}'"
    )


class Internals:
    """The inside of a running workflow.

    workflow, rules: Snakemake's objects of these names, as they are in a Snakefile. warn: is called with a
    line for each feature that is lost. version: of Snakemake.
    """

    def __init__(self, workflow: Any, rules: Any, warn: Callable[[str], None], version: str):
        self._workflow, self._rules = workflow, rules
        self._warn, self._version = warn, version
        self._lost: set[str] = set()

    def _look(self, look: Callable[[], Answer], otherwise: Answer, lost: str) -> Answer:
        """What ``look`` returns; ``otherwise`` if it fails. lost: a clause on the feature that is then lost."""
        try:
            return look()
        except Exception as error:  # another version may raise anything
            if lost not in self._lost:
                self._lost.add(lost)
                cause = f"{type(error).__name__}: {error}"
                self._warn(f"Snakemake {self._version} lacks something that Lettermill uses, so {lost} ({cause}).")
            return otherwise

    def config_files(self) -> list[Path]:
        """The files of option ``--configfile``."""
        return self._look(
            lambda: [Path(file) for file in self._workflow.overwrite_configfiles],
            [],
            "paths in a config file are looked up in the working directory only",
        )

    def is_local(self) -> bool:
        """Whether jobs run on this machine."""
        return self._look(lambda: bool(self._workflow.local_exec), True, "each stage is a separate job on a cluster")

    def is_main(self) -> bool:
        """Whether this is the process that the user has started, not one of a job."""
        return self._look(lambda: bool(self._workflow.is_main_process), True, "every job of a cluster writes the plan")

    def place_of(self, path: str) -> str:
        """Where the file ``path`` of the rules is: the prefix of a module may put it elsewhere. To be asked while the
        Snakefile is read."""
        return self._look(
            lambda: str(self._workflow.modifier.path_modifier.replace_prefix(path)),
            path,
            "a module's files cannot have a prefix",
        )

    def is_forced(self, rule: str, outputs: Collection[str]) -> bool:
        """Whether ``rule`` is forced to run: by ``--forceall``, or by ``-R`` with its name or one of its outputs."""

        def look() -> bool:
            settings = self._workflow.dag_settings
            return bool(settings.forceall) or not {self.name_of(rule), *outputs}.isdisjoint(settings.forcerun)

        return self._look(look, False, f"-R and --forceall do not rerun {rule}; delete {outputs} to rerun it")

    def name_of(self, rule: str) -> str:
        """The name of Lettermill's rule in this workflow, which may use Lettermill as a module."""
        return self._look(
            lambda: str(self._rules._rules[rule].rule.name),
            rule,
            "rules of a module that are renamed are not recognised",
        )

    def _own_names(self) -> Mapping[str, str]:
        """Name in this workflow -> name in Lettermill, of all its rules."""
        return self._look(
            lambda: {str(proxy.rule.name): name for name, proxy in self._rules._rules.items()},
            {},
            "rules of a module that are renamed are not recognised",
        )

    def own_name(self, rule: str) -> str:
        """The name in Lettermill of a rule of this workflow, see ``PlannedJob``."""
        names = self._own_names()
        return names.get(rule, "" if names else rule)

    def planned_jobs(self) -> list[PlannedJob]:
        """The jobs of this run; none if Snakemake does not tell."""

        def look() -> list[PlannedJob]:
            names = self._own_names()
            return [
                PlannedJob(names.get(job.rule.name, "" if names else job.rule.name), job.wildcards.get("batch", ""))
                for job in self._workflow.dag.needrun_jobs()
            ]

        return self._look(
            look, [], "there is no progress line, and missing packages are noticed only when their jobs run"
        )

    def files(self) -> set[str]:
        """The inputs and outputs of all jobs that this run looks at, whether it does them or not."""
        return self._look(
            lambda: {str(file) for job in self._workflow.dag.jobs for file in (*job.input, *job.output)},
            set(),
            "files that a wrong clock has dated in the future are not noticed",
        )

    def jobs_at_a_time(self, jobs: int) -> int:
        """How many of ``jobs`` may run at the same time."""

        def look() -> int:
            workers = self._workflow.cores if self._workflow.local_exec else self._workflow.nodes
            return max(min(int(workers), jobs), 1)

        return self._look(look, 1, "the time left is estimated for one job at a time")

    def is_touch(self) -> bool:
        """Whether the run only updates the time stamps of files, option ``--touch``."""
        return self._look(lambda: bool(self._workflow.touch), False, "--touch shows progress")

    def uses_environments(self) -> bool:
        """Whether rules have their own environments, option ``--sdm``."""
        return self._look(
            lambda: bool(self._workflow.deployment_settings.deployment_method),
            True,
            "missing packages are noticed only when their jobs run",
        )

    def output(self) -> Output:
        """What the user wants to see."""

        def look() -> Output:
            from snakemake.settings.enums import Quietness

            wanted = self._workflow.output_settings
            quiet = not {Quietness.PROGRESS, Quietness.ALL}.isdisjoint(wanted.quiet or ())
            terminal = (sys.stdout if wanted.stdout else sys.stderr).isatty()
            return Output(quiet, bool(wanted.printshellcmds or wanted.verbose), terminal)

        return self._look(look, Output(False, True, False), "the terminal shows every job")

    def lift_rate_limit(self) -> None:
        """Remove Snakemake's limit of 100 new jobs per second, unless the user has set another limit.

        To enforce it, the scheduler wakes up again a second after each time it has looked for jobs, forever. After
        hundreds of jobs, it does nothing else and keeps a core busy.
        """

        def look() -> None:
            limit = self._workflow.scheduler.job_rate_limiter
            if limit is not None and (limit.max_jobs, limit.timespan) == (100, 1):
                self._workflow.scheduler.job_rate_limiter = None

        self._look(look, None, "the scheduler keeps a core busy in a run of hundreds of jobs")

    def filter_terminal(self, keep: Callable[[logging.LogRecord], bool]) -> None:
        """Show only the records that ``keep`` accepts in the terminal. The log has all."""

        def look() -> None:
            from snakemake.logging import logger

            for handler in logger.handlers:
                if handler.name == "DefaultStreamHandler":
                    handler.addFilter(keep)

        self._look(look, None, "the terminal shows every job")

    def add_handler(self, handler: logging.Handler) -> None:
        """Give ``handler`` all records of the run."""

        def look() -> None:
            from snakemake.logging import logger

            logger.addHandler(handler)

        self._look(look, None, "there is no progress line")

    def say_progress(self, line: str) -> None:
        """Show a line in the terminal and the log; ``--quiet progress`` hides it."""

        def look() -> None:
            from snakemake.logging import logger
            from snakemake.settings.enums import Quietness

            logger.info(line, extra={"quietness": Quietness.PROGRESS})

        self._look(look, None, "there is no progress line")

    def keep_records(self, records: Records) -> None:
        """Change what Snakemake does about records, locks and clean-ups, see ``Records``."""
        for install, lost in (
            (records.install_distrust, "results without a record in .snakemake are taken for up to date"),
            (records.install_script_digests, "a fresh clone makes all results again"),
            (records.install_lock, "do not start retry_failed or refresh beside a run"),
            (records.install_own_unlock, "a run that ends removes the locks of runs beside it"),
            (records.install_sweep, "--delete-all-output leaves the letters in results/dataset"),
        ):
            self._look(install, None, lost)

    def dry_run_command(self, target: str) -> list[str]:
        """The command of a dry run with this config for the rule ``target``; empty if Snakemake does not tell."""

        def options() -> Iterator[str]:
            settings = self._workflow.config_settings
            if settings.configfiles:
                yield from ["--configfile", *map(str, settings.configfiles)]
            if settings.config_args:
                yield from ["--config", *settings.config_args]
            yield from ["--snakefile", str(self._workflow.main_snakefile), "--", self.name_of(target)]

        return self._look(
            lambda: [sys.executable, "-m", "snakemake", "--dry-run", "--quiet=rules", *options()],
            [],
            "validate does not say what a run would do",
        )
