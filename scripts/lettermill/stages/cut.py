"""Cut: the letters of a batch as images, in a folder for each letter, and an account of its other rows."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from lettermill.errors import CorruptedFileError
from lettermill.file_names import file_stem
from lettermill.image.box import Box
from lettermill.image.codec import encode_png
from lettermill.image.cut import cut_letters
from lettermill.plan.text import word
from lettermill.records import (
    Cropped,
    Downloaded,
    Letter,
    Matched,
    Rejected,
    Segmented,
    Suspect,
    read_records,
    write_records,
)
from lettermill.stages.doubtful import doubtful_letters, write_doubtful
from lettermill.stages.images import read_crop, read_offsets

log = logging.getLogger(__name__)

LOW = "low_confidence"

REJECTED = "rejected"
"""The folder of the letters that are not delivered, for people to look at."""


class BatchFiles(NamedTuple):
    """What the stages before have written for a batch."""

    downloaded: Path  # folder
    cropped: Path  # folder
    segmented: Path
    letters: Path  # the letters to cut, as Matched records
    suspected: Path | None = None  # Suspect records, where there are any


def cut_batch(
    files: BatchFiles,
    patterns: Sequence[tuple[str, str]],
    output: Path,
    erase_neighbours: bool,
    least_confidence: float,
    sure_from: float,
) -> None:
    """Cut the letters of a batch out of its cropped images; those with a lower confidence than that are rejected.

    patterns: (row id, pattern) of every row of the batch, see ``Alphabet.pattern``.
    Letters go to ``output``/{letter}/{row}_{position}.png (row: see ``file_stem``), those that are rejected to
    ``output``/rejected/. ``letters.csv`` in ``output`` lists the letters; ``rejected.csv`` lists those that are
    rejected, and the rows of the batch that have none, with the stage that stopped them. ``write_doubtful`` says what
    comes of those that are worth a look; sure_from: confidence from which a letter is not.
    Raises CorruptedFileError when a row, or a letter of one, has been lost on the way.
    """
    output.mkdir(parents=True, exist_ok=True)
    crops = read_offsets(files.cropped)
    words = {row_id: word(pattern) for row_id, pattern in patterns}
    found = read_records(files.letters, Matched)
    letters: list[Letter] = []
    rejected: list[Rejected] = []
    for row_id, group in groupby(found, key=lambda record: record.row_id):
        row, records = crops[row_id], list(group)
        if "".join(record.label for record in records) != words[row_id]:
            raise CorruptedFileError(
                f"{files.letters} is not whole: row {row_id} lacks letters. Delete it and run again."
            )
        sure = [not r.reason and (r.confidence is None or r.confidence >= least_confidence) for r in records]
        rejected += _doubtful(records, sure)
        if records[0].reason:
            continue
        boxes = [Box(r.x, r.y, r.width, r.height) for r in records]
        in_crop = [box.moved(-row.x, -row.y) for box in boxes]
        images = cut_letters(read_crop(files.cropped, row), in_crop, erase_neighbours)
        for record, box, image, deliver in zip(records, boxes, images, sure, strict=True):
            file = f"{record.label if deliver else REJECTED}/{file_stem(row_id)}_{record.position}.png"
            (output / file).parent.mkdir(exist_ok=True)
            (output / file).write_bytes(encode_png(image))
            if deliver:
                letters.append(
                    Letter(file, record.label, row_id, record.position, *box, record.confidence, record.method)
                )
    rejected += _rejected(files)
    _check_rows(files, words.keys(), letters, rejected)
    suspects = {suspect.row_id for suspect in read_records(files.suspected, Suspect)} if files.suspected else set()
    doubtful = doubtful_letters(found, rejected, suspects, sure_from)
    write_doubtful(doubtful, rejected, words, files.cropped, crops, output)
    write_records(output / "rejected.csv", Rejected, rejected)
    write_records(output / "letters.csv", Letter, letters)
    stopped = sum(row.position is None for row in rejected)
    log.info("%d letters cut from %d rows", len(letters), len(words) - stopped)
    log.info("rejected: %d rows, and %d letters of others", stopped, len(rejected) - stopped)


def _check_rows(
    files: BatchFiles, rows: Collection[str], letters: Iterable[Letter], rejected: Iterable[Rejected]
) -> None:
    found = Counter(row.row_id for row in rejected if row.position is None)
    found.update({letter.row_id for letter in letters})
    if found != Counter(rows):
        lost = min((Counter(rows) - found) or (found - Counter(rows)))
        places = ", ".join(str(path) for path in files if path)
        raise CorruptedFileError(f"Row {lost} is lost, or there twice, in one of {places}. Delete these and run again.")


def _doubtful(row: list[Matched], sure: list[bool]) -> list[Rejected]:
    """The letters of a row that are not sure; the row itself, in one line, when none is."""
    row_id, first = row[0].row_id, row[0]
    if any(sure):
        doubtful = [record for record, deliver in zip(row, sure, strict=True) if not deliver]
        return [Rejected(row_id, r.position, r.label, "align", LOW, r.confidence, "") for r in doubtful]
    if first.reason:
        stage = "align" if first.method == "align" else "match"
        return [Rejected(row_id, None, "", stage, first.reason, None, first.detail)]
    highest = max(record.confidence for record in row)
    return [Rejected(row_id, None, "", "align", LOW, highest, "the highest of the row's letters")]


def _rejected(files: BatchFiles) -> Iterator[Rejected]:
    """The rows that never came to letters: each is, with a reason, in the table of the stage that stopped it."""
    for stage, path, schema in (
        ("download", files.downloaded / "status.csv", Downloaded),
        ("crop", files.cropped / "offsets.csv", Cropped),
        ("segment", files.segmented, Segmented),
    ):
        for record in read_records(path, schema):
            if record.reason:
                yield Rejected(record.row_id, None, "", stage, record.reason, None, record.detail)
