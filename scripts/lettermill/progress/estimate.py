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
    Stage("learn", 0.017, once=True, most=4_000),
    Stage("align", 0.0053),
    Stage("cut", 0.0013),
    Stage("dataset", 0.00025, once=True),
    Stage("sheets", 0.0001, once=True),
)
"""In the order of the flow. Jobs of other rules are over in no time."""

START_OF_JOB = 0.4
"""Seconds that a job takes with no rows."""

TRUST = 3.0
"""Seconds of work after which what is seen of this run counts as much as what was expected of it."""


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

    workers: jobs that may run at a time.
    """

    def __init__(self, tallies: Sequence[Tally], workers: int):
        self._tallies = tallies
        self._workers = workers

    def seconds(self, pace_of: Callable[[Tally], float]) -> float:
        """Expected time for all of it."""
        costs = [pace_of(tally) * tally.cost(tally.batches.values()) for tally in self._tallies]
        return sum(costs) / self._at_a_time()

    def seconds_left(self, pace_of: Callable[[Tally], float], now: float) -> float:
        """Expected time for what is open: as it was when the last job ended, less the time since, up to that of a job.

        Which jobs run is not looked at: on a cluster they may as well be waiting in a queue.
        """
        cost = sum(pace_of(tally) * tally.cost(tally.open.values()) for tally in self._tallies)
        begun = [tally.last for tally in self._tallies if tally.began is not None]
        a_job = cost / max(sum(len(tally.open) for tally in self._tallies), 1)
        return max(cost / self._at_a_time() - min(now - max(begun, default=now), a_job), 0.0)

    def _at_a_time(self) -> float:
        """Jobs that run at a time, as seen so far; at first, as many as may."""
        begun = [tally for tally in self._tallies if tally.began is not None]
        if not begun or self._tallies[0].stage.once:
            return self._workers
        seconds = max(tally.last for tally in begun) - min(tally.began for tally in begun)
        return (sum(tally.took for tally in begun) + self._workers * TRUST) / (seconds + TRUST)
