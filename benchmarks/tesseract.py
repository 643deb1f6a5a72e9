"""Letters by Tesseract, for comparison: its boxes with its own labels, and with those of the transcription.

usage: python benchmarks/tesseract.py [--table TABLE.csv --columns ID,IMAGE,TEXT --images FOLDER] [--output FOLDER]

Needs the program ``tesseract`` with its English model (Debian and Ubuntu: ``apt-get install tesseract-ocr``).
Tesseract gets each word as Lettermill crops it, without the printed label, enlarged and with a white margin. It reads
one line of capitals and writes the box of every character (its config ``makebox``). Writes two tables for
benchmarks/score.py:

FOLDER/own_labels/metadata.csv  all boxes, labelled by Tesseract
FOLDER/counted/metadata.csv     the boxes of the words that have as many boxes as letters, labelled by the transcription
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lettermill.base.alphabet import word
from segment_match import CONFIG, SAMPLE, Word, table_arguments, words_of

SCALE = 2
"""Words are enlarged by this factor."""

MARGIN = 20
"""White pixels around an enlarged word."""

ONE_LINE = "7"
"""Tesseract's page segmentation mode: the image is a single text line."""

COLUMNS = ["row_id", "position", "label", "x", "y", "width", "height"]


class Character(NamedTuple):
    """A character that Tesseract has read, with its box in pixels of the downloaded image."""

    label: str
    x: int
    y: int
    width: int
    height: int


def read_all(words: Sequence[Word], scale: int = SCALE, mode: str = ONE_LINE) -> list[list[Character]]:
    """The characters that Tesseract reads in each of ``words``, from left to right."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / f"{number}.png" for number in range(len(words))]
        heights = []
        for path, row in zip(paths, words, strict=True):
            enlarged = cv2.resize(row.crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            image = cv2.copyMakeBorder(enlarged, *[MARGIN] * 4, cv2.BORDER_CONSTANT, value=255)
            cv2.imwrite(str(path), image)
            heights.append(image.shape[0])
        (folder / "list.txt").write_text("".join(f"{path}\n" for path in paths))
        letters = f"tessedit_char_whitelist={CONFIG['alphabet']}"
        command = ["tesseract", "list.txt", "found", "--psm", mode, "-c", letters, "makebox"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        characters: list[list[Character]] = [[] for _ in words]
        for line in (folder / "found.box").read_text(encoding="utf-8").splitlines():
            label, *numbers = line.split(" ")
            left, bottom, right, top, page = map(int, numbers)  # y from the lower edge
            if right > left and top > bottom:
                row, image_top = words[page], heights[page] - top
                x, y = ((place - MARGIN) / scale for place in (left, image_top))
                width, height = (right - left) / scale, (top - bottom) / scale
                characters[page].append(
                    Character(label, round(row.x + x), round(row.y + y), round(width), round(height))
                )
    return [sorted(found, key=lambda character: character.x) for found in characters]


def own_labels(words: Sequence[Word], characters: list[list[Character]]) -> Iterator[tuple]:
    """Everything that Tesseract has read, as rows of ``COLUMNS``."""
    for row, found in zip(words, characters, strict=True):
        for position, character in enumerate(found):
            yield row.row_id, position, *character


def counted(words: Sequence[Word], characters: list[list[Character]]) -> Iterator[tuple]:
    """The boxes of the words that have one for each letter of their transcription, as rows of ``COLUMNS``."""
    for row, found in zip(words, characters, strict=True):
        letters = word(row.pattern)
        if len(found) == len(letters):
            for position, (letter, character) in enumerate(zip(letters, found, strict=True)):
                yield row.row_id, position, letter, *character[1:]


def main() -> None:
    """Read all words and write both tables."""
    parser = argparse.ArgumentParser(description="Letters by Tesseract, for benchmarks/score.py.")
    table_arguments(parser, SAMPLE / "words.csv")
    parser.add_argument("--scale", type=int, default=SCALE, help="enlarge the words by this (default: %(default)s)")
    parser.add_argument("--psm", default=ONE_LINE, help="page segmentation mode (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path("results/tesseract"), help="folder (default: %(default)s)")
    args = parser.parse_args()
    words = words_of(args)
    characters = read_all(words, args.scale, args.psm)
    for name, letters in (("own_labels", own_labels), ("counted", counted)):
        table = pd.DataFrame(letters(words, characters), columns=COLUMNS)
        path = args.output / name / "metadata.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(path, index=False)
        print(f"{path}: {len(table)} letters of {table.row_id.nunique()} of {len(words)} words")


if __name__ == "__main__":
    main()
