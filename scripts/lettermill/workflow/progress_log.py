"""Watching a run: what the engine's log records tell of its jobs, and lines of progress for whoever looks on."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lettermill.workflow.progress import Progress

ROUTINE = {"job_info", "group_info", "shellcmd", "job_started", "job_finished", "progress"}
"""Events of the engine (``snakemake_interface_logger_plugins.common.LogEvent``) in the life of a job that goes well."""

CHOOSING = "Select jobs to execute..."
"""What it says before it starts some, without an event."""

SHORTEST = 2.0
"""Seconds between lines, at first."""


def is_news(record: logging.LogRecord) -> bool:
    """Whether a record of the engine says more than that a job is going well; as a filter of a logging handler."""
    if record.levelno > logging.INFO:
        return True
    about_rules = getattr(getattr(record, "quietness", None), "name", None) == "RULES"  # a temporary file is removed
    return getattr(record, "event", None) not in ROUTINE and not about_rules and record.msg != CHOOSING


class _Reported(NamedTuple):
    """A job that the engine has reported; benchmark: where it writes down what it takes."""

    stage: str
    batch: str
    benchmark: str | None


class Watch(logging.Handler):
    """Follows the jobs of a run and says every now and then how far it is.

    say: is given each line. growth, longest: from one line to the next it is SHORTEST seconds, later this share of the
    time from the start to the former, at last ``longest`` seconds. Nothing that goes wrong here stops a run.
    """

    def __init__(
        self,
        progress: Progress,
        say: Callable[[str], None],
        growth: float,
        longest: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__()
        self._progress, self._say, self._clock = progress, say, clock
        self._growth, self._longest = growth, longest
        self._began = self._last = clock()
        self._jobs: dict[object, _Reported] = {}
        self._over = threading.Event()

    def start(self) -> None:
        """Look at the clock from now on, in the background: a long job has lines while nothing is heard of it."""
        threading.Thread(target=self._beat, name="progress", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Count what ``record`` says of a job."""
        try:
            self._count(record)
        except Exception:
            self.handleError(record)

    def tick(self) -> None:
        """Say how far the run is, if it is time to."""
        now = self._clock()
        if now - self._last >= max(SHORTEST, min(self._growth * (self._last - self._began), self._longest)):
            self._last = now
            self._say(self._progress.line())

    def end(self) -> None:
        """Say how far the run has come."""
        self.acquire()  # the engine's records and the clock come in threads of their own
        try:
            if not self._over.is_set():
                self._say(self._progress.last_line())
            self._over.set()
        finally:
            self.release()

    def close(self) -> None:
        """Say no more."""
        self._over.set()
        super().close()

    def _beat(self) -> None:
        while not self._over.wait(SHORTEST / 4):
            self.acquire()
            try:
                if not self._over.is_set():
                    self.tick()
            finally:
                self.release()

    def _count(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event == "job_info":
            job = _Reported(record.rule_name, dict(record.wildcards).get("batch", ""), record.benchmark)
            self._jobs[record.jobid] = job
            self._progress.started(job.stage, job.batch)
        elif event == "job_finished" and record.job_id in self._jobs:
            job = self._jobs.pop(record.job_id)
            self._progress.finished(job.stage, job.batch, _seconds(job.benchmark))
        elif event == "job_error" and record.jobid in self._jobs:
            job = self._jobs[record.jobid]
            self._progress.failed(job.stage, job.batch)


def _seconds(benchmark: str | None) -> float | None:
    """The seconds in a file of the engine's directive ``benchmark``, first column of its second line."""
    try:
        return float(Path(benchmark or "").read_text(encoding="utf-8").splitlines()[1].split("\t")[0])
    except (OSError, ValueError, IndexError):
        return None
