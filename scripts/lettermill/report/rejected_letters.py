"""The rejected letters of batches, counted, and a few of each class to show."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from lettermill.base.file_names import file_stem
from lettermill.base.kept import Kept
from lettermill.corrections.correction import APPLIED
from lettermill.records.csv_files import read_records
from lettermill.records.current import current
from lettermill.records.schemas import ReviewLetter, ReviewWord, TriedCorrection
from lettermill.report.letter_columns import random_order
from lettermill.stages.cut import REJECTED

PER_ROW = 12
"""How many letters of a class and kind are shown."""

BINS = 200
"""Bins of the confidences, 0.005 wide."""

Shown = tuple[str, str, float | None]
"""Label, name and confidence of a letter."""


class RejectedLetters(NamedTuple):
    """labels: label -> rejected letters that have an image. steps: bin of the confidence -> such letters. uncut:
    letters of the rejected words that have an image. first: a random sample of ``PER_ROW`` letters of each label."""

    labels: Counter[str]
    steps: Counter[int]
    uncut: int
    first: list[Shown]


def rejected_of(batch: Path, stems: Mapping[str, str], kept: Kept) -> RejectedLetters:
    """Those of a batch, a folder that ``cut_batch`` has written.

    stems: see ``file_stem``. kept: what is known of batches that have not changed.
    """
    key = hashlib.sha256(repr(sorted(stems.items())).encode() if stems else b"")
    size = 0
    for name in ("review_letters.csv", "corrections.csv", "review_words.csv"):
        content = current(batch, name).read_bytes()
        key.update(hashlib.sha256(content).digest())
        size += len(content)
    known = json.loads(kept.get(key.digest(), lambda: json.dumps(_of_batch(batch, stems)).encode(), size))
    labels, steps, uncut, first = known
    return RejectedLetters(Counter(labels), Counter({int(step): count for step, count in steps.items()}), uncut, first)


def _of_batch(batch: Path, stems: Mapping[str, str]) -> RejectedLetters:
    found = read_records(current(batch, "review_letters.csv"), ReviewLetter)
    letters = {(each.row_id, each.position): (each.label, each.confidence) for each in found if each.reason}
    # Letters rejected by a correction are missing there if their word has nothing else to review.
    for line in read_records(batch / "corrections.csv", TriedCorrection):
        if line.action == "reject" and line.outcome == APPLIED:
            letters.setdefault((line.row_id, int(line.position)), (line.label, line.confidence))
    names = [f"{file_stem(row_id, stems)}_{position}.png" for row_id, position in letters]
    shown = [(label, name, confidence) for name, (label, confidence) in zip(names, letters.values(), strict=True)]
    sure = [confidence for _, _, confidence in shown if confidence is not None]
    cut = {letter.row_id for letter in found}
    words = read_records(current(batch, "review_words.csv"), ReviewWord)
    return RejectedLetters(
        Counter(label for label, _, _ in shown),
        Counter(steps_of(np.array(sure, float)).tolist()),
        sum(len(word.letters) for word in words if word.reason and word.row_id not in cut),
        _first(shown),
    )


def _first(letters: Iterable[Shown]) -> list[Shown]:
    """The first ``PER_ROW`` letters of each label in random order."""
    count: Counter[str] = Counter()
    found = []
    for letter in sorted(letters, key=lambda letter: (random_order(letter[1]), letter[1])):
        count[letter[0]] += 1
        if count[letter[0]] <= PER_ROW:
            found.append(letter)
    return found


def first_rejected(batches: Iterable[tuple[Path, RejectedLetters]]) -> dict[str, pd.DataFrame]:
    """Label -> a random sample of ``PER_ROW`` of the rejected letters of all batches (folder, letters)."""
    places = {(label, name): (confidence, batch) for batch, found in batches for label, name, confidence in found.first}
    by_label: dict[str, list[tuple[str, str, Path, float]]] = {}
    for label, name, confidence in _first((label, name, sure) for (label, name), (sure, _) in places.items()):
        path = places[label, name][1] / REJECTED / name
        sure = float("nan") if confidence is None else confidence
        by_label.setdefault(label, []).append((label, name, path, sure))
    return {label: letters_to_show(by_label[label]) for label in sorted(by_label)}


def letters_to_show(letters: Iterable[tuple[str, str, Path, float]]) -> pd.DataFrame:
    """Columns: label, name, path and confidence (NaN: none) of letters."""
    labels, names, paths, confidences = list(zip(*letters, strict=True)) or [()] * 4
    columns = {"label": labels, "name": names, "path": pd.Series(paths, dtype=object)}
    return pd.DataFrame({**columns, "confidence": np.array(confidences, float)})


def steps_of(confidences: np.ndarray) -> np.ndarray:
    """(n,) int: the bin of each confidence."""
    return (confidences * BINS + 1e-6).astype(int).clip(0, BINS - 1)
