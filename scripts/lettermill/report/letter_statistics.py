"""The letters of a dataset in numbers, and a few of each class to be shown: what is kept does not grow with the
table."""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lettermill.base.file_names import file_stem
from lettermill.base.sampling import sample_key
from lettermill.base.split import PARTS
from lettermill.corrections.correction import APPLIED
from lettermill.records.csv_files import read_fields, read_records
from lettermill.records.schemas import Delivered, ReviewLetter, ReviewWord, TriedCorrection
from lettermill.stages.cut import REJECTED

SHOWN = 12
"""Letters of a class that are shown of each kind."""

SAMPLE = 200
"""Letters of a class that are measured, at most."""

BINS = 200
"""Steps of the confidences that are counted: 0.005 each."""


class Shown(NamedTuple):
    """A letter that may be shown. order: smaller ones come first. name: for equal ones."""

    order: float | bytes
    name: str
    path: Path
    confidence: float | None


class Smallest:
    """The smallest of what is added, ``most`` of them; no more than four times as many are kept meanwhile."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple] = []
        self._limit: tuple | None = None

    def add(self, item: tuple) -> None:
        """Keep ``item`` if it is small enough so far."""
        if self._limit is None or item < self._limit:
            self._kept.append(item)
            if len(self._kept) >= 4 * self._most:
                self._kept = heapq.nsmallest(self._most, self._kept)
                self._limit = self._kept[-1]

    def __iter__(self) -> Iterable[tuple]:
        return iter(heapq.nsmallest(self._most, self._kept))


@dataclass
class Class:
    """The letters of a class.

    parts: part of the split -> letters delivered. sure, known: sum and number of their confidences. sample: a fair one,
    drawn by a hash of their names; least: the least confident; rejected: how many are, with an image; lost: a sample of
    these.
    """

    parts: Counter[str] = field(default_factory=Counter)
    sure: float = 0.0
    known: int = 0
    sample: Smallest = field(default_factory=lambda: Smallest(SAMPLE))
    least: Smallest = field(default_factory=lambda: Smallest(SHOWN))
    rejected: int = 0
    lost: Smallest = field(default_factory=lambda: Smallest(SHOWN))

    @property
    def letters(self) -> int:
        return self.parts.total()

    @property
    def confidence(self) -> float | None:
        """The mean one."""
        return self.sure / self.known if self.known else None


@dataclass
class LetterStatistics:
    """All letters. classes: label -> Class, in the order of the alphabet. rows: of which letters are delivered.
    delivered, rejected: how many letters have a confidence in each of ``BINS`` steps. sure: sum of the confidences of
    the delivered ones, by the same steps. uncut: letters of words with an image that gave none."""

    classes: dict[str, Class]
    rows: int = 0
    delivered: list[int] = field(default_factory=lambda: [0] * BINS)
    rejected: list[int] = field(default_factory=lambda: [0] * BINS)
    sure: list[float] = field(default_factory=lambda: [0.0] * BINS)
    uncut: int = 0

    @property
    def total(self) -> int:
        """Letters delivered."""
        return sum(each.letters for each in self.classes.values())

    @property
    def parts(self) -> dict[str, int]:
        """Part of the split -> letters delivered."""
        return {part: sum(each.parts[part] for each in self.classes.values()) for part in PARTS}

    @property
    def rejected_letters(self) -> int:
        """Letters that were found and not delivered."""
        return sum(each.rejected for each in self.classes.values())

    @property
    def seen(self) -> int:
        """Letters of the words that have an image, by their transcriptions."""
        return self.total + self.rejected_letters + self.uncut

    @property
    def known(self) -> int:
        """Letters delivered that have a confidence."""
        return sum(self.delivered)

    def expected(self, least: float = 0.0) -> tuple[int, float]:
        """How many letters are delivered with this confidence or more (in steps of 0.005), and the sum of these."""
        first = round(least * BINS)
        return sum(self.delivered[first:]), sum(self.sure[first:])


def gather_letters(metadata: Path, batches: Sequence[Path], alphabet: Iterable[str]) -> LetterStatistics:
    """Go through ``metadata`` and what the folders ``batches``, see ``cut_batch``, say of letters that are not in it.

    Raises CorruptedFileError when one of these is not what it should be.
    """
    letters = LetterStatistics({label: Class() for label in sorted(alphabet)})
    row = None
    for name, label, row_id, _, _, _, _, _, confidence, _, part in read_fields(metadata, Delivered):
        if row_id != row:
            row, letters.rows = row_id, letters.rows + 1
        this = letters.classes.setdefault(label, Class())
        this.parts[part] += 1
        sure = float(confidence) if confidence else None
        path = metadata.parent / name
        this.sample.add(Shown(sample_key(name), name, path, sure))
        if sure is not None:
            this.sure += sure
            this.known += 1
            step = _step(sure)
            letters.delivered[step] += 1
            letters.sure[step] += sure
            this.least.add(Shown(sure, name, path, sure))
    for batch in batches:
        _add_rejected(letters, batch)
    return letters


def _add_rejected(letters: LetterStatistics, batch: Path) -> None:
    """Count the letters of a batch that are not delivered."""
    cut = set()
    rejected: dict[tuple[str, int], tuple[str, float | None]] = {}
    for letter in read_records(batch / "review_letters.csv", ReviewLetter):
        cut.add(letter.row_id)
        if letter.reason:
            rejected[letter.row_id, letter.position] = letter.label, letter.confidence
    # Words with nothing to look at but what is rejected by hand are not among these.
    for line in read_records(batch / "corrections.csv", TriedCorrection):
        if line.action == "reject" and line.outcome == APPLIED:
            rejected.setdefault((line.row_id, int(line.position)), (line.label, line.confidence))
    for (row_id, position), (label, confidence) in rejected.items():
        this = letters.classes.setdefault(label, Class())
        this.rejected += 1
        name = f"{file_stem(row_id)}_{position}.png"
        this.lost.add(Shown(sample_key(name), name, batch / REJECTED / name, confidence))
        if confidence is not None:
            letters.rejected[_step(confidence)] += 1
    for word in read_records(batch / "review_words.csv", ReviewWord):
        if word.reason and word.row_id not in cut:
            letters.uncut += len(word.letters)


def _step(confidence: float) -> int:
    return min(max(int(confidence * BINS + 1e-6), 0), BINS - 1)
