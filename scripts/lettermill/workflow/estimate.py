"""How long the stages of a run take: as it was measured once, corrected by what the jobs of this run take."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple


class Stage(NamedTuple):
    """What a stage of the workflow costs.

    seconds: for a row, on one core. once: it is one job for all rows, with the machine for itself; else a job for each
    batch. waits: for others, so that its jobs say nothing of the speed of the machine. most: rows that cost, at most.
    """

    name: str
    seconds: float
    once: bool = False
    waits: bool = False
    most: int | None = None


STAGES = (
    Stage("download", 0.0016, waits=True),
    Stage("crop", 0.0012),
    Stage("segment", 0.00065),
    Stage("match", 0.00006),
    Stage("learn", 0.022, once=True, most=4_000),
    Stage("align", 0.0053),
    Stage("cut", 0.0013),
    Stage("dataset", 0.00025, once=True),
    Stage("sheets", 0.00004, once=True),
    Stage("review", 0.00005, once=True),
    Stage("report", 0.001, once=True, most=6_000),
    Stage("fit", 0.09, once=True),  # by default; other settings of config `train` are not looked at
    Stage("export_huggingface", 0.0016),
    Stage("export_webdataset", 0.0008),
    Stage("normalise", 0.0015),
    Stage("export_folders", 0.0003, once=True),
    Stage("export_idx", 0.0003, once=True),
    Stage("export_npz", 0.0002, once=True),
)
"""In the order of the flow. Jobs of other rules are over in no time."""

START_OF_JOB = 0.4
"""Seconds that a job takes with no rows."""

TRUST = 3.0
"""Seconds of work after which what is seen of this run counts as much as what was expected of it."""

PATIENCE = 3
"""Times what a job should take without news of any: it is late. Those of batches differ in length."""


class Tally:
    """The jobs of one stage.

    batches: all of them, with their rows. open: those that have not ended. began: when the first one started. last:
    when the last one that has ended did. took, expected: seconds of those that have ended.
    """

    def __init__(self, stage: Stage, batches: dict[str, int]):
        self.stage = stage
        self.batches = batches
        self.rows = sum(batches.values())
        self.open = dict(batches)
        self.began: float | None = None
        self.last = 0.0
        self.took = self.expected = 0.0
        self._starts: dict[str, float] = {}

    @property
    def rows_done(self) -> int:
        """Rows of the jobs that have ended."""
        return self.rows - sum(self.open.values())

    def start(self, batch: str, now: float) -> None:
        """A job starts, for the first time or again."""
        self._starts[batch] = now
        if self.began is None:
            self.began = self.last = now

    def finish(self, batch: str, now: float, seconds: float | None) -> None:
        """A job that has started ends well. seconds: that it took, if known; else those since its start count."""
        start = self._starts.pop(batch)
        self.took += now - start if seconds is None else seconds
        self.expected += self.cost([self.open.pop(batch)])
        self.last = now

    def cost(self, jobs: Collection[int]) -> float:
        """Expected seconds of jobs with so many rows, one after another."""
        most = self.stage.most
        return len(jobs) * START_OF_JOB + self.stage.seconds * sum(min(rows, most or rows) for rows in jobs)


def pace(tallies: Iterable[Tally], before: float) -> float:
    """How much longer than expected jobs take; ``before``: what to think when none has ended."""
    known = list(tallies)
    took, expected = sum(tally.took for tally in known), sum(tally.expected for tally in known)
    return (took + before * TRUST) / (expected + TRUST)


class Wave:
    """Stages whose jobs run side by side; a stage that works once is a wave of its own, before and after others.

    workers: jobs that may run at a time. Which of the jobs that are reported to have started do run is not looked at:
    on a cluster they may as well be waiting in a queue.
    """

    def __init__(self, tallies: Sequence[Tally], workers: int):
        self._tallies = tallies
        self._workers = workers
        self._once = tallies[0].stage.once

    def seconds(self, pace_of: Callable[[Tally], float]) -> float:
        """Expected time for all of it."""
        costs = [pace_of(tally) * tally.cost(tally.batches.values()) for tally in self._tallies]
        return sum(costs) / self._at_a_time()

    def seconds_done(self, pace_of: Callable[[Tally], float], now: float) -> float:
        """Of these, those of the jobs that have ended; of a stage that works once, those that its job has run."""
        passed = self._without_news(now) if self._once else 0.0
        return self.seconds(pace_of) - max(self._open(pace_of) / self._at_a_time() - passed, 0.0)

    def seconds_left(self, pace_of: Callable[[Tally], float], now: float) -> float:
        """Expected time for what is open: as when the last job ended, less the time since, but no more than a job."""
        passed = min(self._without_news(now), self._a_job(pace_of))
        return max(self._open(pace_of) / self._at_a_time() - passed, 0.0)

    def is_late(self, pace_of: Callable[[Tally], float], now: float) -> bool:
        """Whether a job should have ended for long: the time left is then anybody's guess."""
        return self._without_news(now) > (1 if self._once else PATIENCE) * self._a_job(pace_of)

    def _open(self, pace_of: Callable[[Tally], float]) -> float:
        """Expected seconds of the jobs that have not ended, one after another."""
        return sum(pace_of(tally) * tally.cost(tally.open.values()) for tally in self._tallies)

    def _a_job(self, pace_of: Callable[[Tally], float]) -> float:
        """The same of one of them."""
        return self._open(pace_of) / max(sum(len(tally.open) for tally in self._tallies), 1)

    def _begun(self) -> list[Tally]:
        return [tally for tally in self._tallies if tally.began is not None]

    def _without_news(self, now: float) -> float:
        """Seconds since a job has ended, or the first one started; 0 before, and when all have ended."""
        is_on = self._begun() and any(tally.open for tally in self._tallies)
        return now - max(tally.last for tally in self._begun()) if is_on else 0.0

    def _at_a_time(self) -> float:
        """Jobs that run at a time, as seen so far; at first, as many as may."""
        begun = self._begun()
        if not begun or self._once:
            return self._workers
        seconds = max(tally.last for tally in begun) - min(tally.began for tally in begun)
        return (sum(tally.took for tally in begun) + self._workers * TRUST) / (seconds + TRUST)
