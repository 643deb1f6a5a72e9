"""Review candidates: the letters and words of a batch that a person should check, with images of the words."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from lettermill.base.files import link_or_copy
from lettermill.corrections.correction import BY_HAND, HAND
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Cropped, MatchedLetter, Rejected, ReviewLetter, ReviewWord

PICTURES = "review"
"""The folder of the word images inside the folder of a batch."""


def review_letters(
    records: Iterable[MatchedLetter],
    rejected: Iterable[Rejected],
    suspects: Collection[str],
    review_confidence: float,
) -> list[ReviewLetter]:
    """All letters of those rows of ``records`` that have at least one letter to review.

    A letter is to be reviewed if it is rejected, if its confidence is below ``review_confidence``, if the recogniser
    reads it as another letter, or if its row is one of ``suspects``. A letter with a correction is not.
    rejected: the letters and whole rows that are not delivered.
    """
    reasons = {(row.row_id, row.position): row.reason for row in rejected}
    letters: list[ReviewLetter] = []
    to_review: set[str] = set()
    for r in records:
        reason = reasons.get((r.row_id, r.position)) or reasons.get((r.row_id, None), "")
        if r.method == HAND:
            reason = BY_HAND if reason else ""
        letters.append(ReviewLetter(r.row_id, r.position, r.label, r.box, r.confidence, r.predicted_label, reason))
        uncertain = r.confidence is not None and r.confidence < review_confidence
        misread = r.predicted_label not in ("", r.label)
        if (reason or uncertain or misread or r.row_id in suspects) and r.method != HAND:
            to_review.add(r.row_id)
    return [letter for letter in letters if letter.row_id in to_review]


def write_review_candidates(
    letters: Collection[ReviewLetter],
    rejected: Iterable[Rejected],
    words: Mapping[str, str],
    cropped: Path,
    crops: Mapping[str, Cropped],
    output: Path,
) -> None:
    """Write the review candidates of a batch into the folder ``output``.

    ``review_letters.csv`` lists ``letters``. ``review_words.csv`` lists their words, and all rejected rows that have an
    image and are not rejected by hand. The images of these words go to ``output``/review/.
    words: row id -> the letters of its transcription. cropped: folder of the cropped images. crops: row id -> record.
    """
    stopped = {row.row_id: row.reason for row in rejected if row.position is None and row.reason != BY_HAND}
    shown = {letter.row_id for letter in letters} | stopped.keys()
    records = []
    for row_id in sorted(shown & crops.keys()):
        crop = crops[row_id]
        (output / PICTURES).mkdir(exist_ok=True)
        name = f"{PICTURES}/{crop.file}"
        link_or_copy(cropped / crop.file, output / name)
        records.append(ReviewWord(row_id, words[row_id], name, crop.box, stopped.get(row_id, "")))
    write_records(output / "review_words.csv", ReviewWord, records)
    write_records(output / "review_letters.csv", ReviewLetter, letters)
