"""Downloads: images per second, compared with a plain requests.Session and with img2dataset.

usage: python benchmarks/downloads.py [--urls 10000] [--connections 32] [--latency 50] [--rounds 3] [--cores 2]

Four ways to download the same images, under as many URLs, over the same number of connections to
benchmarks/image_server.py. Each is a command whose start-up counts, in an empty folder:

session      a plain requests.Session with a thread per connection, one file per image (benchmarks/session.py)
stage        the workflow's download stage, as one call for all images (benchmarks/download_alone.py)
workflow     the workflow as a user runs it, up to its last downloaded batch
img2dataset  see benchmarks/img2dataset_tool.py; left out, with the reason, if it cannot be installed

Every round runs all four, in the opposite order in every second round, so that a machine that slows down affects all of
them. Every image must arrive: the first three are compared byte for byte, img2dataset by number and size.

Everything is measured twice. The 50 ms stand for the way of a request to the server and of its response back. Opening a
connection over a network takes that long too, while opening one to the same machine takes no time. So the server waits
first before each response only, and then also before the first response of each connection. The first three ways keep
their connections open; img2dataset opens one per image.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import img2dataset_tool
from image_server import serving
from lettermill.plan.batches import batch_count, batch_of
from replica import SETTLED, Source, read_sources, replicate, write_project
from runs import median_usage, run_workflow
from scale import start_anew
from segment_match import ROOT, SAMPLE
from usage import Usage, measured

WAYS = {
    "session": "requests.Session, as many threads",
    "stage": "the download stage alone",
    "workflow": "the workflow",
    "img2dataset": "img2dataset",
}
RATIOS = [("stage", "session"), ("workflow", "session"), ("stage", "img2dataset"), ("workflow", "img2dataset")]

Rounds = list[dict[str, Usage]]
"""For each round, way -> what it cost."""


class Setup(NamedTuple):
    """What to measure. latency: of the server, in milliseconds. missing: why img2dataset is left out, or empty."""

    urls: int = 10_000
    connections: int = 32
    latency: float = 50.0
    rounds: int = 3
    cores: int = 2
    missing: str = ""


class Work(NamedTuple):
    """A table to download. rows: (id, url, text). images: of each, as it must arrive."""

    setup: Setup
    config: Path
    rows: list[list[str]]
    images: list[bytes]

    @property
    def table(self) -> Path:
        """The table's file."""
        return self.config.with_name("words.csv")


def session(work: Work, folder: Path) -> Usage:
    """With a plain requests.Session."""
    places = [str(work.table), str(folder / "images")]
    connections = ["--connections", str(work.setup.connections)]
    used, _ = measured([sys.executable, "benchmarks/session.py", *places, *connections], ROOT)
    compare("session", [folder / f"images/{row_id}.jpg" for row_id, _, _ in work.rows], work.images)
    return used


def stage(work: Work, folder: Path) -> Usage:
    """With one call of the stage."""
    places = [str(work.table), str(folder)]
    connections = ["--connections", str(work.setup.connections)]
    used, _ = measured([sys.executable, "benchmarks/download_alone.py", *places, *connections], ROOT)
    compare("stage", [folder / f"downloaded/{row_id}.jpg" for row_id, _, _ in work.rows], work.images)
    return used


def workflow(work: Work, folder: Path) -> Usage:
    """With the workflow."""
    count = batch_count("auto", len(work.rows))
    folders = [f"results/downloaded/{batch_of(row_id, count)}" for row_id, _, _ in work.rows]
    used, _ = run_workflow(work.config, folder, work.setup.cores, "--", *sorted(set(folders)))
    paths = [folder / place / f"{row_id}.jpg" for place, (row_id, _, _) in zip(folders, work.rows, strict=True)]
    compare("workflow", paths, work.images)
    return used


def img2dataset(work: Work, folder: Path) -> Usage:
    """With img2dataset."""
    command = img2dataset_tool.command(work.table, folder, len(work.rows), work.setup.connections)
    used, output = measured(command, ROOT, img2dataset_tool.VARIABLES)
    found, wanted = img2dataset_tool.delivered(folder), (len(work.images), sum(map(len, work.images)))
    if found != wanted:
        sys.exit(f"img2dataset has brought {found}, not {wanted} (images, bytes):\n{output}")
    return used


RUN: dict[str, Callable[[Work, Path], Usage]] = {
    "session": session, "stage": stage, "workflow": workflow, "img2dataset": img2dataset,
}  # fmt: skip


def compare(way: str, paths: Sequence[Path], images: Sequence[bytes]) -> None:
    """End the program unless ``paths`` hold ``images``."""
    for path, image in zip(paths, images, strict=True):
        if not path.is_file() or path.read_bytes() != image:
            sys.exit(f"{way}: {path} is not the image that was to be fetched.")


def measure(setup: Setup, sources: Sequence[Source], images: Path, connecting: float) -> Rounds:
    """Fetch the images of ``sources`` in all ways, in a temporary folder. connecting: as of ``serving``."""
    rounds: Rounds = []
    with tempfile.TemporaryDirectory() as name, serving(images, setup.latency, connecting) as url:
        folder = Path(name)
        rows = replicate(sources, setup.urls, url)
        contents = {source.image: (images / source.image).read_bytes() for source in sources}
        arrived = [contents[sources[number % len(sources)].image] for number in range(setup.urls)]
        work = Work(setup, write_project(folder / "table", rows, settings(setup)), rows, arrived)
        time.sleep(SETTLED)
        for number in range(setup.rounds):
            ways = [way for way in order(number) if way != "img2dataset" or not setup.missing]
            used = {}
            for way in ways:
                start_anew(f"{way}, round {number + 1} of {setup.rounds}", folder / "work")
                used[way] = RUN[way](work, folder / "work")
            rounds.append(used)
    return rounds


def settings(setup: Setup) -> dict[str, object]:
    """The config: that many connections, and no transcription for which a row is not downloaded."""
    connections = {"connections": setup.connections, "connections_per_host": setup.connections}
    return {"download": connections, "unreadable": [], "method": "histogram"}


def order(number: int) -> list[str]:
    """The ways in the order of a round."""
    return list(WAYS) if number % 2 == 0 else list(WAYS)[::-1]


def report(setup: Setup, rounds: Rounds) -> str:
    """``rounds`` as Markdown."""
    lines = [
        "| downloads | wall, s | images a second | CPU, s | largest process, MB |",
        "|---|---:|---:|---:|---:|",
    ]
    for way, label in WAYS.items():
        if way in rounds[0]:
            used = median_usage(turn[way] for turn in rounds)
            speed = f"{used.wall:.1f} | {setup.urls / used.wall:,.0f}"
            lines.append(f"| {label} | {speed} | {used.cpu:.1f} | {used.largest:,.0f} |")
    lines.append("")
    for way, other in RATIOS:
        if other in rounds[0]:
            each = sorted(turn[other].wall / turn[way].wall for turn in rounds)
            spread = f" ({each[0]:.2f} to {each[-1]:.2f})" if len(each) > 1 else ""
            middle = median_usage(turn[other] for turn in rounds).wall / median_usage(turn[way] for turn in rounds).wall
            lines.append(f"- Images a second, {WAYS[way]} / {WAYS[other]}: {middle:.2f}{spread}.")
    return "\n".join(lines)


def download_section(setup: Setup) -> str:
    """Measure as ``setup`` says: Markdown."""
    try:
        img2dataset_tool.install()
    except img2dataset_tool.NotThereError as error:
        setup = setup._replace(missing=str(error))
    sources = read_sources(SAMPLE / "words.csv", ("", "image", "text"))
    about = (
        f"Images of the sample under {setup.urls:,} URLs, {setup.connections} connections, -j {setup.cores}, "
        f"nothing in the cache, medians of {setup.rounds} rounds."
    )
    parts = ["## Downloads", f"{about} img2dataset is left out: {setup.missing}" if setup.missing else about]
    for connecting, name in ((0.0, "response"), (setup.latency, "response, and to connect")):
        parts += [f"{setup.latency:g} ms to each {name}:", report(setup, measure(setup, sources, SAMPLE, connecting))]
    return "\n\n".join(parts)


def urls_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many images are fetched to ``parser``."""
    parser.add_argument("--urls", type=int, default=Setup().urls, help="images to download (default: %(default)s)")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Downloads beside a plain requests.Session and img2dataset.")
    urls_argument(parser)
    parser.add_argument("--connections", type=int, default=Setup().connections, help="(default: %(default)s)")
    parser.add_argument(
        "--latency", type=float, default=Setup().latency, help="of the server, in milliseconds (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=Setup().rounds, help="(default: %(default)s)")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="of the workflow (default: %(default)s)")
    print(download_section(Setup(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
