"""How long the jobs of each rule took, from Snakemake's benchmark files and the jobs' logs."""

import csv
import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from lettermill.workflow.estimate import STAGES

LONG_ENOUGH = 2.0
"""Snakemake samples memory from time to time, and so measures only jobs of at least so many seconds."""

# See ``lettermill.workflow.job.job_log``.
_CPU = re.compile(r"done in [\d.]+ s, ([\d.]+) s of CPU")


class Time(NamedTuple):
    """The last run of each job of a rule.

    wall, cpu: elapsed and CPU seconds of all jobs. slowest: elapsed seconds of the slowest job. memory: MB, the maximum
    of a job; None if no job took long enough to be measured.
    """

    rule: str
    jobs: int
    wall: float
    slowest: float
    cpu: float
    memory: float | None


def read_times(benchmarks: Path, logs: Path, batches: Collection[str]) -> list[Time]:
    """The times in the folder ``benchmarks``, {rule}.tsv or {rule}/{batch}.tsv, in the order of the workflow.

    logs: folder of the jobs' logs, with the same structure; without a log, Snakemake's measure of CPU seconds is used.
    batches: the batches of the table; others are ignored, and so are files that Snakemake has not written.
    """
    jobs: dict[str, list[tuple[float, float, float]]] = {}
    for path in sorted(benchmarks.rglob("*.tsv")):
        place = path.relative_to(benchmarks).with_suffix("")
        if len(place.parts) > 1 and place.name not in batches:
            continue
        found = _read(path)
        if found is not None:
            wall, cpu, memory = found
            jobs.setdefault(place.parts[0], []).append((wall, _logged(logs / f"{place}.log", cpu), memory))
    order = [stage.name for stage in STAGES]
    names = sorted(jobs, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [_sum(name, jobs[name]) for name in names]


def _sum(rule: str, jobs: list[tuple[float, float, float]]) -> Time:
    wall, cpu, memory = zip(*jobs, strict=True)
    seen = max(memory) if max(wall) >= LONG_ENOUGH else None
    return Time(rule, len(jobs), round(sum(wall), 2), max(wall), round(sum(cpu), 2), seen)


def _logged(path: Path, otherwise: float) -> float:
    """The CPU seconds in the last line of a job's log."""
    try:
        with open(path, "rb") as file:
            file.seek(max(path.stat().st_size - 200, 0))
            found = _CPU.findall(file.read().decode(errors="replace"))
    except OSError:
        return otherwise
    return float(found[-1]) if found else otherwise


def _read(path: Path) -> tuple[float, float, float] | None:
    """(seconds, CPU seconds, MB) of a job; 0 MB if it was too short to be measured."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        wall, cpu, memory = (row[key] for key in ("s", "cpu_time", "max_rss"))
        return _number(wall), _number(cpu), _number(memory)
    except (OSError, StopIteration, KeyError, ValueError, TypeError):
        return None


def _number(field: str) -> float:
    return 0.0 if field in ("-", "NA") else float(field)
