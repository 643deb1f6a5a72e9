"""All benchmarks: the cost of finding letters, their accuracy, and the cost of downloads and whole runs.

usage: python benchmarks/run.py [--table TABLE.csv --columns ID,IMAGE,TEXT --images FOLDER [--truth TRUTH.csv]]
                                [--rows 130000] [--sizes 130000,1000000] [--urls 10000]

Measures the stages on the embedded sample and, if you give one, on your own table; whole runs (benchmarks/scale.py;
none with --rows 0) and plans (benchmarks/plan.py; none with --sizes "") on a large table made from yours or from the
sample; and downloads (benchmarks/downloads.py; none with --urls 0) on images of the sample. Prints Markdown and writes
it to results/benchmarks.md. Times are of this machine. The program asserts nothing about them.
"""

import argparse
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from downloads import Setup, download_section, urls_argument
from essay import essay_letters
from learn_align import ROWS, Aligned, align_all
from plan import plan_section, sizes_argument, sizes_of
from replica import read_sources
from scale import scale_arguments, scale_section
from score import read_letters, score
from segment_match import (
    ROOT,
    SAMPLE,
    Word,
    columns_of,
    measure,
    read_words,
    rounds_argument,
    table_arguments,
    timing_table,
    words_of,
)

Letters = Iterator[tuple[int, str, tuple[int, int, int, int]]]
"""(position, label, (x, y, width, height)) of the letters of a word, in pixels of the downloaded image."""


def lettermill_letters(row: Word) -> Letters:
    """Lettermill's letters of a word, by the number of its boxes."""
    matched = row.letters()
    if not isinstance(matched, str):
        for position, (label, box) in enumerate(matched):
            yield position, label, tuple(box.moved(row.crop.box.x, row.crop.box.y))


METHODS: dict[str, Callable[[Word], Letters]] = {
    "essay": lambda row: essay_letters(row.image, row.text),
    "essay, repeated letters kept": lambda row: essay_letters(row.image, row.text, overwrite=False),
    "Lettermill, histogram": lettermill_letters,
}
"""Those that see one word at a time."""


def deliver(words: Sequence[Word], method: Callable[[Word], Letters]) -> list[tuple]:
    """The letters of ``words`` by ``method``."""
    return [(row.row_id, position, label, *box) for row in words for position, label, box in method(row)]


def score_table(words: Sequence[Word], aligned: Aligned, truth: pd.DataFrame) -> str:
    """Recall and precision of each method as a Markdown table."""
    lines = ["| method | recall | precision | letters delivered | wrong |", "|---|---:|---:|---:|---:|"]
    delivered = {name: deliver(words, method) for name, method in METHODS.items()}
    for name, letters in {**delivered, "Lettermill, align": aligned.letters}.items():
        columns = ["row_id", "position", "label", "x", "y", "width", "height"]
        result = score(pd.DataFrame(letters, columns=columns), truth)
        lines.append(
            f"| {name} | {result.recall:.1%} | {result.precision:.1%} | {result.delivered} | {len(result.wrong)} |"
        )
    return "\n".join(lines)


def section(name: str, words: Sequence[Word], truth: Path | None, rounds: int) -> str:
    """The figures for one table under a heading."""
    parts = [f"## {name}: {len(words)} rows", timing_table(measure(words, rounds))]
    with tempfile.TemporaryDirectory() as folder:
        aligned = align_all(words, Path(folder), rounds)
    best, median = aligned.row
    parts.append(
        f"`learn`: {aligned.learning:.0f} s. `align`, a job of {min(ROWS, len(words))} rows with start-up and files on "
        f"one core: {best:.2f} ms a row (best), {median:.2f} (median)."
    )
    if truth is not None:
        true_letters = read_letters(truth)
        parts.append(f"Scored on the {true_letters.row_id.nunique()} rows with true boxes:")
        parts.append(score_table(words, aligned, true_letters))
    return "\n\n".join(parts)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description="Speed, recall and precision, compared with the essay's method.")
    table_arguments(parser, None)
    rounds_argument(parser)
    scale_arguments(parser)
    sizes_argument(parser)
    urls_argument(parser)
    parser.add_argument("--truth", type=Path, help="true boxes for --table, see benchmarks/score.py")
    parser.add_argument("--output", type=Path, default=ROOT / "results/benchmarks.md", help="(default: %(default)s)")
    args = parser.parse_args()

    started = time.perf_counter()
    parts: list[str] = []

    def tell(part: str) -> None:
        print(f"{part}\n", flush=True)
        parts.append(part)

    versions = (
        f"Python {platform.python_version()}, NumPy {np.__version__}, OpenCV {cv2.__version__}, {platform.machine()}"
    )
    tell("# Benchmarks")
    tell(f"{args.rounds} rounds. {versions}.")
    sample = read_words(SAMPLE / "words.csv", ("", "image", "text"), SAMPLE)
    tell(section("Embedded sample", sample, SAMPLE / "boxes.csv", args.rounds))
    if args.table:
        tell(section(args.table.name, words_of(args), args.truth, args.rounds))
    args.table = args.table or SAMPLE / "words.csv"
    if args.rows:
        tell(scale_section(args))
    if sizes := sizes_of(args):
        tell(plan_section(read_sources(args.table, columns_of(args), args.by_name), sizes))
    if args.urls:
        tell(download_section(Setup(args.urls, cores=args.cores)))
    tell(f"All of this took {(time.perf_counter() - started) / 60:.0f} minutes.")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
