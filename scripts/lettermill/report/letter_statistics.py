"""Statistics of a dataset's letters, and a few letters of each class to show."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from lettermill.base.kept import Kept
from lettermill.base.split import PARTS
from lettermill.report.letter_columns import LetterColumns, read_columns
from lettermill.report.rejected_letters import BINS, PER_ROW, first_rejected, letters_to_show, rejected_of, steps_of

SAMPLE = 200
"""How many letters of a class are measured at most."""


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
    kept: Kept | None = None,
) -> LetterStatistics:
    """Gather them from ``metadata``, and those of rejected letters from ``batches``, folders of ``cut_batch``.

    stems: names of files of rows, see ``file_stem``. suspects: ids of rows whose ink contradicts the transcription.
    kept: what is known of letters that have not changed.
    Raises CorruptedFileError when a file is damaged.
    """
    kept = kept or Kept()
    letters = read_columns(metadata, kept)
    sure = ~np.isnan(letters.confidence)
    steps, confidences = steps_of(letters.confidence[sure]), letters.confidence[sure]
    suspect = letters.confidence[sure & letters.of_rows(suspects)].tolist()
    by_label = np.split(
        np.argsort(letters.label, kind="stable"), np.bincount(letters.label, minlength=len(letters.labels)).cumsum()
    )
    sample, least_confident = {}, {}
    for label, places in zip(letters.labels, by_label, strict=False):
        sample[label] = _shown(letters, letters.first(letters.order, places, SAMPLE), label, metadata.parent)
        places = places[sure[places]]
        if len(places):
            first = letters.first(letters.confidence, places, PER_ROW)
            least_confident[label] = _shown(letters, first, label, metadata.parent)
    lost = [rejected_of(batch, stems, kept) for batch in batches]
    rejected_steps = Counter({int(step): 0 for step in range(BINS)})
    for of_batch in lost:
        rejected_steps.update(of_batch.steps)
    return LetterStatistics(
        _classes(letters, sum((of_batch.labels for of_batch in lost), Counter()), alphabet),
        pd.DataFrame(
            {
                "delivered": np.bincount(steps, minlength=BINS),
                "rejected": [rejected_steps[step] for step in range(BINS)],
                "total": np.bincount(steps, confidences, BINS),
            }
        ),
        len(letters.rows),
        sum(of_batch.uncut for of_batch in lost),
        sample,
        least_confident,
        first_rejected(zip(batches, lost, strict=True)),
        (len(suspect), sum(suspect)),
    )


def _shown(letters: LetterColumns, places: Sequence[int], label: str, folder: Path) -> pd.DataFrame:
    """Letters to show."""
    names = [letters.name(place) for place in places]
    confidences = letters.confidence[places].astype(float)
    return letters_to_show([(label, name, folder / name, confidences[at]) for at, name in enumerate(names)])


def _classes(letters: LetterColumns, rejected: Mapping[str, int], alphabet: Iterable[str]) -> pd.DataFrame:
    """``LetterStatistics.classes``."""
    labels = sorted(alphabet)
    labels += sorted({*letters.labels, *rejected} - set(labels))
    places = np.array([labels.index(label) for label in letters.labels], int)[letters.label]
    by_part = np.bincount(places * len(PARTS) + letters.part, minlength=len(labels) * len(PARTS))
    by_part = by_part.reshape(len(labels), len(PARTS))
    sure = ~np.isnan(letters.confidence)
    count = np.bincount(places[sure], minlength=len(labels))
    total = np.bincount(places[sure], letters.confidence[sure], len(labels))
    return pd.DataFrame(
        {
            **{part: by_part[:, place] for place, part in enumerate(PARTS)},
            "letters": by_part.sum(axis=1),
            "rejected": [rejected.get(label, 0) for label in labels],
            "confidence": np.where(count > 0, total / np.maximum(count, 1), np.nan),
        },
        index=pd.Index(labels, dtype="str", name="label"),
    )
