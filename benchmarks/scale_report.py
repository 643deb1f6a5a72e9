"""The figures of benchmarks/scale.py: what they are, and how they are written as Markdown and as JSON."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import NamedTuple

from disk import Room
from replica import Source
from runs import median_usage
from usage import Usage

NAMES = {
    "workflow": "workflow",
    "plain": "plain loop, the same functions",
    "histogram": "workflow, `method: histogram`",
    "essay": "the essay's method",
}


class Setup(NamedTuple):
    """What to measure.

    name: of the small table. repeat: how often the workflow and the plain loop run, in turn. latency: of the server, in
    milliseconds. skip: what of OPTIONAL is left out. settings: come on top of the default config.
    """

    name: str
    sources: list[Source]
    images: Path
    rows: int
    cores: int
    repeat: int = 1
    latency: float = 0.0
    skip: Sequence[str] = ()
    settings: dict[str, object] = {}


class Run(NamedTuple):
    """A whole run: what it cost, stage -> CPU seconds, and the letters that came out."""

    usage: Usage
    stages: Counter[str]
    letters: int


class Change(NamedTuple):
    """A run on a finished table: what was changed, what it cost, rule -> jobs, and stage -> rows it worked on."""

    what: str
    usage: Usage
    jobs: Counter[str]
    worked: Mapping[str, int]


@dataclass
class Figures:
    """What was measured.

    runs: name -> runs by repetition. difference: the first file that is not the same in the datasets of workflow and
    plain loop; empty when all are. skipped: images that were not compared for each that was. batches: of the table.
    disk: folder -> what the finished workflow has in it.
    """

    runs: dict[str, list[Run]] = field(default_factory=dict)
    difference: str = ""
    skipped: int = 0
    changes: list[Change] = field(default_factory=list)
    batches: int = 0
    disk: dict[str, Room] = field(default_factory=dict)

    def add(self, name: str, run: Run) -> None:
        self.runs.setdefault(name, []).append(run)


def report(setup: Setup, figures: Figures) -> str:
    """``figures`` as a section of Markdown."""
    copies = -(-setup.rows // len(setup.sources))
    latency = f" ({setup.latency:g} ms before an answer)" if setup.latency else ""
    repeat = f", medians of {setup.repeat} runs" if setup.repeat > 1 else ""
    table = f"{len(setup.sources):,} rows of {setup.name}, each up to {copies} times"
    parts = [
        f"## Whole runs: {setup.rows:,} rows",
        f"{table}, images from a local HTTP server{latency}. {figures.batches:,} batches, {setup.cores} cores, nothing "
        f"in the cache{repeat}.",
        _runs(setup, figures),
        _ratios(figures),
        _stages(figures),
    ]
    if figures.changes:
        parts.append(_changes(figures))
    parts.append(_disk(setup, figures))
    return "\n\n".join(parts)


def _runs(setup: Setup, figures: Figures) -> str:
    lines = [
        "| run | wall, s | rows a second | CPU, s | largest process, MB | all processes, MB | letters |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, label in NAMES.items():
        if name in figures.runs:
            used = _median(figures.runs[name])
            memory = f"{used.largest:,.0f} | {_together(used)}"
            letters = figures.runs[name][-1].letters
            speed = f"{used.wall:,.1f} | {setup.rows / used.wall:,.0f} | {used.cpu:,.1f}"
            lines.append(f"| {label} | {speed} | {memory} | {letters:,} |")
    return "\n".join(lines)


def _ratios(figures: Figures) -> str:
    used = {name: _median(runs) for name, runs in figures.runs.items()}
    wall = {name: usage.wall for name, usage in used.items()}
    lines = []
    if "plain" in wall:
        pairs = zip(figures.runs["workflow"], figures.runs["plain"], strict=True)
        ratios = [workflow.usage.wall / plain.usage.wall for workflow, plain in pairs]
        spread = f" ({min(ratios):.2f} to {max(ratios):.2f})" if len(ratios) > 1 else ""
        read = f" (of the images, one in {figures.skipped + 1})" if figures.skipped else ""
        same = (
            f"**differ**, first in {figures.difference}" if figures.difference else f"are the same, byte for byte{read}"
        )
        cpu = used["workflow"].cpu / used["plain"].cpu
        lines += [
            f"- Overhead ratio, workflow / plain loop: {wall['workflow'] / wall['plain']:.3f} of wall time{spread}, "
            f"{cpu:.3f} of CPU time.",
            f"- The datasets of both {same}.",
        ]
    if "essay" in wall:
        lines += [
            f"- Wall time of the essay's method / {NAMES[name]}: {wall['essay'] / wall[name]:.2f}."
            for name in ("workflow", "histogram")
            if name in wall
        ]
    return "\n".join(lines)


def _stages(figures: Figures) -> str:
    """CPU seconds by stage. What no stage takes is Snakemake, starting Python for each job, and reading the table."""
    names = [name for name in NAMES if name in figures.runs and figures.runs[name][0].stages]
    spent = {name: _median_stages(figures.runs[name]) for name in names}
    in_order = sorted(names, key=lambda name: name != "plain")  # the plain loop tells its stages as they come
    stages = dict.fromkeys(stage for name in in_order for stage in spent[name])
    lines = [f"| CPU seconds | {' | '.join(NAMES[name] for name in names)} |", "|---|" + "---:|" * len(names)]
    for stage in stages:
        cells = [f"{spent[name][stage]:,.1f}" if stage in spent[name] else "" for name in names]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    rest = [_median(figures.runs[name]).cpu - sum(spent[name].values()) for name in names]
    lines.append(f"| everything else: planning, starting, keeping records | {' | '.join(f'{s:,.1f}' for s in rest)} |")
    return "\n".join(lines)


def _changes(figures: Figures) -> str:
    lines = [
        "| then | wall, s | CPU, s | largest process, MB | rows aligned, cut | jobs |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for what, used, jobs, worked in figures.changes:
        rows = ", ".join(f"{count:,}" for count in worked.values())
        lines.append(f"| {what} | {used.wall:.1f} | {used.cpu:.1f} | {used.largest:,.0f} | {rows} | {_jobs(jobs)} |")
    return "\n".join(lines)


def _jobs(jobs: Counter[str]) -> str:
    return ", ".join(f"{rule} {count}" for rule, count in jobs.items() if rule != "all") or "none"


def _disk(setup: Setup, figures: Figures) -> str:
    lines = ["| on disk, per 1,000 rows | files | MB | MB as the file system keeps them |", "|---|---:|---:|---:|"]
    total = [sum(values) for values in zip(*figures.disk.values(), strict=True)]
    for name, room in [*figures.disk.items(), ("together", total)]:
        files, size, disk = (1000 * value / setup.rows for value in room)
        lines.append(f"| {name} | {files:,.1f} | {size / 1e6:,.3f} | {disk / 1e6:,.3f} |")
    lines += ["", "The images of `dataset` and `.rows` are hard links to those of other folders, and count there."]
    return "\n".join(lines)


def _median(runs: list[Run]) -> Usage:
    return median_usage(run.usage for run in runs)


def _median_stages(runs: list[Run]) -> dict[str, float]:
    return {stage: statistics.median(run.stages[stage] for run in runs) for stage in runs[0].stages}


def _together(used: Usage) -> str:
    return f"{used.together:,.0f}" if used.together else ""


def as_json(value: object) -> object:
    """``value`` with names instead of tuples."""
    if is_dataclass(value):
        value = vars(value)
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, list) else value
