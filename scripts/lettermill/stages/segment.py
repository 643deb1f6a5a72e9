"""Segment: find the boxes of the letters in the cropped images of a batch."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lettermill.image.ink import components, ink_mask, ink_threshold
from lettermill.image.segmentation import Tolerances, find_letters
from lettermill.records.csv_files import read_results, write_results
from lettermill.records.schemas import Cropped, SegmentedBox, StoppedRow
from lettermill.stages.images import read_crop

log = logging.getLogger(__name__)

STAGE = "segment"


def segment_batch(cropped: Path, output: Path, tolerances: Tolerances) -> None:
    """Find the letters in the images of the folder ``cropped``. Writes ``SegmentedBox`` results to ``output``."""
    results: list[SegmentedBox | StoppedRow] = []
    for row in read_results(cropped / "offsets.csv", Cropped):
        if isinstance(row, Cropped):
            results += _segment(row, cropped, tolerances)
    write_results(output, SegmentedBox, results)
    without = sum(isinstance(result, StoppedRow) for result in results)
    images = len({result.row_id for result in results})
    log.info("%d boxes in %d images; no boxes in %d images", len(results) - without, images - without, without)


def _segment(row: Cropped, cropped: Path, tolerances: Tolerances) -> Sequence[SegmentedBox | StoppedRow]:
    image = read_crop(cropped, row)
    boxes = find_letters(image, row.line_in_crop, tolerances)
    if not boxes:
        return [StoppedRow(row.row_id, STAGE, *_why(image))]
    return [
        SegmentedBox(row.row_id, number, len(boxes), box.moved(row.box.x, row.box.y))
        for number, box in enumerate(boxes)
    ]


def _why(image: np.ndarray) -> tuple[str, str]:
    """(reason, detail): why ``image`` has no letters."""
    if ink_threshold(image) is None:
        return "blank_image", ""
    parts = components(ink_mask(image))
    return ("too_many_pieces", f"{len(parts)} connected components") if parts.no_word else ("no_letters", "")
