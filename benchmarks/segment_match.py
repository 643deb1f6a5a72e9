"""What segment and match cost: CPU milliseconds per row on one core, compared with the essay's method.

usage: python benchmarks/segment_match.py [--table TABLE.csv --columns ID,IMAGE,TEXT --images FOLDER]

Three ways to get from cropped words to labelled boxes, on the same rows:

memory  Lettermill's boxes_of and best_match on cropped images in memory
files   the stages as a job runs them: segment_batch and match_batch, with reading and writing their files
essay   benchmarks/essay.py on images in memory

Every round runs all three, so that a machine that slows down affects all of them. Downloading, decoding the downloaded
images, cropping and starting Python are not measured.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from essay import essay_letters
from lettermill.base.alphabet import Alphabet, word
from lettermill.base.box import Box
from lettermill.image.codec import decode, decode_colour
from lettermill.image.crop import CroppedImage, Cropping, crop_image
from lettermill.image.hypotheses import WordImage
from lettermill.image.segmentation import Tolerances
from lettermill.records.csv_files import write_results
from lettermill.records.schemas import Cropped
from lettermill.stages.crop import write_crop
from lettermill.stages.match import best_match, match_batch
from lettermill.stages.segment import boxes_of, segment_batch

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "resources/sample"
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
"""Lettermill is measured with its own defaults."""

TOLERANCES = Tolerances(**CONFIG["segment"])


class Word(NamedTuple):
    """A row of the table with its image."""

    row_id: str
    text: str  # as transcribed
    pattern: str  # see Alphabet.pattern
    image: np.ndarray  # (height, width) uint8, as downloaded
    crop: CroppedImage

    def letters(self) -> list[tuple[str, Box]] | str:
        """The letters with their boxes in pixels of the crop, or the reason why the boxes do not fit."""
        word_image = WordImage(self.crop.layers, self.crop.region, self.crop.line)
        boxes = boxes_of(word_image.voted(), TOLERANCES)
        matched = best_match(boxes, self.pattern) if boxes else "no_letters"
        return matched if isinstance(matched, str) else matched[1]


class Timing(NamedTuple):
    """CPU milliseconds a row over all rounds."""

    best: float
    median: float


def read_words(table: Path, columns: Sequence[str], images: Path, by_name: bool = False) -> list[Word]:
    """The rows of a CSV table that have letters and an image.

    columns: the names of the columns for id (empty: the name of the image file), image and text.
    by_name: images are named by the last part of their path or URL.
    """
    id_column, image_column, text_column = columns
    alphabet, cropping = Alphabet(CONFIG["alphabet"]), Cropping.from_config(**CONFIG["crop"])
    words: dict[str, Word] = {}
    for row in pd.read_csv(table, dtype=str, keep_default_na=False).to_dict("records"):
        name, text = row[image_column], row[text_column]
        path = images / (PurePosixPath(name).name if by_name else name)
        pattern = "" if text.strip() in CONFIG["unreadable"] else alphabet.pattern(text)
        content = path.read_bytes() if word(pattern) and path.is_file() else b""
        image, coloured = decode(content), decode_colour(content)
        if image is None or coloured is None:
            continue
        cropped = crop_image(coloured, cropping)
        if cropped.box.width > 0 and cropped.box.height > 0:
            row_id = row[id_column] if id_column else path.stem
            words.setdefault(row_id, Word(row_id, text, pattern, image, cropped))
    if not words:
        sys.exit(f"{table}: no row has letters and an image below {images}.")
    return list(words.values())


def write_crops(words: Sequence[Word], folder: Path) -> None:
    """Write what the crop stage hands on: the images and ``offsets.csv``."""
    folder.mkdir()
    records = [write_crop(folder, row.row_id, f"{row.row_id}.png", row.crop) for row in words]
    write_results(folder / "offsets.csv", Cropped, records)


def measure(words: Sequence[Word], rounds: int) -> dict[str, Timing]:
    """The timing of each way. A round that is not counted goes first, to warm up."""
    cv2.setNumThreads(1)
    patterns = [(row.row_id, row.pattern) for row in words]
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        cropped, segmented, matched = Path(name, "cropped"), Path(name, "segmented.csv"), Path(name, "matched.csv")
        write_crops(words, cropped)

        def in_memory() -> None:
            for row in words:
                row.letters()

        def on_files() -> None:
            segment_batch(cropped, segmented, TOLERANCES)
            match_batch(segmented, patterns, matched)

        def by_essay() -> None:
            for row in words:
                essay_letters(row.image, row.text)

        for turn in range(rounds + 1):
            for way, work in (("memory", in_memory), ("files", on_files), ("essay", by_essay)):
                took = _cpu_seconds(work)
                if turn:
                    spent.setdefault(way, []).append(1000 * took / len(words))
    return {way: Timing(min(times), statistics.median(times)) for way, times in spent.items()}


def _cpu_seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def timing_table(timings: dict[str, Timing]) -> str:
    """``timings`` as a Markdown table. The ratio is that of the medians."""
    essay = timings["essay"].median
    names = {
        "memory": "segment + match, images in memory",
        "files": "segment + match, stages with their files",
        "essay": "essay, images in memory",
    }
    lines = ["| CPU milliseconds a row, one core | best | median | essay / this |", "|---|---:|---:|---:|"]
    for way, (best, median) in timings.items():
        lines.append(f"| {names[way]} | {best:.3f} | {median:.3f} | {essay / median:.2f} |")
    return "\n".join(lines)


def table_arguments(parser: argparse.ArgumentParser, table: Path | None) -> None:
    """Add the options that name a table and its images to ``parser``; ``table`` is the default."""
    parser.add_argument("--table", type=Path, default=table, help="CSV of word images (default: %(default)s)")
    parser.add_argument(
        "--columns", default=",image,text", help="id,image,text; id may be empty (default: %(default)s)"
    )
    parser.add_argument("--images", type=Path, help="folder of the images (default: that of the table)")
    parser.add_argument("--by-name", action="store_true", help="images are named by the last part of their path or URL")


def rounds_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how often CPU time is measured to ``parser``."""
    parser.add_argument("--rounds", type=int, default=3, help="rounds to measure (default: %(default)s)")


def columns_of(args: argparse.Namespace) -> list[str]:
    """The names of the columns for id (may be empty), image and text that ``table_arguments`` name."""
    columns = args.columns.split(",")
    if len(columns) != 3:
        sys.exit(f"--columns {args.columns}: give three names, as in id,image,text or ,image,text")
    return columns


def words_of(args: argparse.Namespace) -> list[Word]:
    """The words that ``table_arguments`` name."""
    return read_words(args.table, columns_of(args), args.images or args.table.parent, args.by_name)


def main() -> None:
    """Print the timings for one table."""
    parser = argparse.ArgumentParser(description="What segment and match cost, compared with the essay's method.")
    table_arguments(parser, SAMPLE / "words.csv")
    rounds_argument(parser)
    args = parser.parse_args()
    words = words_of(args)
    print(f"{args.table.name}: {len(words)} rows, {args.rounds} rounds\n")
    print(timing_table(measure(words, args.rounds)))


if __name__ == "__main__":
    main()
