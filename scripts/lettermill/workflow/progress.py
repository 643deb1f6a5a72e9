"""The progress of a run in rows: how many each stage has done, how fast, and how long the rest will take.

A run may do anything from one job of one batch to everything for a million rows, and a row costs a hundred times more
in one stage than in another. So the share of the work that is done is one of time, not of jobs.
"""

import time
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import NamedTuple

from lettermill.workflow.estimate import STAGES, Tally, Wave, pace


class Job(NamedTuple):
    """A job of a run; batch: "" for the stages that work once."""

    stage: str
    batch: str
    rows: int


class Progress:
    """What is planned, done and failed of the jobs of a run.

    jobs: all that the run will do; those of rules that are none of STAGES are left out. workers: jobs that may run at
    a time. clock: seconds.
    """

    def __init__(self, jobs: Iterable[Job], workers: int, clock: Callable[[], float] = time.monotonic):
        planned: dict[str, dict[str, int]] = {}
        for job in jobs:
            planned.setdefault(job.stage, {})[job.batch] = job.rows
        self._tallies = {stage.name: Tally(stage, planned[stage.name]) for stage in STAGES if stage.name in planned}
        waves = groupby(self._tallies.values(), key=lambda tally: tally.stage.name if tally.stage.once else "")
        self._waves = [Wave(list(tallies), 1 if name else max(workers, 1)) for name, tallies in waves]
        self._failed: dict[tuple[str, str], None] = {}
        self._share = 0.0
        self._clock = clock
        self._began = clock()

    def started(self, stage: str, batch: str) -> None:
        """A job starts, for the first time or again after it has failed."""
        if self._is_open(stage, batch):
            self._failed.pop((stage, batch), None)
            self._tallies[stage].start(batch, self._clock())

    def finished(self, stage: str, batch: str, seconds: float | None = None) -> None:
        """A job that has started ends well.

        seconds: that it took by its own account, if it has one; on a cluster it may have waited in a queue before.
        """
        if self._is_open(stage, batch):
            self._tallies[stage].finish(batch, self._clock(), seconds)

    def failed(self, stage: str, batch: str) -> None:
        """A job fails."""
        if self._is_open(stage, batch):
            self._failed[stage, batch] = None

    @property
    def is_over(self) -> bool:
        """Whether all jobs have ended well."""
        return not any(tally.open for tally in self._tallies.values())

    @property
    def rows(self) -> int:
        """Rows that the run works on."""
        return sum(self._by_batch().values()) or max((tally.rows for tally in self._tallies.values()), default=0)

    @property
    def rows_done(self) -> int:
        """Of these, the rows with which all that is planned for their batch has been done."""
        batches = self._by_batch()
        if not batches:
            return self.rows if self.is_over else 0
        still = {batch for tally in self._tallies.values() if not tally.stage.once for batch in tally.open}
        return sum(rows for batch, rows in batches.items() if batch not in still)

    @property
    def seconds_left(self) -> float:
        """Estimated time to the end of the run, without regard to jobs that have failed."""
        now = self._clock()
        return sum(wave.seconds_left(self._pace, now) for wave in self._waves)

    @property
    def share(self) -> float:
        """Share of the work that is done, from 0 to 1; 1 only when all of it is. It never falls."""
        if self.is_over:
            return 1.0
        now = self._clock()
        done = sum(wave.seconds_done(self._pace, now) for wave in self._waves)
        self._share = min(max(self._share, done / sum(wave.seconds(self._pace) for wave in self._waves)), 0.99)
        return self._share

    @property
    def rate(self) -> float | None:
        """Rows a second that get through the stages that are at work; None before there are any."""
        active = [tally for tally in self._active() if not tally.stage.once]
        if not any(tally.rows_done for tally in active):
            return None
        seconds = max(tally.last for tally in active) - min(tally.began for tally in active)
        weights = [self._pace(tally) * tally.cost(tally.batches.values()) / tally.rows for tally in active]
        through = sum(weight * tally.rows_done for weight, tally in zip(weights, active, strict=True)) / sum(weights)
        return through / seconds if seconds > 0 else None

    def line(self) -> str:
        """Where the run is, for people: rows done of rows in the stages at work, share, rate, and the time left.

        There is no time left in it while the jobs that run take much longer than they should, or when one has failed.
        """
        if self.is_over:
            return f"{self._rows()} · 100 %"
        return " · ".join([self._stages(), _percent(self.share), *_per_second(self.rate), *self._rest()])

    def last_line(self) -> str:
        """The same when the run has ended, well or not."""
        seconds = self._clock() - self._began
        if self.is_over:
            rate = self.rows / seconds if seconds > 0 else None
            return " · ".join([self._rows(), "100 %", *_per_second(rate), f"{_span(seconds)} in all"])
        rest = f"stopped after {_span(seconds)}"
        if self._failed:
            named = [" ".join(job).strip() for job in self._failed]
            rest = f"{len(named)} failed: {', '.join(named[:3])}{', …' if len(named) > 3 else ''}"
        return " · ".join([self._rows(), _percent(self.share), rest])

    def _is_open(self, stage: str, batch: str) -> bool:
        return stage in self._tallies and batch in self._tallies[stage].open

    def _by_batch(self) -> dict[str, int]:
        tallies = [tally for tally in self._tallies.values() if not tally.stage.once]
        return {batch: rows for tally in tallies for batch, rows in tally.batches.items()}

    def _active(self) -> list[Tally]:
        """The stages that have begun and are not over."""
        return [tally for tally in self._tallies.values() if tally.open and tally.began is not None]

    def _pace(self, tally: Tally) -> float:
        """How much longer than expected the jobs of a stage take here; until some have ended, as those of all stages.

        How long others take to answer a download says nothing of that.
        """
        machine = pace((other for other in self._tallies.values() if not other.stage.waits), 1.0)
        return pace([tally], 1.0 if tally.stage.waits else machine)

    def _rows(self) -> str:
        return f"{self.rows_done:,} of {self.rows:,} rows done"

    def _stages(self) -> str:
        active = self._active() or [next(tally for tally in self._tallies.values() if tally.open)]
        parts = []
        for (once, rows), tallies in groupby(active, key=lambda tally: (tally.stage.once, tally.rows)):
            if once:
                parts += [self._alone(tally) for tally in tallies]
            else:
                counts = ", ".join(f"{tally.stage.name} {tally.rows_done:,}" for tally in tallies)
                parts.append(f"{counts} of {rows:,} rows")
        return "; ".join(parts)

    def _rest(self) -> list[str]:
        if self._failed:
            return [f"{len(self._failed)} job{'s' * (len(self._failed) > 1)} failed"]
        now = self._clock()
        if any(wave.is_late(self._pace, now) for wave in self._waves):
            return []
        return [f"{_span(max(self.seconds_left, 1))} left"]

    def _alone(self, tally: Tally) -> str:
        so_far = "" if tally.began is None else f", {_span(self._clock() - tally.began)} so far"
        return f"{tally.stage.name}, all {tally.rows:,} rows{so_far}"


def _percent(share: float) -> str:
    return f"{int(100 * share)} %"


def _per_second(rate: float | None) -> list[str]:
    if not rate:
        return []
    return [f"{rate:,.0f} rows/s" if rate >= 10 else f"{rate:.1f} rows/s"]


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3_600:.1f} h"
