"""What it costs to plan a large table, and to start one job of it on a cluster.

usage: python benchmarks/plan.py [--sizes 130000,1000000] [--table TABLE.csv --columns ID,IMAGE,TEXT]

Plan: `snakemake -n` on a table of that many rows with URLs (benchmarks/replica.py), of which nothing is finished. This
is the time between the command and the first job. It is measured for a new table, and again for the same table.

Start of a cluster job: on the smallest table, a job of `match` with nothing to match (a file of boxes without a box) is
run by the command that Snakemake submits to a cluster's queue, see benchmarks/engine/snakemake_executor_plugin_timed.
The time before its script begins to work is what every job costs: starting Snakemake, reading the Snakefile and the
plan of the batch, starting Python for the script, importing. The time after the work is the end of Snakemake, which
waits until a second has passed since it began the job; a longer job does not wait. Neither includes the queue's own
time.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lettermill.plan.batches import batch_count, batch_of
from lettermill.records.csv_files import write_results
from lettermill.records.schemas import SegmentedBox
from replica import SETTLED, Source, read_sources, replicate, write_project
from runs import run_workflow
from segment_match import CONFIG, ROOT, SAMPLE, columns_of, table_arguments
from usage import Usage

SIZES = "130000,1000000"


class Planned(NamedTuple):
    """A table of so many rows: its batches, and what a dry run cost when the table was new, and again."""

    rows: int
    batches: int
    first: Usage
    again: Usage


class Start(NamedTuple):
    """What one cluster job costs besides its work: medians of seconds before and after it and of CPU, and of megabytes
    of its largest process."""

    before: float
    after: float
    cpu: float
    largest: float


def measure_plan(sources: Sequence[Source], rows: int, folder: Path) -> Planned:
    """Plan a table of ``rows`` rows in ``folder``, twice."""
    config = write_project(folder, replicate(sources, rows, "http://127.0.0.1:9"), {})
    time.sleep(SETTLED)
    print(f"{time.strftime('%H:%M:%S')} plan of {rows:,} rows", file=sys.stderr, flush=True)
    first, jobs = run_workflow(config, folder, 1, "-n")
    again, _ = run_workflow(config, folder, 1, "-n")
    return Planned(rows, jobs["download"], first, again)


def measure_start(sources: Sequence[Source], rows: int, folder: Path) -> Start:
    """Start a job of `match` on the table of ``rows`` rows that has been planned in ``folder``."""
    print(f"{time.strftime('%H:%M:%S')} start of a cluster job", file=sys.stderr, flush=True)
    count = batch_count(CONFIG["batches"], rows)
    batch = batch_of(replicate(sources, 1, "")[0][0], count)
    write_results(folder / f"results/segmented/{batch}.csv", SegmentedBox, [])
    figures = folder / "timed.jsonl"
    run_workflow(
        folder / "my.yaml", folder, 1, "--executor", "timed", "--jobs", "1", "--seconds-between-status-checks", "1",
        "--allowed-rules", "match", "--", f"results/matched/{batch}.csv",
        variables={"PYTHONPATH": str(ROOT / "benchmarks/engine"), "TIMED": str(figures)},
    )  # fmt: skip
    times = [json.loads(line) for line in figures.read_text(encoding="utf-8").splitlines()]
    return Start(
        statistics.median(time["before"] for time in times),
        statistics.median(time["wall"] - time["before"] - time["work"] for time in times),
        statistics.median(time["cpu"] for time in times),
        statistics.median(time["largest"] for time in times),
    )


def plan_section(sources: Sequence[Source], sizes: Sequence[int]) -> str:
    """Plan tables of these sizes: Markdown."""
    lines = [
        "## Plans",
        "",
        "| dry run | batches | new table: wall, s | peak, MB | again: wall, s | peak, MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as name:
        for rows in sorted(sizes):
            planned = measure_plan(sources, rows, Path(name, str(rows)))
            costs = " | ".join(f"{used.wall:.1f} | {used.largest:,.0f}" for used in (planned.first, planned.again))
            lines.append(f"| {rows:,} rows | {planned.batches:,} | {costs} |")
        start = measure_start(sources, min(sizes), Path(name, str(min(sizes))))
    lines += [
        "",
        f"One cluster job at {min(sizes):,} rows: {start.before:.2f} s until it works, {start.after:.2f} s after a job "
        f"of no work; {start.cpu:.2f} s of CPU, {start.largest:,.0f} MB.",
    ]
    return "\n".join(lines)


def sizes_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the sizes of tables to plan to ``parser``."""
    parser.add_argument("--sizes", default=SIZES, help="numbers of rows to plan (default: %(default)s)")


def sizes_of(args: argparse.Namespace) -> list[int]:
    """The sizes that ``sizes_argument`` names."""
    try:
        return [int(size) for size in args.sizes.split(",") if size]
    except ValueError:
        sys.exit(f"--sizes {args.sizes}: give numbers of rows, as in {SIZES}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What planning a large table costs.")
    table_arguments(parser, SAMPLE / "words.csv")
    sizes_argument(parser)
    args = parser.parse_args()
    print(plan_section(read_sources(args.table, columns_of(args), args.by_name), sizes_of(args)))


if __name__ == "__main__":
    main()
