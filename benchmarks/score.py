"""Precision and recall of delivered letters against true boxes.

usage: python benchmarks/score.py METADATA.csv TRUTH.csv [--json] [--loose]

METADATA  ``metadata.csv`` of a dataset; its columns row_id, position, label, x, y, width and height are used.
TRUTH     row_id, position, letter, x0, y0, x1, y1, status: the box of each letter of some rows, in pixels of the
          downloaded image. Other rows do not count. y0 and y1 may be empty. status is

          ok         the letter stands in its box
          wrong      another letter is drawn, or none, so that delivering it is an error
          ambiguous  illegible, cut off or overwritten; it counts neither way

A delivered letter is correct when truth has the same letter, ``ok``, at its row and position, and its box

- covers at least 75 % of the true width, less a pixel,
- lies with at least 60 % of its own width on the true box widened by 2 pixels at either side,
- covers at least half of the true height, where one is given.

With --loose, for true boxes that were drawn roughly, its box and the true one have their centres in each other, and the
centre of no other true box of the row is in it.
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Score(NamedTuple):
    """Counts and shares; ambiguous letters are in none of them. A share of nothing is 0."""

    delivered: int
    correct: int
    precision: float  # correct / delivered
    recall: float  # correct / letters transcribed
    reachable: float  # correct / letters whose status is ok
    wrong: list[tuple[str, int, str]]  # (row_id, position, label) of what was delivered and is not correct


def read_letters(path: Path) -> pd.DataFrame:
    """A table of letters, delivered or true, with row ids as text and nothing taken for a missing value."""
    as_text = dict.fromkeys(("row_id", "label", "letter"), str)
    return pd.read_csv(path, dtype=as_text, keep_default_na=False)


class Truth:
    """The true letters of some rows, by (row id, position) in ``letters``. loose: their boxes were drawn roughly."""

    def __init__(self, truth: pd.DataFrame, loose: bool = False) -> None:
        self.letters = {(row.row_id, int(row.position)): row for row in truth.itertuples()}
        self._of_row: dict[str, list[NamedTuple]] = {}
        self._loose = loose
        for (row_id, _), letter in self.letters.items():
            self._of_row.setdefault(row_id, []).append(letter)

    def is_correct(self, letter: NamedTuple, true: NamedTuple) -> bool:
        """Whether the delivered ``letter`` is the ``true`` one, in its place."""
        return true.letter == letter.label and self.is_there(letter, true)

    def is_there(self, letter: NamedTuple, true: NamedTuple) -> bool:
        """Whether the box of ``letter`` is that of the ``true`` one."""
        if true.status != "ok":
            return False
        if not self._loose:
            return _covers(letter, true)
        others = (other for other in self._of_row[true.row_id] if other is not true)
        return _agree(letter, true) and not any(_holds_centre(letter, other) for other in others)


def score(metadata: pd.DataFrame, truth: pd.DataFrame, loose: bool = False) -> Score:
    """Compare the letters of ``metadata`` with those of ``truth``; see the module for columns and criterion."""
    true_letters = Truth(truth, loose)
    delivered, wrong = 0, []
    for letter in metadata[metadata.row_id.isin(set(truth.row_id))].itertuples():
        key = letter.row_id, int(letter.position)
        true = true_letters.letters.get(key)
        if true is not None and true.status == "ambiguous":
            continue
        delivered += 1
        if true is None or not true_letters.is_correct(letter, true):
            wrong.append((*key, letter.label))
    correct = delivered - len(wrong)
    return Score(
        delivered=delivered,
        correct=correct,
        precision=_share(correct, delivered),
        recall=_share(correct, int((truth.status != "ambiguous").sum())),
        reachable=_share(correct, int((truth.status == "ok").sum())),
        wrong=wrong,
    )


def _covers(letter: NamedTuple, true: NamedTuple) -> bool:
    left, width = float(letter.x), float(letter.width)
    true_left, true_right = float(true.x0), float(true.x1)
    if _common(left, left + width, true_left, true_right) < 0.75 * (true_right - true_left) - 1:
        return False
    if _common(left, left + width, true_left - 2, true_right + 2) < 0.6 * width:
        return False
    if not _has_height(true):
        return True
    top, true_top, true_bottom = float(letter.y), float(true.y0), float(true.y1)
    return _common(top, top + float(letter.height), true_top, true_bottom) >= 0.5 * (true_bottom - true_top)


def _agree(letter: NamedTuple, true: NamedTuple) -> bool:
    """Whether the centres of both boxes lie in each other."""
    sides = [(letter.x, letter.width, true.x0, true.x1)]
    if _has_height(true):
        sides.append((letter.y, letter.height, true.y0, true.y1))
    return all(_mutual(*map(float, side)) for side in sides)


def _mutual(start: float, length: float, true_start: float, true_end: float) -> bool:
    centre, true_centre = start + length / 2, (true_start + true_end) / 2
    return true_start <= centre <= true_end and start <= true_centre <= start + length


def _holds_centre(letter: NamedTuple, other: NamedTuple) -> bool:
    """Whether the centre of the box of ``other``, if it has one, is in the columns of ``letter``."""
    if other.x0 == "":
        return False
    centre = (float(other.x0) + float(other.x1)) / 2
    return float(letter.x) <= centre <= float(letter.x) + float(letter.width)


def _has_height(true: NamedTuple) -> bool:
    return true.y0 != "" and not pd.isna(true.y0)


def _common(start: float, end: float, other_start: float, other_end: float) -> float:
    """Length that two intervals have in common."""
    return max(0.0, min(end, other_end) - max(start, other_start))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def main() -> None:
    """Print the score of a dataset, as text with the wrong letters or as JSON without them."""
    parser = argparse.ArgumentParser(description="Precision and recall of delivered letters against true boxes.")
    parser.add_argument("metadata", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--loose", action="store_true", help="the true boxes were drawn roughly")
    args = parser.parse_args()
    result = score(read_letters(args.metadata), read_letters(args.truth), args.loose)
    figures = {
        "delivered": result.delivered,
        "correct": result.correct,
        "precision": round(result.precision, 4),
        "recall": round(result.recall, 4),
        "reachable": round(result.reachable, 4),
    }
    if args.json:
        print(json.dumps(figures))
        return
    for row_id, position, label in result.wrong:
        print(f"wrong: row {row_id} position {position} delivered as {label}")
    for name, value in figures.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
