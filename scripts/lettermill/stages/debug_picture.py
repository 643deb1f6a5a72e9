"""The debug picture of a row: crop, boxes, labels and histograms."""

from collections.abc import Iterable
from itertools import starmap
from pathlib import Path
from typing import TypeVar

import numpy as np

from lettermill.base.files import write_bytes
from lettermill.corrections.apply import decide
from lettermill.corrections.correction import Correction
from lettermill.image.codec import decode, encode_png
from lettermill.image.drawing import word_picture
from lettermill.records.csv_files import read_records, read_results
from lettermill.records.schemas import Cropped, Downloaded, MatchedLetter, SegmentedBox, StoppedRow

R = TypeVar("R", Cropped, SegmentedBox, MatchedLetter)

LEFT_OUT = "-"
"""The label of a letter that a correction rejects."""


def draw_row(
    row_id: str,
    downloaded: Path,
    cropped: Path,
    segmented: Path,
    letters: Path,
    output: Path,
    corrections: Iterable[tuple[str, ...]] = (),
) -> None:
    """Draw the image of row ``row_id`` with its crop, boxes, labels and histograms, up to the stage that rejected it.

    corrections: those of letters of its batch, see ``Correction``.
    """
    status = next(record for record in read_records(downloaded / "status.csv", Downloaded) if record.row_id == row_id)
    stopped = [StoppedRow(row_id, "download", status.reason, status.detail)] if status.reason else []
    image = decode((downloaded / status.file).read_bytes()) if status.file else None

    region, boxes, labels = None, [], []
    for crop in _of_row(cropped / "offsets.csv", Cropped, row_id, stopped):
        region = crop.box
    for segmented_box in _of_row(segmented, SegmentedBox, row_id, stopped):
        boxes.append(segmented_box.box)
    found = _of_row(letters, MatchedLetter, row_id, stopped)
    if found and region:
        own = [line for line in starmap(Correction, corrections) if line.row_id == row_id]
        found, left_out, _ = decide(found, own, region)
        labels = [LEFT_OUT if letter.position in left_out else letter.label for letter in found]
        boxes = [letter.box for letter in found]

    why = next((f"rejected by {row.stage}: {row.reason} {row.detail}" for row in stopped), None)
    caption = f"row {row_id}, batch {downloaded.name}: {why or ''.join(labels)}"
    shown = np.full((30, 300), 255, np.uint8) if image is None else image
    write_bytes(output, encode_png(word_picture(shown, region, boxes, labels, caption)))


def _of_row(path: Path, schema: type[R], row_id: str, stopped: list[StoppedRow]) -> list[R]:
    """The records of the row. If it was rejected, its record is added to ``stopped``."""
    results = [result for result in read_results(path, schema) if result.row_id == row_id]
    stopped += [result for result in results if isinstance(result, StoppedRow)]
    return [result for result in results if not isinstance(result, StoppedRow)]
