"""How long the stages of a run take: measured once, and corrected by the times of this run's jobs.

The time between the ends of two jobs counts for the stage of the second job. So one number covers how fast a stage is
and how many of its jobs run at the same time: the expected seconds of work that it finishes per second.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Stage(NamedTuple):
    """What a stage of the workflow costs.

    seconds: per row, on one core. once: it is one job for all rows, alone on the machine; otherwise it has one job per
    batch. waits: for servers, so its jobs say nothing about the speed of the machine. max_rows: further rows cost
    nothing.
    """

    name: str
    seconds: float
    once: bool = False
    waits: bool = False
    max_rows: int | None = None

    def cost(self, rows: int) -> float:
        """Expected seconds of a job of this many rows."""
        return START_OF_JOB + self.seconds * min(rows, self.max_rows or rows)


STAGES = (
    Stage("download", 0.0016, waits=True),
    Stage("crop", 0.0012),
    Stage("segment", 0.00065),
    Stage("match", 0.00006),
    Stage("learn", 0.022, once=True, max_rows=4_000),
    Stage("align", 0.0053),
    Stage("cut", 0.0013),
    Stage("dataset", 0.00025, once=True),
    Stage("sheets", 0.00004, once=True),
    Stage("review", 0.00005, once=True),
    Stage("report", 0.001, once=True, max_rows=6_000),
    Stage("export_huggingface", 0.0016),
    Stage("export_webdataset", 0.0008),
    Stage("normalise", 0.0015),
    Stage("export_folders", 0.0003, once=True),
    Stage("export_idx", 0.0003, once=True),
    Stage("export_npz", 0.0002, once=True),
)
"""In the order of the flow. `fit` shows the time left itself. Jobs of other rules are over in no time."""

START_OF_JOB = 0.4
"""Seconds that a job takes with no rows."""

TRUST = 3.0
"""Seconds of work after which the times of this run count as much as the expected ones."""


class StageJobs:
    """The jobs of a stage in a run: batch ("" for all rows) -> rows.

    open: those that have not ended. running: of these, those that have started. cost, done: expected seconds of all
    jobs, and of those that have ended, one after another. seconds: the time that these have taken, in parallel. began:
    when the first job started.
    """

    def __init__(self, stage: Stage, batches: dict[str, int]):
        self.stage, self.batches = stage, batches
        self.open, self.running = dict(batches), set[str]()
        self.rows, self.rows_done = sum(batches.values()), 0
        self.cost, self.done = sum(map(stage.cost, batches.values())), 0.0
        self.seconds = 0.0
        self.began: float | None = None

    def start(self, batch: str, now: float) -> None:
        """A job starts, for the first time or again."""
        self.running.add(batch)
        self.began = now if self.began is None else self.began

    def finish(self, batch: str, seconds: float) -> None:
        """A job ends. seconds: since the one before it, of any stage."""
        self.running.discard(batch)
        rows = self.open.pop(batch)
        self.rows_done += rows
        self.done += self.stage.cost(rows)
        self.seconds += seconds


class Speeds:
    """How fast each stage works, as far as this run has shown.

    workers: jobs that may run at the same time. is_local: they run on this machine, not in a queue.
    """

    def __init__(self, stages: Iterable[StageJobs], workers: int, is_local: bool):
        self._workers = max(workers, 1)
        seen = [jobs for jobs in stages if is_local and not jobs.stage.waits]
        expected = sum(jobs.done / self._at_a_time(jobs) for jobs in seen)
        self.machine = (expected + TRUST) / (sum(jobs.seconds for jobs in seen) + TRUST)  # of one job of any stage

    def seconds(self, jobs: StageJobs, cost: float) -> float:
        """Seconds that work of these jobs takes here. cost: its expected seconds, one job after another."""
        expected = self._at_a_time(jobs) * (1.0 if jobs.stage.waits else self.machine)
        return cost * (jobs.seconds + TRUST) / (jobs.done + expected * TRUST)

    def _at_a_time(self, jobs: StageJobs) -> int:
        return 1 if jobs.stage.once else self._workers
