"""Contact sheets: letters and words, delivered and rejected, for a check by eye."""

import heapq
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from lettermill.base.file_names import file_stem
from lettermill.base.files import write_bytes
from lettermill.base.kept import Kept, digest_of_files
from lettermill.base.reasons import COMPARE
from lettermill.base.sampling import sample_key
from lettermill.image.codec import encode_png
from lettermill.image.drawing import captioned, class_lines
from lettermill.records.csv_files import read_fields, read_records
from lettermill.records.current import current
from lettermill.records.schemas import Letter, Rejected
from lettermill.stages.cut import REJECTED
from lettermill.stages.images import read_cut
from lettermill.stages.review_candidates import PICTURES

log = logging.getLogger(__name__)

COLUMNS, LINES = 24, 14
"""Letters per line, and lines of the sheets that are not sorted by class."""

LETTER_CELL, MAX_ENLARGEMENT = (48, 44), 2.0
"""Size of a letter's cell (height, width) in pixels there, and the largest factor that letters are enlarged by."""

WORD_COLUMNS, WORD_LINES = 3, 20
"""Words per line, and lines."""


class ContactSheets(NamedTuple):
    """Paths of the sheets."""

    delivered: Path
    least_confident: Path
    rejected_letters: Path
    rejected_rows: Path


class _Letter(NamedTuple):
    order: Any  # which letters come first
    caption: str
    batch: Path
    name: str

    @property
    def path(self) -> Path:
        return self.batch / self.name


def write_contact_sheets(
    batches: Sequence[Path],
    output: ContactSheets,
    stems: Mapping[str, str] = MappingProxyType({}),
    kept: Kept | None = None,
) -> None:
    """Draw the contact sheets of the letters in ``batches``, folders that ``cut_batch`` has written.

    delivered: a random sample of each class, the same in every run. least_confident: the least confident delivered
    letters. rejected_letters, rejected_rows: a random sample of the rejected letters, and of the rejected rows with
    their reason. stems: names of files, see ``file_stem``. kept: what is known of batches that have not changed.
    """
    classes: dict[str, list[_Letter]] = {}
    least_confident: list[_Letter] = []
    rejected: list[tuple[Rejected, Path]] = []
    stopped: list[tuple[Rejected, Path]] = []
    for batch in batches:
        path = current(batch, "letters.csv")
        size = path.stat().st_size
        known = json.loads((kept or Kept()).get(digest_of_files([path]), partial(_first_letters, path), size))
        for label, names in known["classes"].items():
            letters = [_Letter(sample_key(name), label, batch, name) for name in names]
            classes[label] = sorted(classes.get(label, []) + letters)[:COLUMNS]
        least_confident += [
            _Letter((confidence, name), f"{label} {confidence:.2f}", batch, name)
            for confidence, name, label in known["least_confident"]
            if len(least_confident) < COLUMNS * LINES or (confidence, name) < least_confident[-1].order
        ]
        least_confident = sorted(least_confident)[: COLUMNS * LINES]
        for row in read_records(current(batch, "rejected.csv"), Rejected):
            if row.position is None:
                stopped.append((row, batch))
            elif row.stage != COMPARE:  # letters cut from the image of another word show nothing
                rejected.append((row, batch))
    shown = [(label, [read_cut(letter.path) for letter in letters]) for label, letters in sorted(classes.items())]
    log.info("%d classes; rejected: %d rows, and %d letters of other rows", len(classes), len(stopped), len(rejected))
    _write(output.delivered, class_lines(shown, COLUMNS))
    _write(output.least_confident, captioned(_pictures(least_confident), COLUMNS, LETTER_CELL, MAX_ENLARGEMENT))
    _write(
        output.rejected_letters, captioned(_pictures(_letters(rejected, stems)), COLUMNS, LETTER_CELL, MAX_ENLARGEMENT)
    )
    _write(output.rejected_rows, captioned(_words(stopped, stems), WORD_COLUMNS, (48, 400)))


def _first_letters(table: Path) -> bytes:
    """Those letters of a batch that may be shown, as JSON: of each class the first ones in random order, and the least
    confident ones. table: its ``letters.csv``."""
    names: dict[str, list[tuple[bytes, str]]] = {}
    confidences: list[tuple[float, str, str]] = []
    for name, label, *_, confidence, _ in read_fields(table, Letter):
        names.setdefault(label, []).append((sample_key(name), name))
        if confidence:
            confidences.append((float(confidence), name, label))
    classes = {label: [name for _, name in heapq.nsmallest(COLUMNS, keys)] for label, keys in names.items()}
    least_confident = heapq.nsmallest(COLUMNS * LINES, confidences)
    return json.dumps({"classes": classes, "least_confident": least_confident}, separators=(",", ":")).encode()


def _letters(rejected: Iterable[tuple[Rejected, Path]], stems: Mapping[str, str]) -> list[_Letter]:
    """A random sample of the rejected letters: the most confident first, letters without confidence last."""
    letters = []
    for row, batch in rejected:
        name = f"{file_stem(row.row_id, stems)}_{row.position}.png"
        order = (1.0 if row.confidence is None else -row.confidence, name)
        caption = row.label if row.confidence is None else f"{row.label} {row.confidence:.2f}"
        letters.append((sample_key(name), _Letter(order, caption, batch, f"{REJECTED}/{name}")))
    return sorted(letter for _, letter in heapq.nsmallest(COLUMNS * LINES, letters))


def _words(rejected: Iterable[tuple[Rejected, Path]], stems: Mapping[str, str]) -> list[tuple[str, np.ndarray]]:
    """A random sample of the rejected rows that have an image, sorted by reason."""
    words = []
    for row, batch in sorted(rejected, key=lambda each: sample_key(each[0].row_id)):
        path = batch / PICTURES / f"{file_stem(row.row_id, stems)}.png"
        if path.exists():
            words.append((f"{row.reason}: {row.row_id}", read_cut(path)))
        if len(words) == WORD_COLUMNS * WORD_LINES:
            break
    return sorted(words, key=lambda word: word[0])


def _pictures(letters: Iterable[_Letter]) -> list[tuple[str, np.ndarray]]:
    return [(letter.caption, read_cut(letter.path)) for letter in letters]


def _write(path: Path, picture: np.ndarray) -> None:
    write_bytes(path, encode_png(picture))
