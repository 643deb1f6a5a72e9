"""Statistics of a dataset's letters, and a few letters of each class to show. Memory does not grow with the table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.base.file_names import file_stem
from lettermill.base.sampling import sample_key
from lettermill.base.split import PARTS
from lettermill.corrections.correction import APPLIED
from lettermill.records.csv_files import read_records
from lettermill.records.data_frames import read_frames
from lettermill.records.schemas import ReviewLetter, ReviewWord, TriedCorrection
from lettermill.stages.cut import REJECTED

PER_ROW = 12
"""How many letters of a class and kind are shown."""

SAMPLE = 200
"""How many letters of a class are measured at most."""

BINS = 200
"""Bins of the confidences, 0.005 wide."""

COLUMNS = {"file_name": str, "label": str, "row_id": str, "confidence": float, "split": str}
"""The columns of metadata.csv that are read."""


@dataclass
class LetterStatistics:
    """Statistics of all letters.

    classes: one line per label, the alphabet first. Columns: delivered letters per split (train, validation, test) and
    in total (letters), rejected letters that have an image (rejected), mean confidence of the delivered letters
    (confidence, NaN if none has one).
    confidences: one line per bin, ``BINS`` in total. Columns: delivered letters, rejected letters, sum of the
    confidences of the delivered letters (total).
    rows: delivered rows. uncut: letters of rejected words that have an image. suspect: delivered letters with a
    confidence of words whose ink contradicts the transcription, and the sum of their confidences.
    sample, least_confident, rejected: label -> letters to show (label, name, path, confidence), sorted: a random
    sample, the least confident letters, a random sample of the rejected letters.
    """

    classes: pd.DataFrame
    confidences: pd.DataFrame
    rows: int
    uncut: int
    sample: dict[str, pd.DataFrame]
    least_confident: dict[str, pd.DataFrame]
    rejected: dict[str, pd.DataFrame]
    suspect: tuple[int, float]

    @property
    def total(self) -> int:
        """Letters delivered."""
        return int(self.classes["letters"].sum())

    @property
    def parts(self) -> dict[str, int]:
        """Split -> letters delivered."""
        return {part: int(self.classes[part].sum()) for part in PARTS}

    @property
    def rejected_letters(self) -> int:
        """Letters that were found but not delivered."""
        return int(self.classes["rejected"].sum())

    @property
    def seen(self) -> int:
        """Letters transcribed in rows that have an image."""
        return self.total + self.rejected_letters + self.uncut

    @property
    def with_confidence(self) -> int:
        """Delivered letters that have a confidence."""
        return int(self.confidences["delivered"].sum())

    def expected(self, min_confidence: float = 0.0) -> tuple[int, float]:
        """Delivered letters with at least this confidence (in steps of 0.005), and the sum of their confidences."""
        from_there = self.confidences.iloc[round(min_confidence * BINS) :]
        return int(from_there["delivered"].sum()), float(from_there["total"].sum())


def gather_letters(
    metadata: Path,
    batches: Sequence[Path],
    alphabet: Iterable[str],
    stems: Mapping[str, str] = MappingProxyType({}),
    suspects: Collection[str] = (),
) -> LetterStatistics:
    """Gather them from ``metadata``, and those of rejected letters from ``batches``, folders of ``cut_batch``.

    stems: names of files of rows, see ``file_stem``. suspects: ids of rows whose ink contradicts the transcription.
    Raises CorruptedFileError when a file is damaged.
    """
    counts: list[pd.DataFrame] = []
    delivered, totals, rejected_steps = np.zeros(BINS, int), np.zeros(BINS), np.zeros(BINS, int)
    sample = least_confident = rejected = pd.DataFrame(columns=["label", "name", "path", "confidence", "order"])
    rows, last_row = 0, ""
    suspect: list[float] = []
    for letters in read_frames(metadata, COLUMNS):
        if not letters["split"].isin(PARTS).all():
            raise CorruptedFileError(f"{metadata}: a letter has an unknown split. Delete it and run again.")
        starts = letters["row_id"] != letters["row_id"].shift(fill_value=last_row)
        rows, last_row = rows + int(starts.sum()), letters["row_id"].iloc[-1] if len(letters) else last_row
        counts.append(letters.groupby(["label", "split"])["confidence"].agg(["size", "count", "sum"]))
        letters = letters.rename(columns={"file_name": "name"})
        sample = _first(sample, letters.assign(order=_random_order(letters["name"])), SAMPLE)
        letters = letters.dropna(subset="confidence")
        least_confident = _first(least_confident, letters.assign(order=letters["confidence"]), PER_ROW)
        steps = _steps(letters["confidence"])
        np.add.at(delivered, steps, 1)
        suspect += letters["confidence"][letters["row_id"].isin(suspects)].tolist()
        np.add.at(totals, steps, letters["confidence"].to_numpy())
    rejected_counts, uncut = [], 0
    for batch in batches:
        found = read_records(batch / "review_letters.csv", ReviewLetter)
        letters = _rejected_letters(batch, found, stems)
        rejected_counts.append(letters.groupby("label").size())
        rejected = _first(rejected, letters.assign(order=_random_order(letters["name"])), PER_ROW)
        np.add.at(rejected_steps, _steps(letters["confidence"].dropna()), 1)
        uncut += _uncut_letters(batch, found)
    return LetterStatistics(
        _classes(counts, rejected_counts, alphabet),
        pd.DataFrame({"delivered": delivered, "rejected": rejected_steps, "total": totals}),
        rows,
        uncut,
        _by_label(sample.assign(path=sample["name"].map(metadata.parent.joinpath).astype(object))),
        _by_label(least_confident.assign(path=least_confident["name"].map(metadata.parent.joinpath).astype(object))),
        _by_label(rejected),
        (len(suspect), sum(suspect)),
    )


def _rejected_letters(batch: Path, found: Iterable[ReviewLetter], stems: Mapping[str, str]) -> pd.DataFrame:
    """Label, name, path and confidence of the rejected letters of a batch."""
    letters = {(each.row_id, each.position): (each.label, each.confidence) for each in found if each.reason}
    # Letters rejected by a correction are missing there if their word has nothing else to review.
    for line in read_records(batch / "corrections.csv", TriedCorrection):
        if line.action == "reject" and line.outcome == APPLIED:
            letters.setdefault((line.row_id, int(line.position)), (line.label, line.confidence))
    names = [f"{file_stem(row_id, stems)}_{position}.png" for row_id, position in letters]
    frame = pd.DataFrame(list(letters.values()), columns=["label", "confidence"]).astype({"confidence": float})
    paths = pd.Series([batch / REJECTED / name for name in names], frame.index, object)
    return frame.assign(name=names, path=paths)


def _uncut_letters(batch: Path, found: Iterable[ReviewLetter]) -> int:
    """Number of letters of the rejected words of a batch that have an image."""
    cut = {letter.row_id for letter in found}
    words = read_records(batch / "review_words.csv", ReviewWord)
    return sum(len(word.letters) for word in words if word.reason and word.row_id not in cut)


def _random_order(names: Iterable[str]) -> np.ndarray:
    """(n,) float: the first 48 bits of the ``sample_key`` of each."""
    return np.array([int.from_bytes(sample_key(name)[:6]) for name in names], float)


def _first(kept: pd.DataFrame, letters: pd.DataFrame, count: int) -> pd.DataFrame:
    """The first ``count`` letters of each label of both tables, sorted by order and name."""
    if len(kept):
        last = kept.groupby("label")["order"].agg(["size", "max"])
        limits = letters["label"].map(last["max"][last["size"] == count]).fillna(np.inf)
        letters = pd.concat([kept, letters[letters["order"] <= limits]], join="inner")
    return letters.sort_values(["order", "name"]).groupby("label").head(count)


def _by_label(letters: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(label): of_label for label, of_label in letters.groupby("label")}


def _classes(counts: Sequence[pd.DataFrame], rejected: Sequence[pd.Series], alphabet: Iterable[str]) -> pd.DataFrame:
    """``LetterStatistics.classes``, from the sums of these counts."""
    by_part = pd.concat(counts).groupby(level=["label", "split"]).sum()
    by_label = by_part.groupby(level="label").sum()
    classes = by_part["size"].unstack().reindex(columns=PARTS)
    classes["letters"] = by_label["size"]
    lost = pd.concat([pd.Series(dtype=int), *rejected])
    classes = classes.join(lost.groupby(level=0).sum().rename("rejected"), how="outer")
    labels = sorted(alphabet)
    classes = classes.reindex([*labels, *sorted(set(classes.index) - set(labels))]).fillna(0).astype(int)
    classes.index.name = "label"
    return classes.assign(confidence=by_label["sum"] / by_label["count"].where(by_label["count"] > 0))


def _steps(confidences: pd.Series) -> np.ndarray:
    """(n,) int: the bin of each confidence."""
    steps = (confidences.to_numpy(float) * BINS + 1e-6).astype(int)
    return steps.clip(0, BINS - 1)
