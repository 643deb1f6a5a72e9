"""Segment: the boxes of the letters in the cropped images of a batch."""

import logging
from pathlib import Path

import numpy as np

from lettermill.image.ink import components, ink_mask, ink_threshold
from lettermill.image.segmentation import Tolerances, find_letters
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Cropped, Segmented
from lettermill.stages.images import read_crop

log = logging.getLogger(__name__)


def segment_batch(cropped: Path, output: Path, tolerances: Tolerances) -> None:
    """Find the letters of the images of the folder ``cropped``; write ``Segmented`` records to ``output``."""
    records = []
    for row in read_records(cropped / "offsets.csv", Cropped):
        if not row.reason:
            records += _segment(row, cropped, tolerances)
    write_records(output, Segmented, records)
    without = sum(bool(record.reason) for record in records)
    images = len({record.row_id for record in records})
    log.info("%d boxes in %d images; none in %d", len(records) - without, images - without, without)


def _segment(row: Cropped, cropped: Path, tolerances: Tolerances) -> list[Segmented]:
    image = read_crop(cropped, row)
    boxes = find_letters(image, None if row.line is None else row.line - row.y, tolerances)
    if not boxes:
        return [Segmented(row.row_id, None, 0, None, None, None, None, *_why(image))]
    return [
        Segmented(row.row_id, index, len(boxes), *box.moved(row.x, row.y), "", "") for index, box in enumerate(boxes)
    ]


def _why(image: np.ndarray) -> tuple[str, str]:
    """Why ``image`` has no letters: the reason and a detail."""
    if ink_threshold(image) is None:
        return "blank_image", ""
    parts = components(ink_mask(image))
    return ("too_many_pieces", f"{len(parts)} pieces") if parts.no_word else ("no_letters", "")
