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


class BatchFiles(NamedTuple):
    """What the stages before have written for a batch."""

    downloaded: Path  # folder
    cropped: Path  # folder
    segmented: Path
    letters: Path  # the letters to cut, as Matched records


def cut_batch(files: BatchFiles, output: Path, erase_neighbours: bool) -> None:
    """Cut the letters of a batch out of its cropped images.

    They go to ``output``/{letter}/{row_id}_{position}.png. ``letters.csv`` in ``output`` lists them;
    ``rejected.csv`` lists the rows of the batch that have none, with the stage that stopped them.
    """
    output.mkdir(parents=True, exist_ok=True)
    crops = {row.row_id: row for row in read_records(files.cropped / "offsets.csv", Cropped)}
    letters: list[Letter] = []
    found = (record for record in read_records(files.letters, Matched) if not record.reason)
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
    rejected = list(_rejected(files))
    write_records(output / "rejected.csv", Rejected, rejected)
    write_records(output / "letters.csv", Letter, letters)
    log.info("%d letters cut; %d rows stopped before", len(letters), len(rejected))


def _rejected(files: BatchFiles) -> Iterator[Rejected]:
    """The rows without letters: each is, with a reason, in the table of the stage that stopped it."""
    for stage, path, schema in (
        ("download", files.downloaded / "status.csv", Downloaded),
        ("crop", files.cropped / "offsets.csv", Cropped),
        ("segment", files.segmented, Segmented),
        ("match", files.letters, Matched),
    ):
        for record in read_records(path, schema):
            if record.reason:
                yield Rejected(record.row_id, None, "", stage, record.reason, None, record.detail)
