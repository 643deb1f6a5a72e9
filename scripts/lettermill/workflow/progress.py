"""The progress of a run in rows: how many each stage has done, how fast, and the time left.

A run may be one job of one batch, or everything for a million rows, and a row costs a hundred times more in one stage
than in another. So the share of the work that is done is a share of time, not of jobs.
"""

import time
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import NamedTuple

from lettermill.base.durations import span
from lettermill.workflow.estimate import STAGES, Speeds, StageJobs

PATIENCE = 3
"""A job is late if there is no news for so many times its expected duration. Then no time left is shown."""


class Job(NamedTuple):
    """A job of a run. batch: "" for stages that are one job for all rows."""

    stage: str
    batch: str
    rows: int


class Progress:
    """The planned, finished and failed jobs of a run.

    jobs: all jobs of the run; those of rules that are not in STAGES are ignored. workers, is_local: see ``Speeds``.
    clock: returns seconds.
    """

    def __init__(
        self, jobs: Iterable[Job], workers: int, is_local: bool = True, clock: Callable[[], float] = time.monotonic
    ):
        batches: dict[str, dict[str, int]] = {}
        for job in jobs:
            batches.setdefault(job.stage, {})[job.batch] = job.rows
        self._stages = {stage.name: StageJobs(stage, batches[stage.name]) for stage in STAGES if stage.name in batches}
        self._by_batch = [jobs for jobs in self._stages.values() if not jobs.stage.once]
        self._workers, self._is_local, self._clock = workers, is_local, clock
        self._failed: dict[tuple[str, str], None] = {}
        self._share = 0.0
        self._began = self._news = clock()

    def started(self, stage: str, batch: str) -> None:
        """A job starts, for the first time or again after a failure."""
        if self._is_open(stage, batch):
            jobs, now = self._stages[stage], self._clock()
            if not self._running():
                self._news = now
            jobs.start(batch, now)
            self._failed.pop((stage, batch), None)

    def finished(self, stage: str, batch: str) -> None:
        """A job that has started succeeds."""
        if self._is_open(stage, batch):
            now = self._clock()
            self._stages[stage].finish(batch, now - self._news)
            self._news = now

    def failed(self, stage: str, batch: str) -> None:
        """A job fails."""
        if self._is_open(stage, batch):
            self._stages[stage].running.discard(batch)
            self._failed[stage, batch] = None

    @property
    def is_over(self) -> bool:
        """Whether all jobs have succeeded."""
        return not any(jobs.open for jobs in self._stages.values())

    @property
    def rows(self) -> int:
        """Rows that the run processes."""
        return sum(self._batches().values()) or max((jobs.rows for jobs in self._stages.values()), default=0)

    @property
    def rows_done(self) -> int:
        """Rows of the batches whose planned jobs have all succeeded."""
        if not self._by_batch:
            return self.rows if self.is_over else 0
        still = {batch for jobs in self._by_batch for batch in jobs.open}
        return sum(rows for batch, rows in self._batches().items() if batch not in still)

    @property
    def seconds_left(self) -> float:
        """Estimated time to the end of the run, as if no job had failed."""
        return max(self._seconds_open() - min(self._silence(), self._a_job()), 0.0)

    @property
    def share(self) -> float:
        """Share of the work that is done, from 0 to 1; 1 only when all of it is done. It never decreases."""
        if self.is_over:
            return 1.0
        left, speeds = self._seconds_open(), self._speeds()
        if any(jobs.stage.once for jobs in self._running()):  # a long job is working although it reports nothing
            left -= min(self._silence(), self._a_job())
        total = sum(speeds.seconds(jobs, jobs.cost) for jobs in self._stages.values())
        self._share = min(max(self._share, 1 - left / total), 0.99)
        return self._share

    @property
    def rate(self) -> float | None:
        """Rows per second of the active stages; None before the first row is done."""
        active = [jobs for jobs in self._active() if not jobs.stage.once]
        rows = sum(jobs.rows_done for jobs in active) / max(len(active), 1)
        seconds = self._news - min((jobs.began or 0.0 for jobs in active), default=0.0)
        return rows / seconds if rows and seconds > 0 else None

    def line(self) -> str:
        """The progress line: rows done in the active stages, share, rate, and the time left.

        It has no time left while the running jobs take much longer than expected, or after one has failed.
        """
        if self.is_over:
            return f"{self._rows()} · 100 %"
        return " · ".join([self._at_work(), _percent(self.share), *_per_second(self.rate), *self._rest()])

    def last_line(self) -> str:
        """The progress line at the end of the run, successful or not."""
        seconds = self._clock() - self._began
        if self.is_over:
            rate = self.rows / seconds if seconds > 0 else None
            return " · ".join([self._rows(), "100 %", *_per_second(rate), f"{span(seconds)} in all"])
        rest = f"stopped after {span(seconds)}"
        if self._failed:
            named = [" ".join(job).strip() for job in self._failed]
            rest = f"{len(named)} failed: {', '.join(named[:3])}{', …' if len(named) > 3 else ''}"
        return " · ".join([self._rows(), _percent(self.share), rest])

    def _is_open(self, stage: str, batch: str) -> bool:
        return stage in self._stages and batch in self._stages[stage].open

    def _batches(self) -> dict[str, int]:
        return {batch: rows for jobs in self._by_batch for batch, rows in jobs.batches.items()}

    def _active(self) -> list[StageJobs]:
        """The stages that have begun and have not finished."""
        return [jobs for jobs in self._stages.values() if jobs.open and jobs.began is not None]

    def _running(self) -> list[StageJobs]:
        return [jobs for jobs in self._stages.values() if jobs.running]

    def _speeds(self) -> Speeds:
        return Speeds(self._stages.values(), self._workers, self._is_local)

    def _seconds_open(self) -> float:
        """Expected seconds of the jobs that have not finished."""
        speeds = self._speeds()
        return sum(speeds.seconds(jobs, jobs.cost - jobs.done) for jobs in self._stages.values())

    def _silence(self) -> float:
        """Seconds without news while jobs are running."""
        return self._clock() - self._news if self._running() else 0.0

    def _a_job(self) -> float:
        """Expected seconds of the longest running job."""
        costs = [jobs.stage.cost(jobs.open[batch]) for jobs in self._running() for batch in jobs.running]
        return max(costs, default=0.0) / self._speeds().machine

    def _rows(self) -> str:
        return f"{self.rows_done:,} of {self.rows:,} rows done"

    def _at_work(self) -> str:
        active = self._active() or [next(jobs for jobs in self._stages.values() if jobs.open)]
        parts = []
        for (once, rows), stages in groupby(active, key=lambda jobs: (jobs.stage.once, jobs.rows)):
            if once:
                parts += [self._alone(jobs) for jobs in stages]
            else:
                counts = ", ".join(f"{jobs.stage.name} {jobs.rows_done:,}" for jobs in stages)
                parts.append(f"{counts} of {rows:,} rows")
        return "; ".join(parts)

    def _alone(self, jobs: StageJobs) -> str:
        so_far = "" if jobs.began is None else f", {span(self._clock() - jobs.began)} so far"
        return f"{jobs.stage.name}, all {jobs.rows:,} rows{so_far}"

    def _rest(self) -> list[str]:
        if self._failed:
            return [f"{len(self._failed)} job{'s' * (len(self._failed) > 1)} failed"]
        if self._silence() > PATIENCE * self._a_job():
            return []
        return [f"{span(max(self.seconds_left, 1))} left"]


def _percent(share: float) -> str:
    return f"{int(100 * share)} %"


def _per_second(rate: float | None) -> list[str]:
    if not rate:
        return []
    return [f"{rate:,.0f} rows/s" if rate >= 10 else f"{rate:.1f} rows/s"]
