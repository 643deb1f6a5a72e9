"""Whole runs on a large table: the cost of the workflow, compared with a plain loop and with the essay's method.

usage: python benchmarks/scale.py --rows 130000 [--table TABLE.csv --columns ID,IMAGE,TEXT --images FOLDER]

Makes a table of that many rows from a small one (benchmarks/replica.py), serves its images (benchmarks/image_server.py)
and measures the following, each with an empty cache and in its own folder:

plain       the same functions on the same rows without Snakemake (benchmarks/plain.py)
workflow    everything, as a user runs it, with the default config. The overhead ratio is its wall time divided by that
            of the plain loop. Both datasets are compared and must have the same bytes
histogram   the workflow with `method: histogram`
essay       the essay's method from start to end, one row after another (benchmarks/essay.py)

Then it measures runs on the finished workflow after changes, see benchmarks/scale_changes.py. It reports progress on
stderr and prints Markdown.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from disk import rooms
from image_server import serving
from replica import COLUMNS, SETTLED, read_sources, replicate, write_project
from runs import run_workflow, stage_seconds
from scale_changes import changes
from scale_report import Figures, Run, Setup, as_json, report
from segment_match import ROOT, SAMPLE, columns_of, table_arguments
from usage import measured

COMPARED = 10_000
"""Rows for which all images of two datasets are compared; in larger tables it is one image in so many, and all tables:
a million small files take longer to read from a disk than all the rest."""

OPTIONAL = ("plain", "changes", "histogram", "essay")
"""What can be left out."""


def measure(setup: Setup) -> Figures:
    """Run everything, in a temporary folder."""
    figures = Figures(skipped=setup.rows // COMPARED)
    with tempfile.TemporaryDirectory() as name, serving(setup.images, setup.latency) as url:
        folder = Path(name)
        rows = replicate(setup.sources, setup.rows, url)
        config = write_project(folder / "table", rows, setup.settings)
        time.sleep(SETTLED)
        for turn in range(setup.repeat):
            # Who goes first alternates, so that a machine that slows down slows both.
            ways = ("plain", "workflow") if turn % 2 == 0 else ("workflow", "plain")
            datasets = []
            for way in ways:
                if way not in setup.skip:
                    figures.add(way, whole_run(way, config, folder / way, setup.cores))
                    datasets.append(digests(folder / way / "results/dataset", figures.skipped))
            if len(datasets) == 2:
                figures.difference = figures.difference or first_difference(*datasets)
            shutil.rmtree(folder / "plain", ignore_errors=True)
        project = folder / "workflow"
        figures.disk = rooms(project)
        figures.batches = len(list((project / "logs/download").iterdir()))
        if "changes" not in setup.skip:
            figures.changes += changes(setup, config, rows, project, url)
        shutil.rmtree(project)
        if "histogram" not in setup.skip:
            counting = write_project(folder / "counting", rows, {**setup.settings, "method": "histogram"})
            figures.add("histogram", whole_run("histogram", counting, folder / "histogram", setup.cores))
            shutil.rmtree(folder / "histogram")
        if "essay" not in setup.skip:
            figures.add("essay", essay_run(config.with_name("words.csv"), folder / "essay"))
    return figures


def whole_run(way: str, config: Path, folder: Path, cores: int) -> Run:
    """Everything from the start in ``folder``, by the plain loop or by the workflow."""
    start_anew(way, folder)
    if way == "plain":
        options = ["--cores", str(cores), "--directory", str(folder)]
        usage, _ = measured([sys.executable, "benchmarks/plain.py", str(config), *options], ROOT)
        stages = Counter(json.loads((folder / "stages.json").read_text(encoding="utf-8")))
    else:
        usage, _ = run_workflow(config, folder, cores)
        stages = stage_seconds(folder / "logs")
    with open(folder / "results/dataset/metadata.csv", "rb") as file:
        letters = sum(1 for _ in file) - 1
    return Run(usage, stages, letters)


def essay_run(table: Path, folder: Path) -> Run:
    """The essay's method on ``table``."""
    start_anew("essay", folder)
    options = ["--image-column", COLUMNS["image"], "--text-column", COLUMNS["text"], "--download"]
    places = ["--images", str(folder / "images"), "--output", str(folder / "letters")]
    usage, _ = measured([sys.executable, "benchmarks/essay.py", str(table), *options, *places], ROOT)
    return Run(usage, Counter(), sum(len(names) for _, _, names in os.walk(folder / "letters")))


def start_anew(what: str, folder: Path) -> None:
    """Say what comes next, and begin it with an empty folder and with nothing that has yet to be written to disk."""
    say(what)
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()


def say(what: str) -> None:
    """Report progress."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def digests(dataset: Path, skipped: int = 0) -> dict[str, bytes]:
    """Path below ``dataset`` -> digest of the file, but for the card, in which the engine's version is.

    skipped: images that are not read for each that is, drawn by their names; they are only there or not.
    """
    found = {}
    for folder, _, names in os.walk(dataset):
        for name in names:
            if name != "README.md" and not name.startswith("."):
                path = os.path.join(folder, name)
                read = name.endswith(".csv") or zlib.crc32(name.encode()) % (skipped + 1) == 0
                found[os.path.relpath(path, dataset)] = _digest(path) if read else b""
    return found


def _digest(path: str) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def first_difference(some: dict[str, bytes], others: dict[str, bytes]) -> str:
    """The first file that is not the same in both, or empty."""
    return min((name for name in {*some, *others} if some.get(name) != others.get(name)), default="")


def scale_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of whole runs, but for the table, to ``parser``."""
    parser.add_argument("--rows", type=int, default=6_000, help="of the large table (default: %(default)s)")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="(default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=1, help="runs of workflow and plain loop (default: %(default)s)")
    parser.add_argument("--latency", type=float, default=0.0, help="of the server, in ms (default: %(default)s)")
    parser.add_argument("--skip", default="", help=f"what to leave out: {','.join(OPTIONAL)}")
    parser.add_argument("--json", type=Path, help="file for all figures, unrounded")


def scale_section(args: argparse.Namespace) -> str:
    """Measure whole runs as ``args`` say: Markdown."""
    skip = [name for name in args.skip.split(",") if name]
    unknown = set(skip) - set(OPTIONAL)
    if unknown:
        sys.exit(f"--skip {args.skip}: {', '.join(sorted(unknown))} is none of {', '.join(OPTIONAL)}.")
    sources = read_sources(args.table, columns_of(args), args.by_name)
    images = args.images or args.table.parent
    setup = Setup(args.table.name, sources, images, args.rows, args.cores, args.repeat, args.latency, skip)
    figures = measure(setup)
    if args.json:
        args.json.write_text(json.dumps(as_json(figures), indent=1) + "\n", encoding="utf-8")
    return report(setup, figures)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Whole runs on a large table.")
    table_arguments(parser, SAMPLE / "words.csv")
    scale_arguments(parser)
    print(scale_section(parser.parse_args()))


if __name__ == "__main__":
    main()
