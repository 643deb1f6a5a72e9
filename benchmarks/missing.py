"""What stands between a dataset and all of its letters: a curve, an oracle, and the causes with a picture of each.

usage: python benchmarks/missing.py RESULTS TRUTH.csv [--loose] [--picture FILE.png]

RESULTS is the folder of a finished run with ``method: align`` and ``keep_intermediates: true``; TRUTH and --loose are
those of ``score.py``. It prints

- recall and precision for several thresholds of confidence,
- for how many letters a candidate stands in the true place: under the ink hypothesis that the alignment chose, and
  under any of them (an oracle: what perfect choices would reach),
- what became of every letter of the truth, see ``CAUSES``.

--picture draws words of each cause, the true box in green and the aligned one in red.
"""

import argparse
import glob
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lettermill.align.recogniser import load_recogniser
from lettermill.align.views import views_of
from lettermill.image.codec import decode
from lettermill.paper.print_forms import PrintForms
from lettermill.records.csv_files import by_row, read_results
from lettermill.records.schemas import Cropped, MatchedLetter, StoppedRow
from lettermill.stages.images import read_offsets
from lettermill.stages.word_images import read_word
from score import Truth, read_letters, score

THRESHOLDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)

THRESHOLD = 0.9
"""The default threshold, at which letters are counted as delivered."""

CAUSES = {
    "delivered": "right, and sure enough",
    "wrong": "delivered, but not in its place",
    "transcription": "another letter is drawn than the transcription says, or none",
    "row": "its row was rejected before alignment",
    "unsure": "right, but below the threshold",
    "path": "a candidate stands in its place, but the alignment took another one, below the threshold",
    "hypothesis": "a candidate stands in its place under another ink hypothesis only",
    "ink": "no candidate stands in its place",
}

GREEN, RED, BLACK = (0, 150, 0), (0, 0, 230), (0, 0, 0)
TILE_HEIGHT, TILE_WIDTH, WORDS_PER_CAUSE, COLUMNS = 110, 380, 9, 3


class Placed(NamedTuple):
    """A box with a label, as ``score.Truth`` judges it."""

    label: str
    x: int
    y: int
    width: int
    height: int


class Word(NamedTuple):
    """A row of the truth as it was aligned. letters: empty if it was rejected before. folder: of its cropped image,
    None if there is none."""

    letters: list[MatchedLetter]
    folder: Path | None
    crop: Cropped | None

    @property
    def chosen(self) -> str:
        """The ink hypothesis of its letters; empty if it has none."""
        return self.letters[0].hypothesis if self.letters else ""


def read_words(results: Path, row_ids: set[str]) -> dict[str, Word]:
    """Row id -> the word, of the rows ``row_ids`` that reached alignment or at least were cropped."""
    found = {}
    for aligned in sorted(results.glob("aligned/*.csv")):
        cropped = results / "cropped" / aligned.stem
        crops = read_offsets(cropped)
        letters = dict(by_row(read_results(aligned, MatchedLetter)))
        for row_id in row_ids & (letters.keys() | crops.keys()):
            own = letters.get(row_id, [])
            here = [] if isinstance(own, StoppedRow) else list(own)
            found[row_id] = Word(here, cropped, crops.get(row_id))
    return found


def candidates(word: Word, forms: PrintForms) -> Iterator[tuple[str, Placed]]:
    """(ink hypothesis, candidate without a label) of all hypotheses of a word, the one that was chosen first: others
    that look like it are left out. forms: see ``WordImage``."""
    if word.folder is None or word.crop is None:
        return
    image = read_word(word.folder, word.crop)._replace(forms=forms)
    for view in views_of(image.hypotheses(word.chosen)):
        for candidate in view.candidates:
            yield view.hypothesis, Placed("", *candidate.box.moved(word.crop.box.x, word.crop.box.y))


def causes(results: Path, words: Mapping[str, Word], truth: Truth) -> tuple[dict[tuple[str, int], str], Counter[str]]:
    """(row id, position) -> cause, see ``CAUSES``; and how many letters have a candidate in their place, ``chosen`` by
    the alignment's hypothesis, and under ``any``."""
    recogniser = load_recogniser(results / "recogniser/recogniser.npz")
    forms = recogniser.forms if recogniser else PrintForms()
    found, oracle = {}, Counter()
    for row_id, word in words.items():
        aligned = {letter.position: letter for letter in word.letters}
        own = {position: true for (row, position), true in truth.letters.items() if row == row_id}
        places = list(candidates(word, forms))
        for position, true in own.items():
            if true.status == "ambiguous":
                continue
            letter = aligned.get(position)
            under = {name for name, place in places if truth.is_there(place, true)}
            oracle["letters"] += 1
            oracle["any"] += bool(under)
            oracle["chosen"] += word.chosen in under
            found[row_id, position] = _cause(letter, true, truth, under, word.chosen)
    return found, oracle


def _cause(letter: MatchedLetter | None, true: NamedTuple, truth: Truth, under: set[str], chosen: str) -> str:
    if letter is None:
        return "transcription" if true.status == "wrong" else "row"
    right = truth.is_correct(Placed(letter.label, *letter.box), true)
    if (letter.confidence or 0) >= THRESHOLD:
        return "delivered" if right else "wrong"
    if true.status == "wrong" or true.letter != letter.label:
        return "transcription"
    if right:
        return "unsure"
    return "path" if chosen in under else "hypothesis" if under else "ink"


def curve(results: Path, truth: pd.DataFrame, loose: bool) -> Iterator[str]:
    """Lines of recall and precision by threshold."""
    letters = pd.DataFrame(
        [
            (letter.row_id, letter.position, letter.label, *letter.box, letter.confidence)
            for path in sorted(results.glob("aligned/*.csv"))
            for letter in read_results(path, MatchedLetter)
            if isinstance(letter, MatchedLetter)
        ],
        columns=["row_id", "position", "label", "x", "y", "width", "height", "confidence"],
    )
    for threshold in THRESHOLDS:
        of_one = score(letters[letters.confidence >= threshold], truth, loose)
        yield f"{threshold:10.2f} {of_one.recall:8.1%} {of_one.precision:10.2%} {of_one.delivered:10d}"


def picture(results: Path, words: Mapping[str, Word], truth: Truth, found: Mapping[tuple[str, int], str]) -> np.ndarray:
    """Words of each cause but ``delivered``, (rows, columns, 3) uint8 BGR."""
    bands = []
    for cause, meaning in CAUSES.items():
        rows = list(dict.fromkeys(row_id for (row_id, _), name in found.items() if name == cause))
        rows = [row_id for row_id in rows if words[row_id].crop is not None]
        if cause == "delivered" or not rows:
            continue
        shown = np.random.default_rng(0).permutation(rows)[:WORDS_PER_CAUSE]
        band = np.full((24, COLUMNS * TILE_WIDTH, 3), 255, np.uint8)
        cv2.putText(band, f"{cause}: {meaning}", (4, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, BLACK, 1, cv2.LINE_AA)
        tiles = [_tile(results, words[row_id], truth, row_id, found, cause) for row_id in shown]
        tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % COLUMNS)
        bands += [band, *(np.hstack(tiles[first : first + COLUMNS]) for first in range(0, len(tiles), COLUMNS))]
    return np.vstack(bands) if bands else np.full((24, 24, 3), 255, np.uint8)


def _tile(
    results: Path, word: Word, truth: Truth, row_id: str, found: Mapping[tuple[str, int], str], cause: str
) -> np.ndarray:
    assert word.folder is not None and word.crop is not None
    stem = Path(word.crop.file).stem
    file = next((results / "downloaded" / word.folder.name).glob(f"{glob.escape(stem)}.*"))
    image = cv2.cvtColor(decode(file.read_bytes()), cv2.COLOR_GRAY2BGR)
    scale = min(3.0, (TILE_WIDTH - 8) / image.shape[1], (TILE_HEIGHT - 8) / image.shape[0])
    drawn = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)

    def outline(box: Sequence[float], colour: tuple[int, int, int]) -> None:
        x0, y0, x1, y1 = (round(side * scale) for side in box)
        cv2.rectangle(drawn, (x0, y0), (x1 - 1, y1 - 1), colour, 1)

    aligned = {letter.position: letter.box for letter in word.letters}
    for (row, position), true in truth.letters.items():
        if row != row_id or found.get((row, position)) != cause:
            continue
        if str(true.x0) and str(true.y0):
            outline([float(side) for side in (true.x0, true.y0, true.x1, true.y1)], GREEN)
        if position in aligned:
            x, y, width, height = aligned[position]
            outline((x, y, x + width, y + height), RED)
    tile = np.full((TILE_HEIGHT, TILE_WIDTH, 3), 255, np.uint8)
    tile[4 : 4 + drawn.shape[0], 4 : 4 + drawn.shape[1]] = drawn
    return tile


def main() -> None:
    """Print the curve, the oracle and the causes; draw them."""
    parser = argparse.ArgumentParser(description="What stands between a dataset and all of its letters.")
    parser.add_argument("results", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--loose", action="store_true", help="the true boxes were drawn roughly")
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    table = read_letters(args.truth)
    truth = Truth(table, args.loose)
    print("confidence   recall  precision  delivered")
    for line in curve(args.results, table, args.loose):
        print(line)
    words = read_words(args.results, set(table.row_id))
    found, oracle = causes(args.results, words, truth)
    chosen, anywhere = (oracle[name] / oracle["letters"] for name in ("chosen", "any"))
    print(f"a candidate in the true place: {chosen:.1%} under the hypothesis that was chosen, {anywhere:.1%} under any")
    counts = Counter(found.values())
    for cause, meaning in CAUSES.items():
        print(f"{counts[cause]:6d} {counts[cause] / oracle['letters']:7.1%}  {cause:14s} {meaning}")
    if args.picture:
        cv2.imwrite(str(args.picture), picture(args.results, words, truth, found))


if __name__ == "__main__":
    main()
