"""Segment: find the boxes of the letters in the cropped images of a batch."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from lettermill.base.box import Box
from lettermill.image.hypotheses import DARKEST, InkHypothesis
from lettermill.image.segmentation import Tolerances, letters_in
from lettermill.paper.ink import INK_SHARE, components, ink_mask, ink_threshold
from lettermill.records.csv_files import as_text, from_text, read_results, write_results
from lettermill.records.row_store import RowStore, row_key
from lettermill.records.schemas import Cropped, SegmentedBox, StoppedRow
from lettermill.stages.boxes import Boxes
from lettermill.stages.images import crop_bytes
from lettermill.stages.word_images import read_word

log = logging.getLogger(__name__)

STAGE = "segment"

SAME_BOX = 0.6
"""Intersection over union from which two hypotheses agree about a letter."""


def segment_batch(cropped: Path, output: Path, tolerances: Tolerances, depends_on: str = "") -> None:
    """Find the letters in the images of the folder ``cropped``. Writes ``SegmentedBox`` results to ``output``.

    depends_on: see ``RowStore``.
    """
    results: list[SegmentedBox | StoppedRow] = []
    with RowStore(output, depends_on) as store:
        for row in read_results(cropped / "offsets.csv", Cropped):
            if isinstance(row, StoppedRow):
                continue
            key = row_key(repr(row), *crop_bytes(cropped, row))
            kept = store.find(key)
            if kept is None:
                kept = as_text(SegmentedBox, _segment(row, cropped, tolerances))
                store.keep(key, kept)
            results += from_text(SegmentedBox, kept)
    write_results(output, SegmentedBox, results)
    without = sum(isinstance(result, StoppedRow) for result in results)
    images = len({result.row_id for result in results})
    log.info("%d boxes in %d images; no boxes in %d images", len(results) - without, images - without, without)


def boxes_of(hypotheses: Iterable[InkHypothesis], tolerances: Tolerances = Tolerances()) -> list[Boxes]:
    """The boxes in pixels of the word image by each hypothesis, without those that agree with an earlier one."""
    found: list[Boxes] = []
    for hypothesis in hypotheses:
        x, y = hypothesis.origin
        boxes = [box.moved(x, y) for box in letters_in(hypothesis.parts, hypothesis.band, tolerances)]
        for number, other in enumerate(found):
            if len(boxes) == len(other.boxes) and all(map(_agree, boxes, other.boxes)):
                found[number] = other._replace(votes=other.votes + hypothesis.votes)
                break
        else:
            if boxes:
                found.append(Boxes(hypothesis.name, hypothesis.votes, boxes))
    return found


def _agree(one: Box, other: Box) -> bool:
    return one.overlap(other) >= SAME_BOX


def _segment(row: Cropped, cropped: Path, tolerances: Tolerances) -> Sequence[SegmentedBox | StoppedRow]:
    image = read_word(cropped, row)
    found = boxes_of(image.voted(), tolerances)
    if not found:
        return [StoppedRow(row.row_id, STAGE, *why_none(image.layers[0]))]
    return [
        SegmentedBox(row.row_id, number, len(boxes), box.moved(row.box.x, row.box.y), hypothesis, votes)
        for hypothesis, votes, boxes in found
        for number, box in enumerate(boxes)
    ]


def why_none(image: np.ndarray) -> tuple[str, str]:
    """(reason, detail): why ``image`` has no letters."""
    if ink_threshold(image) is None:
        return "blank_image", ""
    for share in (INK_SHARE, DARKEST):
        parts = components(ink_mask(image, share))
        if parts.no_word:
            return "too_many_pieces", f"{parts.count} connected components"
    return "no_letters", ""
