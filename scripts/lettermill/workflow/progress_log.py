"""Watches a run: follows its jobs by Snakemake's log records, and shows progress lines."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from lettermill.workflow.progress import Progress

ROUTINE = {"job_info", "group_info", "shellcmd", "job_started", "job_finished", "progress"}
"""Events of Snakemake (``snakemake_interface_logger_plugins.common.LogEvent``) that every job causes, even without a
problem."""

CHOOSING = "Select jobs to execute..."
"""Snakemake's message before it starts jobs. It has no event."""

SHORTEST = 2.0
"""Seconds between lines, at first."""


def is_news(record: logging.LogRecord) -> bool:
    """Whether a record of Snakemake is more than routine; a filter for a logging handler."""
    if record.levelno > logging.INFO:
        return True
    about_rules = getattr(getattr(record, "quietness", None), "name", None) == "RULES"  # a temporary file is removed
    return getattr(record, "event", None) not in ROUTINE and not about_rules and record.msg != CHOOSING


class Watch(logging.Handler):
    """Follows the jobs of a run and shows a progress line from time to time.

    own_name: returns a rule's name in Lettermill. say: is called with each line. growth, longest: the wait between two
    lines is at first SHORTEST seconds, then the share ``growth`` of the time since the start, at most ``longest``
    seconds. An error here never stops a run.
    """

    def __init__(
        self,
        progress: Progress,
        own_name: Callable[[str], str],
        say: Callable[[str], None],
        growth: float,
        longest: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__()
        self._progress, self._own_name, self._say, self._clock = progress, own_name, say, clock
        self._growth, self._longest = growth, longest
        self._began = self._last = clock()
        self._jobs: dict[object, tuple[str, str]] = {}  # (stage, batch)
        self._over = threading.Event()

    def start(self) -> None:
        """Start the clock, in the background, so that lines also appear during a long job."""
        threading.Thread(target=self._beat, name="progress", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Update the progress with a record of a job."""
        try:
            self._count(record)
        except Exception:
            self.handleError(record)

    def tick(self) -> None:
        """Show a progress line if it is time to, and the last one has not come."""
        now = self._clock()
        if self._progress.is_over:
            return
        if now - self._last >= max(SHORTEST, min(self._growth * (self._last - self._began), self._longest)):
            self._last = now
            self._say(self._progress.line())

    def end(self) -> None:
        """Show the last progress line."""
        self.acquire()  # Snakemake's records and the clock run in other threads
        try:
            if not self._over.is_set():
                self._say(self._progress.last_line())
            self._over.set()
        finally:
            self.release()

    def close(self) -> None:
        """Show no more lines."""
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

    def _count(self, record: Any) -> None:
        event = getattr(record, "event", None)
        if event == "job_info":
            job = self._own_name(record.rule_name), dict(record.wildcards).get("batch", "")
            self._jobs[record.jobid] = job
            self._progress.started(*job)
        elif event == "job_finished" and record.job_id in self._jobs:
            self._progress.finished(*self._jobs.pop(record.job_id))
        elif event == "job_error" and record.jobid in self._jobs:
            self._progress.failed(*self._jobs[record.jobid])
