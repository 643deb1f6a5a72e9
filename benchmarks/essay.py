"""The essay's method, for comparison: from word images to letters by two histograms, one image after the other.

After "Training a Deep Learning Model on Handwritten Characters using Keras" (Medium), written as plainly as there:
loops over the rows and over the columns of an image, one fixed threshold, a strict count. It is the base line of
the benchmarks and no part of Lettermill. Its weaknesses are kept because they are what it is measured for:

- The printed part of the form is taken to be the first 75 columns, whatever the form.
- Ink of the neighbouring lines counts as ink of the word.
- Ink that reaches the right or the lower edge never closes its band, so what it belongs to is lost.
- A letter is stored as {letter}/{row}.png: the second N of ANNA overwrites the first.

One thing is mended: the essay's snippet ``img[0:36, 0:75]`` keeps the printed part and throws the word away. Its text
says that these columns are the unwanted ones, so the crop here is ``img[0:36, 75:]``.

usage: python benchmarks/essay.py TABLE.csv --images FOLDER --image-column image_url --text-column transcription \
           --output FOLDER [--download]
"""

import argparse
import string
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
import pandas as pd
import requests

HEIGHT = 36
"""Rows of an image that are kept."""

LABEL_WIDTH = 75
"""Columns of an image that hold the printed label."""

THRESHOLD = 128
"""Grey level under which a pixel is ink. The essay names none; this is half-way from black to white."""

LETTERS = string.ascii_uppercase

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


def crop(image: np.ndarray) -> np.ndarray:
    """``image`` ((height, width) uint8) without the printed label."""
    return image[0:HEIGHT, LABEL_WIDTH:]


def column_histogram(image: np.ndarray, threshold: int = THRESHOLD) -> list[int]:
    """Ink pixels in each column of ``image`` ((height, width) uint8)."""
    histogram = []
    for x in range(image.shape[1]):
        # Counted, not summed: a sum of uint8 pixels kept in uint8 wraps around at 256.
        histogram.append(int(np.count_nonzero(image[:, x] < threshold)))
    return histogram


def row_histogram(image: np.ndarray, threshold: int = THRESHOLD) -> list[int]:
    """Ink pixels in each row of ``image`` ((height, width) uint8)."""
    histogram = []
    for y in range(image.shape[0]):
        histogram.append(int(np.count_nonzero(image[y, :] < threshold)))
    return histogram


def closed_bands(histogram: list[int]) -> list[tuple[int, int]]:
    """(start, end exclusive) of every run above zero. A run that reaches the end is never closed, and left out."""
    bands = []
    start = None
    for index, count in enumerate(histogram):
        if count > 0 and start is None:
            start = index
        if count == 0 and start is not None:
            bands.append((start, index))
            start = None
    return bands


def segment_columns(image: np.ndarray, threshold: int = THRESHOLD) -> list[Box]:
    """The letters of a cropped ``image`` ((height, width) uint8) from left to right, as (x, y, width, height).

    Every run of columns with ink is a letter; it stands on the rows from the first to the last one with ink.
    """
    boxes = []
    for left, right in closed_bands(column_histogram(image, threshold)):
        rows = row_histogram(image[:, left:right], threshold)
        if rows[-1] > 0:
            continue  # the letter's last band of rows is still open at the lower edge
        bands = closed_bands(rows)
        top, bottom = bands[0][0], bands[-1][1]
        boxes.append((left, top, right - left, bottom - top))
    return boxes


def essay_letters(
    image: np.ndarray, text: str, overwrite: bool = True, threshold: int = THRESHOLD
) -> list[tuple[int, str, Box]]:
    """The letters of a word as (position, letter, box), none when their number is not that of the characters.

    image: the whole (height, width) uint8 image; boxes are in its pixels. text: its transcription.
    position counts the letters A to Z of ``text`` from 0: there is no folder for other characters.
    overwrite: keep only the last of equal letters, as the essay's file names do.
    """
    boxes = segment_columns(crop(image), threshold)
    if len(boxes) != len(text):
        return []
    letters = []
    for letter, (x, y, width, height) in zip(text, boxes, strict=True):
        if letter in LETTERS:
            letters.append((len(letters), letter, (x + LABEL_WIDTH, y, width, height)))
    if overwrite:
        letters = sorted({letter: (position, letter, box) for position, letter, box in letters}.values())
    return letters


def store_letters(image: np.ndarray, letters: list[tuple[int, str, Box]], folder: Path, name: str) -> None:
    """Write each letter of ``image`` to ``folder``/{letter}/{name}.png."""
    for _, letter, (x, y, width, height) in letters:
        cv2.imwrite(str(folder / letter / f"{name}.png"), image[y : y + height, x : x + width])


def download(urls: list[str], folder: Path) -> None:
    """Fetch ``urls`` one after the other, each into ``folder`` under its number; one that fails is left out."""
    for index, url in enumerate(urls):
        response = requests.get(url, timeout=20)
        if response.status_code == 200:
            (folder / str(index)).write_bytes(response.content)


def main() -> None:
    """Read the table row by row and store the letters of every word whose count fits."""
    parser = argparse.ArgumentParser(description="The essay's method on a table of word images.")
    parser.add_argument("table", type=Path)
    parser.add_argument("--images", type=Path, required=True, help="folder; images lie under the end of their address")
    parser.add_argument("--download", action="store_true", help="fetch the images first, into that folder")
    parser.add_argument("--image-column", default="image_url")
    parser.add_argument("--text-column", default="transcription")
    parser.add_argument("--output", type=Path, required=True, help="folder for A/, B/, …")
    args = parser.parse_args()

    for letter in LETTERS:
        (args.output / letter).mkdir(parents=True, exist_ok=True)
    fitting = 0
    frame = pd.read_csv(args.table, dtype=str, keep_default_na=False)
    if args.download:
        args.images.mkdir(parents=True, exist_ok=True)
        download(frame[args.image_column].tolist(), args.images)
    for index, row in frame.iterrows():
        path = args.images / (str(index) if args.download else PurePosixPath(row[args.image_column]).name)
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if path.is_file() else None
        if image is None:
            continue
        letters = essay_letters(image, row[args.text_column])
        store_letters(image, letters, args.output, str(index))
        fitting += bool(letters)
    print(f"{fitting} of {len(frame)} words fit")


if __name__ == "__main__":
    main()
