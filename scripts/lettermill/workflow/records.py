"""What Lettermill does otherwise than Snakemake about the record of results in `.snakemake/`, locks and clean-ups.

| Snakemake | here |
|---|---|
| believes results that it has no record of | makes them again |
| compares the time of a script | compares its content: a fresh clone reruns nothing |
| lets rules without outputs run beside any other | refuses those that change what it keeps, and a run beside them |
| removes the locks of all runs when one ends, such as `validate` | removes the locks of that run |
| deletes declared outputs for `--delete-all-output` | also deletes the letters, which are not declared |

This replaces methods of Snakemake's classes, for the jobs of one workflow only. It uses parts that its documentation
does not cover, so each is guarded, see ``Internals``.
"""

import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from lettermill.workflow.code import digest_of

LOCK = ".snakemake/lettermill"
"""The lock of what Lettermill keeps there: every run reads it, and those of ``writers`` write it."""

UNRECORDED = (
    "Lettermill: there is no record of how some results were made, because .snakemake was deleted or not copied, so it "
    "cannot be told whether they fit the table and the config. They are made again."
)


class Records:
    """The methods that take the place of Snakemake's.

    workflow: Snakemake's object of this name. own_name: name of a rule -> its name in Lettermill, "" for rules of
    others. scripts: the folder of Lettermill's scripts. writers: rules that change what Lettermill keeps. sweep:
    deletes what rules do not declare; called with the name of a rule, the folder of its first output, and whether only
    temporary files are deleted. warn: is called with a line for the user, once.
    """

    def __init__(
        self,
        workflow: Any,
        own_name: Callable[[str], str],
        scripts: Path,
        writers: Collection[str],
        sweep: Callable[[str, Path, bool], None],
        warn: Callable[[str], None],
    ):
        self._workflow, self._own_name, self._scripts = workflow, own_name, scripts
        self._writers, self._sweep, self._warn = writers, sweep, warn
        self._has_warned = False

    def install_distrust(self) -> None:
        """Make results without a record again, as if they were forced."""
        from snakemake.settings.types import RerunTrigger

        def has_metadata(original: Callable, persistence: Any, job: Any) -> bool:
            found = bool(original(persistence, job))
            wanted = RerunTrigger.PARAMS in self._workflow.rerun_triggers
            if not found and wanted and self._is_own(job.rule) and any(map(os.path.exists, job.output)):
                persistence.dag.reason(job).forced = True
                if not self._has_warned:
                    self._warn(UNRECORDED)
                self._has_warned = True
            return found

        if self._workflow.is_main_process:
            _replace(_persistence(), "has_metadata", has_metadata)

    def install_script_digests(self) -> None:
        """Compare scripts by content."""
        from snakemake.jobs import Job

        async def older(original: Callable, job: Any) -> AsyncIterator[Any]:
            if not (self._is_own(job.rule) and self._digest(job.rule)):
                async for file in original(job):
                    yield file

        def code(original: Callable, persistence: Any, rule: Any) -> str | None:
            found: str | None = original(persistence, rule)
            return (self._digest(rule) or found) if self._is_own(rule) else found

        _replace(Job, "outputs_older_than_script_or_notebook", older)
        _replace(_persistence(), "_code", code)

    def install_lock(self) -> None:
        """Let the writers run alone."""

        def inputs(original: Callable, persistence: Any) -> Iterator[Any]:
            yield from original(persistence)
            if persistence.dag.workflow is self._workflow:
                yield LOCK

        def outputs(original: Callable, persistence: Any) -> Iterator[Any]:
            yield from original(persistence)
            if any(self._is_own(job.rule, *self._writers) for job in persistence.dag.needrun_jobs()):
                yield LOCK

        _replace(_persistence(), "all_inputfiles", inputs)
        _replace(_persistence(), "all_outputfiles", outputs)

    def install_own_unlock(self) -> None:
        """Let a run that ends remove its own locks only, not those of runs beside it."""
        from snakemake.persistence.file import FilePersistence

        def delete_locks(original: Callable, persistence: Any) -> None:
            if not persistence._lockfile:  # --unlock
                original(persistence)
            for file in persistence._lockfile.values():
                Path(file).unlink(missing_ok=True)
            persistence._lockfile.clear()

        _replace(FilePersistence, "_delete_locks", delete_locks)

    def install_sweep(self) -> None:
        """Delete undeclared files with ``--delete-all-output`` and ``--delete-temp-output``."""
        from snakemake.dag import DAG

        async def clean(original: Callable, dag: Any, only_temp: bool = False, dryrun: bool = False) -> None:
            await original(dag, only_temp=only_temp, dryrun=dryrun)
            for job in () if dryrun else dag.jobs:
                if self._is_own(job.rule) and job.output:
                    self._sweep(self._own_name(job.rule.name), Path(job.output[0]).parent, only_temp)

        _replace(DAG, "clean", clean)

    def _is_own(self, rule: Any, *names: str) -> bool:
        """Whether this is a rule of Lettermill in this workflow, and one of ``names`` if there are any."""
        name = self._own_name(rule.name) if rule.workflow is self._workflow else ""
        return name in names if names else bool(name)

    def _digest(self, rule: Any) -> str:
        """A digest of the script of a rule; empty if it has none of Lettermill's."""
        path = self._scripts / os.path.basename(str(rule.script or ""))
        return digest_of(path) if path.is_file() else ""


def _persistence() -> Any:
    from snakemake import persistence

    return getattr(persistence, "PersistenceBase", None) or persistence.Persistence


def _replace(owner: Any, name: str, new: Callable) -> None:
    """Replace a method. new: is called with the original one, and its arguments."""
    current = getattr(owner, name)
    original = getattr(current, "replaced", current)  # a process may read several workflows

    def method(*arguments: Any, **options: Any) -> Any:
        return new(original, *arguments, **options)

    method.replaced = original  # type: ignore[attr-defined]
    setattr(owner, name, method)
