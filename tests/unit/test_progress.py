"""Progress of a run: what it says, and that its estimates hold for runs of all kinds, on a clock of their own."""

import heapq
import logging
from collections.abc import Iterator

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from lettermill.workflow.estimate import STAGES, START_OF_JOB
from lettermill.workflow.progress import Job, Progress
from lettermill.workflow.progress_log import ROUTINE, Watch, is_news

COSTS = {stage.name: stage for stage in STAGES}
ORDER = [stage.name for stage in STAGES]


class Clock:
    """A clock that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def jobs_of(stages: list[str], batches: int, rows: int) -> list[Job]:
    """Jobs for ``batches`` batches of ``rows`` rows."""
    every = [(stage, number) for stage in stages for number in ([""] if COSTS[stage].once else range(batches))]
    return [Job(stage, str(number), rows * batches if number == "" else rows) for stage, number in every]


def seconds_of(job: Job) -> float:
    """What a job takes where it takes what is expected."""
    stage = COSTS[job.stage]
    return START_OF_JOB + stage.seconds * min(job.rows, stage.max_rows or job.rows)


def run(
    jobs: list[Job], workers: int, clock: Clock, progress: Progress, slow: dict[str, float], queued: bool = False
) -> Iterator[float]:
    """Run ``jobs`` as Snakemake does, ``workers`` at a time; yields the time whenever one has ended.

    slow: stage -> how much longer than expected its jobs take. queued: jobs are reported as started when they could
    be, as on a cluster, whether or not a worker is free.
    """
    waiting = {job: _needed(job, jobs) for job in jobs}
    ready, running, reported = [], [], set()
    while waiting or ready or running:
        ready += [job for job, needed in waiting.items() if not needed]
        waiting = {job: needed for job, needed in waiting.items() if needed}
        chosen, ready = ready[: workers - len(running)], ready[workers - len(running) :]
        for job in [*chosen, *(ready if queued else [])]:
            if job not in reported:
                progress.started(job.stage, job.batch)
                reported.add(job)
        for job in chosen:
            heapq.heappush(running, (clock.now + seconds_of(job) * slow.get(job.stage, 1), job))
        clock.now, ended = heapq.heappop(running)
        for needed in waiting.values():
            needed.discard(ended)
        progress.finished(ended.stage, ended.batch)
        yield clock.now


def _needed(job: Job, jobs: list[Job]) -> set[Job]:
    """The jobs of earlier stages that a job waits for."""
    earlier = ORDER[: ORDER.index(job.stage)]
    batches = {other.batch for other in jobs} if COSTS[job.stage].once else {job.batch, ""}
    return {other for other in jobs if other.stage in earlier and other.batch in batches}


RUNS = {
    "as expected": (ORDER, 32, 500, 2, 2, {}, False),
    "a slow machine": (ORDER, 32, 500, 2, 2, dict.fromkeys(ORDER, 3.0), False),
    "a slow network": (ORDER, 32, 500, 4, 4, {"download": 10.0}, False),
    "slow letters": (ORDER, 32, 500, 2, 2, {"align": 4.0}, False),
    "many cores": (ORDER, 256, 500, 64, 64, {}, False),
    "a cluster with fewer nodes than it may use": (["align", "cut", "dataset"], 128, 5_000, 8, 128, {}, True),
    "no recogniser": (["download", "crop", "segment", "match", "cut", "dataset"], 32, 500, 2, 2, {}, False),
}


@pytest.mark.parametrize("name", RUNS)
def test_estimates(name: str) -> None:
    """Share and time left, whenever a job has ended."""
    stages, batches, rows, workers, expected, slow, queued = RUNS[name]
    clock, jobs = Clock(), jobs_of(stages, batches, rows)
    progress = Progress(jobs, expected, not queued, clock)
    seen = []
    for now in run(jobs, workers, clock, progress, slow, queued):
        seen.append((now, progress.share, progress.seconds_left))
    end = clock.now
    shares = [share for _, share, _ in seen]
    assert shares == sorted(shares) and shares[-1] == 1.0 and shares[-2] < 1.0
    assert seen[-1][2] == 0.0 and progress.rows_done == progress.rows == batches * rows
    errors = [left - (end - now) for now, _, left in seen if now > 0.4 * end]
    assert errors and max(map(abs, errors)) < 0.25 * end


def test_a_run_in_words() -> None:
    clock = Clock()
    progress = Progress(jobs_of(["match", "learn", "align", "cut", "dataset"], 2, 1_000), 2, clock=clock)
    assert progress.line().startswith("match 0 of 2,000 rows · 0 % · 5")
    for batch in ("0", "1"):
        progress.started("match", batch)
    clock.now = 0.5
    progress.finished("match", "0")
    assert progress.line().startswith("match 1,000 of 2,000 rows · 0 % · 2,000 rows/s · ")
    progress.finished("match", "1")
    progress.started("learn", "")
    clock.now = 20.5
    assert progress.line() == "learn, all 2,000 rows, 20 s so far · 38 % · 33 s left"
    progress.finished("learn", "")
    progress.started("align", "0")
    clock.now = 26.2
    progress.finished("align", "0")
    progress.started("align", "1")
    progress.started("cut", "0")
    clock.now = 27.9
    progress.finished("cut", "0")
    line = progress.line()
    assert line.startswith("align 1,000, cut 1,000 of 2,000 rows · ") and " · 135 rows/s · " in line
    for stage, batch in (("align", "1"), ("cut", "1"), ("dataset", "")):
        progress.started(stage, batch)
        progress.finished(stage, batch)
    assert progress.line() == "2,000 of 2,000 rows done · 100 %"
    assert progress.last_line() == "2,000 of 2,000 rows done · 100 % · 72 rows/s · 28 s in all"


def test_a_long_job_is_no_standstill() -> None:
    """Time goes by without news: less of it is left, down to what comes after the job."""
    clock = Clock()
    progress = Progress(jobs_of(["learn", "align", "cut"], 4, 1_000), 2, clock=clock)
    progress.started("learn", "")
    seen = []
    for clock.now in (0.0, 30.0, 60.0, 90.0, 500.0):
        seen.append(progress.seconds_left)
    assert seen[0] - seen[1] == pytest.approx(30) and seen[1] - seen[2] == pytest.approx(30)
    assert seen[3] == seen[4] > 10
    assert progress.line() == f"learn, all 4,000 rows, 8 min so far · {int(100 * progress.share)} %"  # who knows?


def test_jobs_in_a_queue_are_no_progress() -> None:
    clock = Clock()
    progress = Progress(jobs_of(["align", "cut"], 40, 1_000), 4, clock=clock)
    for batch in range(40):
        progress.started("align", str(batch))
    before = progress.seconds_left
    clock.now = 500.0
    assert progress.share == 0 and progress.seconds_left > 0.9 * before
    assert progress.line() == "align 0 of 40,000 rows · 0 %"


def test_an_edited_row_is_its_batch() -> None:
    jobs = [Job(stage, "03of16", 19) for stage in ("match", "align", "cut")]
    clock = Clock()
    progress = Progress([*jobs, Job("dataset", "", 298), Job("all", "", 298)], 2, clock=clock)
    assert progress.rows == 19
    list(run(jobs, 2, clock, progress, {}))
    assert progress.rows_done == 19 and not progress.is_over
    assert progress.line().startswith("dataset, all 298 rows · ")
    progress.started("dataset", "")
    progress.finished("dataset", "")
    assert progress.is_over and progress.last_line().startswith("19 of 19 rows done · 100 % · ")


def test_batches_of_different_stages() -> None:
    """Some rows are new and others only edited: each stage has a number of its own."""
    progress = Progress([Job("download", "a", 5), Job("match", "a", 5), Job("match", "b", 7)], 2, clock=Clock())
    progress.started("download", "a")
    progress.started("match", "b")
    assert progress.line().startswith("download 0 of 5 rows; match 0 of 12 rows · 0 % · ")
    assert progress.rows == 12


def test_nothing_to_do() -> None:
    progress = Progress([Job("all", "", 298)], 2, clock=Clock())
    progress.started("all", "")
    progress.finished("all", "")
    assert progress.is_over and progress.rows == 0 and progress.seconds_left == 0.0


def test_only_what_works_once() -> None:
    progress = Progress([Job("sheets", "", 298)], 2, clock=Clock())
    assert (progress.rows_done, progress.rows) == (0, 298)
    progress.started("sheets", "")
    progress.finished("sheets", "")
    assert (progress.rows_done, progress.rows) == (298, 298)


def test_failed_jobs_are_named_until_they_are_tried_again() -> None:
    progress = Progress(jobs_of(["crop", "cut", "dataset"], 6, 10), 2, clock=Clock())
    for batch in "01234":
        progress.started("crop", batch)
    progress.failed("crop", "0")
    assert progress.line().endswith(" · 1 job failed")
    progress.started("crop", "0")
    assert progress.line().endswith(" s left")
    for batch in "01234":
        progress.failed("crop", batch)
    assert progress.line().endswith(" · 5 jobs failed")
    assert progress.last_line() == "0 of 60 rows done · 0 % · 5 failed: crop 0, crop 1, crop 2, …"


def test_a_run_that_is_interrupted() -> None:
    clock = Clock()
    progress = Progress(jobs_of(["crop"], 2, 10), 1, clock=clock)
    progress.started("crop", "0")
    clock.now = 0.5
    progress.finished("crop", "0")
    assert progress.last_line() == "10 of 20 rows done · 50 % · stopped after 0 s"


def record(event: LogEvent | None, message: str = "", level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    """A record as Snakemake makes them."""
    found = {"event": event} if event else {}
    return logging.makeLogRecord({"msg": message, "levelno": level, **found, **fields})


def test_a_job_that_goes_well_is_no_news() -> None:
    assert set(LogEvent) >= ROUTINE
    for event in (LogEvent.JOB_INFO, LogEvent.JOB_STARTED, LogEvent.JOB_FINISHED, LogEvent.PROGRESS):
        assert not is_news(record(event))
    assert not is_news(record(None, "Select jobs to execute..."))
    assert is_news(record(LogEvent.JOB_ERROR, level=logging.ERROR)) and is_news(record(LogEvent.RUN_INFO))
    assert is_news(record(None, "Nothing to be done")) and is_news(record(None, level=logging.WARNING))


@pytest.fixture
def watched() -> Iterator[tuple[Clock, list[str], Watch]]:
    """A watch that lets no more than 10 s pass, with its clock and what it says, of two jobs."""
    clock, said = Clock(), []
    watch = Watch(Progress(jobs_of(["crop"], 2, 10), 1, clock=clock), str, said.append, 0.5, 10.0, clock)
    yield clock, said, watch
    watch.close()


def test_lines_come_less_and_less_often(watched: tuple[Clock, list[str], Watch]) -> None:
    clock, said, watch = watched
    times = []
    for clock.now in range(60):
        before = len(said)
        watch.tick()
        times += [clock.now] * (len(said) - before)
    assert times == [2, 4, 6, 9, 14, 21, 31, 41, 51]


def test_a_watch_counts_what_snakemake_reports(watched: tuple[Clock, list[str], Watch]) -> None:
    clock, said, watch = watched
    for number in (0, 1):
        fields = {"rule_name": "crop", "wildcards": {"batch": str(number)}, "benchmark": None}
        watch.handle(record(LogEvent.JOB_INFO, jobid=7 + number, **fields))
        clock.now += 2
        watch.handle(
            record(LogEvent.JOB_FINISHED, job_id=7 + number) if number else record(LogEvent.JOB_ERROR, jobid=7)
        )
    watch.handle(record(LogEvent.JOB_FINISHED, job_id=99))  # of a job that was not reported
    watch.tick()
    assert said == ["crop 10 of 20 rows · 50 % · 2.5 rows/s · 1 job failed"]
    watch.end()
    watch.end()
    assert said[1:] == ["10 of 20 rows done · 50 % · 1 failed: crop 0"]


def test_what_goes_wrong_in_a_watch_does_not_stop_the_run(
    watched: tuple[Clock, list[str], Watch], capsys: pytest.CaptureFixture
) -> None:
    _, _, watch = watched
    watch.handle(record(LogEvent.JOB_INFO))  # without a job
    assert "AttributeError" in capsys.readouterr().err
