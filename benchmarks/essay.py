"""The essay's method, for comparison: from word images to letters by two histograms, one image after another.

After "Training a Deep Learning Model on Handwritten Characters using Keras" (Medium), as plain as the essay has it:
loops over the rows and columns of an image, one fixed threshold, a strict count. It is the baseline of the benchmarks
and not a part of Lettermill. It keeps the essay's weaknesses, because they are what is measured:

- It takes the first 75 columns for the printed part, whatever the form.
- Ink of neighbouring lines counts as ink of the word.
- A band of ink that reaches the right or lower edge is never closed, so its letter is lost.
- A letter is stored as {letter}/{row}.png, so the second N of ANNA overwrites the first.

It corrects one slip: the essay's snippet ``img[0:36, 0:75]`` keeps the printed part and drops the word. The essay's
text says that these columns are the unwanted ones, so the crop here is ``img[0:36, 75:]``.

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
    """Download ``urls`` one after another into ``folder``, named by their number. Failures are skipped."""
    for index, url in enumerate(urls):
        response = requests.get(url, timeout=20)
        if response.status_code == 200:
            (folder / str(index)).write_bytes(response.content)


def main() -> None:
    """Read the table row by row and store the letters of every word whose number of boxes fits."""
    parser = argparse.ArgumentParser(description="The essay's method on a table of word images.")
    parser.add_argument("table", type=Path)
    parser.add_argument(
        "--images", type=Path, required=True, help="folder with the images, named by the last part of their URL"
    )
    parser.add_argument("--download", action="store_true", help="download the images into that folder first")
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
