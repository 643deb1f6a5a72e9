"""Cut: the letters of a batch as images, in a folder for each letter, and an account of its other rows."""

import logging
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from lettermill.image.box import Box
from lettermill.image.codec import encode_png
from lettermill.image.cut import cut_letters
from lettermill.records import Cropped, Downloaded, Letter, Matched, Rejected, Segmented, read_records, write_records
from lettermill.stages.images import read_crop

log = logging.getLogger(__name__)

LOW = "low_confidence"


class BatchFiles(NamedTuple):
    """What the stages before have written for a batch."""

    downloaded: Path  # folder
    cropped: Path  # folder
    segmented: Path
    letters: Path  # the letters to cut, as Matched records


def cut_batch(files: BatchFiles, output: Path, erase_neighbours: bool, least_confidence: float) -> None:
    """Cut the letters of a batch out of its cropped images; those with a lower confidence than that are rejected.

    They go to ``output``/{letter}/{row_id}_{position}.png. ``letters.csv`` in ``output`` lists them;
    ``rejected.csv`` lists the rows of the batch that have none, with the stage that stopped them.
    """
    output.mkdir(parents=True, exist_ok=True)
    crops = {row.row_id: row for row in read_records(files.cropped / "offsets.csv", Cropped)}
    letters: list[Letter] = []
    found, rejected = _deliverable(read_records(files.letters, Matched), least_confidence)
    for row_id, group in groupby(found, key=lambda record: record.row_id):
        row, records = crops[row_id], list(group)
        boxes = [Box(r.x, r.y, r.width, r.height) for r in records]
        in_crop = [box.moved(-row.x, -row.y) for box in boxes]
        images = cut_letters(read_crop(files.cropped, row), in_crop, erase_neighbours)
        for record, box, image in zip(records, boxes, images, strict=True):
            file = f"{record.label}/{row_id}_{record.position}.png"
            (output / record.label).mkdir(exist_ok=True)
            (output / file).write_bytes(encode_png(image))
            letters.append(Letter(file, record.label, row_id, record.position, *box, record.confidence, record.method))
    rejected += _rejected(files)
    write_records(output / "rejected.csv", Rejected, rejected)
    write_records(output / "letters.csv", Letter, letters)
    log.info("%d letters cut; %d rows and letters rejected", len(letters), len(rejected))


def _deliverable(records: list[Matched], least_confidence: float) -> tuple[list[Matched], list[Rejected]]:
    """The letters to deliver, and the letters and rows that are not: a row without any letter is one line."""
    letters: list[Matched] = []
    rejected: list[Rejected] = []
    for row_id, group in groupby(records, key=lambda record: record.row_id):
        row = list(group)
        sure = [r for r in row if not r.reason and (r.confidence is None or r.confidence >= least_confidence)]
        letters += sure
        if sure:
            doubtful = [r for r in row if r not in sure]
            rejected += [Rejected(row_id, r.position, r.label, "align", LOW, r.confidence, "") for r in doubtful]
        elif row[0].reason:
            stage = "align" if row[0].method == "align" else "match"
            rejected.append(Rejected(row_id, None, "", stage, row[0].reason, None, row[0].detail))
        else:
            highest = max(r.confidence for r in row)
            rejected.append(Rejected(row_id, None, "", "align", LOW, highest, "the highest of the row's letters"))
    return letters, rejected


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
