"""Doubtful: what of a batch is worth a look by a person, with pictures of the words."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from lettermill.base.file_names import file_stem
from lettermill.base.files import link_or_copy
from lettermill.corrections.correction import BY_HAND, HAND
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Cropped, DoubtfulLetter, DoubtfulWord, Matched, Rejected

DOUBTFUL = "doubtful"
"""The folder of the words' pictures, among the letters of a batch."""


def doubtful_letters(
    records: Iterable[Matched],
    rejected: Iterable[Rejected],
    suspects: Collection[str],
    review_confidence: float,
) -> list[DoubtfulLetter]:
    """All letters of the rows of ``records`` of which one at least is worth a look.

    That is a letter that is rejected, that has a lower confidence than ``review_confidence``, or that the recogniser
    takes for another one; and every letter of a row of ``suspects``. A letter that is decided by hand is worth none.
    rejected: letters, and whole rows, that are not delivered.
    """
    reasons = {(row.row_id, row.position): row.reason for row in rejected}
    letters: list[DoubtfulLetter] = []
    worth_a_look: set[str] = set()
    for r in records:
        reason = reasons.get((r.row_id, r.position)) or reasons.get((r.row_id, None), "")
        if r.method == HAND:
            reason = BY_HAND if reason else ""
        box = (r.x, r.y, r.width, r.height)
        letters.append(DoubtfulLetter(r.row_id, r.position, r.label, *box, r.confidence, r.predicted_label, reason))
        unsure = r.confidence is not None and r.confidence < review_confidence
        doubtful = reason or unsure or r.predicted_label not in ("", r.label) or r.row_id in suspects
        if doubtful and r.method != HAND:
            worth_a_look.add(r.row_id)
    return [letter for letter in letters if letter.row_id in worth_a_look]


def write_doubtful(
    letters: Collection[DoubtfulLetter],
    rejected: Iterable[Rejected],
    words: Mapping[str, str],
    cropped: Path,
    crops: Mapping[str, Cropped],
    output: Path,
) -> None:
    """Write ``doubtful_letters.csv`` with these letters into the folder ``output``, and ``doubtful_words.csv`` with
    their words and the rows that are rejected, but not by hand, though they have an image; the images go to
    ``output``/doubtful/.

    words: row id -> the letters of its transcription. cropped, crops: the folder of the cropped images, and its rows.
    """
    stopped = {row.row_id: row.reason for row in rejected if row.position is None and row.reason != BY_HAND}
    shown = {letter.row_id for letter in letters} | stopped.keys()
    records = []
    for row_id in sorted(shown & crops.keys()):
        crop = crops[row_id]
        if crop.reason:
            continue
        (output / DOUBTFUL).mkdir(exist_ok=True)
        name = f"{DOUBTFUL}/{file_stem(row_id)}.png"
        link_or_copy(cropped / crop.file, output / name)
        place = (crop.x, crop.y, crop.width, crop.height)
        records.append(DoubtfulWord(row_id, words[row_id], name, *place, stopped.get(row_id, "")))
    write_records(output / "doubtful_words.csv", DoubtfulWord, records)
    write_records(output / "doubtful_letters.csv", DoubtfulLetter, letters)
