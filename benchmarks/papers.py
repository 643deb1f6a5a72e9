"""The embedded sample on other papers and forms: rules, frames, squares, shade, print beside the words, photographs.

usage: python benchmarks/papers.py write [--words COUNT] KIND FOLDER
       python benchmarks/papers.py run [--words COUNT] FOLDER [KIND ...]

`write` writes the images of one kind, their table, their true boxes (``boxes.csv``) and a config (``my.yaml``) to
FOLDER. `run` does that for each kind (all of them by default) in FOLDER/KIND, runs the workflow with default settings,
scores what it delivers, and prints a table. COUNT is the number of words, all by default. The kinds are described in
``paper_kinds.py``.
"""

import argparse
import csv
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

from paper_kinds import KINDS, words

ROOT = Path(__file__).resolve().parents[1]

CONFIG = """\
table: words.csv
columns: {id: null, image: image, text: text}
"""


def write(kind: str, folder: Path, count: int | None = None) -> int:
    """Write the first ``count`` words, drawn as ``kind``, to ``folder``; returns how many these are."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "my.yaml").write_text(CONFIG, encoding="utf-8")
    rows, boxes = [], []
    for number, word in enumerate(words()[:count]):
        drawn = KINDS[kind](word, number, np.random.default_rng(number))
        name = f"images/{word.id}.png"
        cv2.imwrite(str(folder / name), drawn.image)
        rows.append((name, word.text))
        for position, (letter, *sides) in enumerate(drawn.word.boxes):
            boxes.append((word.id, position, letter, *sides, "ok"))
    for name, header, lines in (
        ("words.csv", "image,text", rows),
        ("boxes.csv", "row_id,position,letter,x0,y0,x1,y1,status", boxes),
    ):
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([header.split(","), *lines])
    return len(rows)


def measure(kind: str, folder: Path, count: int | None = None) -> str:
    """Run the workflow on the first ``count`` words, drawn as ``kind``; a line of the table."""
    write(kind, folder, count)
    run = [sys.executable, "-m", "snakemake", "-j", "2", "results/dataset/metadata.csv"]
    run += ["--configfile", str(folder / "my.yaml"), "--directory", str(folder)]
    with open(folder / "log.txt", "w", encoding="utf-8") as log:
        subprocess.run(run, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, check=True)
    score = [sys.executable, str(ROOT / "benchmarks/score.py")]
    score += [str(folder / "results/dataset/metadata.csv"), str(folder / "boxes.csv")]
    said = subprocess.run(score, capture_output=True, text=True, check=True).stdout
    return f"{kind:<14} {' '.join(said.split())}"


def main() -> None:
    """Write one kind, or measure several."""
    parser = argparse.ArgumentParser(description="The embedded sample on other papers and forms.")
    commands = parser.add_subparsers(dest="command", required=True)
    writing, running = commands.add_parser("write"), commands.add_parser("run")
    for command in (writing, running):
        command.add_argument("--words", type=int, metavar="COUNT")
    writing.add_argument("kind", choices=KINDS)
    writing.add_argument("folder", type=Path)
    running.add_argument("folder", type=Path)
    running.add_argument("kinds", nargs="*", choices=[*KINDS, []], metavar="KIND")
    args = parser.parse_args()
    if args.command == "write":
        print(f"{write(args.kind, args.folder, args.words)} words")
        return
    for kind in args.kinds or KINDS:
        print(measure(kind, args.folder / kind, args.words), flush=True)


if __name__ == "__main__":
    main()
