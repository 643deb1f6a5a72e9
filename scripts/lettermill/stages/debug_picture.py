"""A picture of how one row went through the stages."""

from collections.abc import Iterable
from itertools import starmap
from pathlib import Path

import numpy as np

from lettermill.base.box import Box
from lettermill.base.files import write_bytes
from lettermill.corrections.apply import decide
from lettermill.corrections.correction import Correction
from lettermill.image.codec import decode, encode_png
from lettermill.image.drawing import word_picture
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Cropped, Downloaded, Matched, Segmented

LEFT_OUT = "-"
"""The label of a letter that is rejected by hand."""


def draw_row(
    row_id: str,
    downloaded: Path,
    cropped: Path,
    segmented: Path,
    letters: Path,
    output: Path,
    corrections: Iterable[tuple[str, ...]] = (),
) -> None:
    """Draw the image of row ``row_id`` with its crop, boxes, labels and histograms, as far as the row came.

    corrections: of the letters of its batch, see ``Correction``.
    """
    status = next(record for record in read_records(downloaded / "status.csv", Downloaded) if record.row_id == row_id)
    stopped = [("download", status.reason, status.detail)]
    image = decode((downloaded / status.file).read_bytes()) if status.file else np.full((30, 300), 255, np.uint8)

    region = None
    for crop in _of_row(cropped / "offsets.csv", Cropped, row_id):
        stopped.append(("crop", crop.reason, crop.detail))
        region = None if crop.reason else Box(crop.x, crop.y, crop.width, crop.height)
    found = _of_row(segmented, Segmented, row_id)
    stopped += [("segment", record.reason, record.detail) for record in found]
    boxes = [Box(r.x, r.y, r.width, r.height) for r in found if not r.reason]
    found = _of_row(letters, Matched, row_id)
    stopped += [(record.method, record.reason, record.detail) for record in found]
    labels = []
    if found and not found[0].reason:
        own = [line for line in starmap(Correction, corrections) if line.row_id == row_id]
        found, left_out, _ = decide(found, own, region)
        labels = [LEFT_OUT if record.position in left_out else record.label for record in found]
        boxes = [Box(r.x, r.y, r.width, r.height) for r in found]

    why = next((f"stopped by {stage}: {reason} {detail}" for stage, reason, detail in stopped if reason), None)
    caption = f"{row_id} [batch {downloaded.name}]  {why or ''.join(labels)}"
    write_bytes(output, encode_png(word_picture(image, region, boxes, labels, caption)))


def _of_row(path: Path, schema: type, row_id: str) -> list:
    return [record for record in read_records(path, schema) if record.row_id == row_id]
