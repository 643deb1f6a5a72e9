"""How long the jobs of a run took, by the rule: what Snakemake has measured of each, and what its log says."""

import csv
import re
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from lettermill.workflow.estimate import STAGES

LONG_ENOUGH = 2.0
"""Seconds that a job takes at least of which Snakemake knows how much memory it needs: it looks but now and then."""

# See ``lettermill.workflow.job.job_log``.
_CPU = re.compile(r"done in [\d.]+ s, ([\d.]+) s of CPU")


class Time(NamedTuple):
    """The last run of each job of a rule.

    wall, cpu: seconds by the clock and of processors, of all of them; slowest: of one. memory: MB, the most of one,
    None where no job took long enough.
    """

    rule: str
    jobs: int
    wall: float
    slowest: float
    cpu: float
    memory: float | None


def read_times(benchmarks: Path, logs: Path, batches: Collection[str]) -> list[Time]:
    """The times in the folder ``benchmarks``, {rule}.tsv or {rule}/{batch}.tsv, in the order of the flow.

    logs: folder of the jobs' logs, likewise; without one, Snakemake's measure of processors counts. Of batches, those
    that there are. Files that are not what Snakemake writes are left out.
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
    """CPU seconds that the last line of a job's log gives."""
    try:
        with open(path, "rb") as file:
            file.seek(max(path.stat().st_size - 200, 0))
            found = _CPU.findall(file.read().decode(errors="replace"))
    except OSError:
        return otherwise
    return float(found[-1]) if found else otherwise


def _read(path: Path) -> tuple[float, float, float] | None:
    """(seconds, seconds of CPU, MB) of a job; 0 MB where it was over too soon to be looked at."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        wall, cpu, memory = (row[key] for key in ("s", "cpu_time", "max_rss"))
        return _number(wall), _number(cpu), _number(memory)
    except (OSError, StopIteration, KeyError, ValueError, TypeError):
        return None


def _number(field: str) -> float:
    return 0.0 if field in ("-", "NA") else float(field)
