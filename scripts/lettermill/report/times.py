"""How long the jobs of a run took: what the engine has measured of each, by the rule."""

import csv
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from lettermill.progress.estimate import STAGES


class Time(NamedTuple):
    """The last run of each job of a rule. wall, cpu: seconds, of all of them. slowest: of one. memory: MB, the most of
    one, None where none was long enough to be looked at."""

    rule: str
    jobs: int
    wall: float
    slowest: float
    cpu: float
    memory: float | None


def read_times(folder: Path, batches: Collection[str]) -> list[Time]:
    """The times in ``folder``, {rule}.tsv or {rule}/{batch}.tsv, in the order of the flow; of batches, those that there
    are. Files that are not what the engine writes are left out."""
    jobs: dict[str, list[tuple[float, float, float]]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        place = path.relative_to(folder)
        if len(place.parts) > 1 and place.stem not in batches:
            continue
        found = _read(path)
        if found is not None:
            jobs.setdefault(place.with_suffix("").parts[0], []).append(found)
    order = [stage.name for stage in STAGES]
    names = sorted(jobs, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [_sum(name, jobs[name]) for name in names]


def _sum(rule: str, jobs: list[tuple[float, float, float]]) -> Time:
    wall, cpu, memory = zip(*jobs, strict=True)
    return Time(rule, len(jobs), sum(wall), max(wall), sum(cpu), max(memory) or None)


def _read(path: Path) -> tuple[float, float, float] | None:
    """(seconds, seconds of CPU, MB) of a job; 0 MB where it was over too soon to be looked at."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        return tuple(float(row[key]) if row[key] not in ("-", "NA") else 0.0 for key in ("s", "cpu_time", "max_rss"))
    except (OSError, StopIteration, KeyError, ValueError, TypeError):
        return None
