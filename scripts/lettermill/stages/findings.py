"""Findings: what the images of a batch are like, for the diagnosis of the table, with example pictures."""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.base.findings import MENTIONED, counted_kinds
from lettermill.base.sampling import sample_key
from lettermill.image.codec import decode_colour, encode_png
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Cropped, Downloaded, Finding, StoppedRow
from lettermill.stages.boxes import Boxes

EXAMPLES = 6
"""Number of example pictures of each kind."""

PICTURES = "found"
"""The folder of the examples inside the folder of a batch."""

LARGEST = (160, 480)
"""Largest height and width of an example in pixels; larger images are reduced."""

SMALLEST_LETTER = 8
"""Height of letters in pixels below which they are called tiny: fewer pixels do not show the shape of a letter."""

JOINED, WIDE = 1.5, 1.3
"""Letters per box from which the letters of a word are joined, if its widest box has more than so many times the median
height of the boxes."""

SECOND_LINE = 0.6
"""Minimum height of the boxes of a second line of writing, as a share of the height of those of the first."""

OF_REASON = {"blank_image": ("blank",), "no_letters": ("blank",), "too_many_pieces": ("page",)}
"""Reason of `segment` -> kinds."""


def found_in_boxes(every: Sequence[Boxes], letters: int) -> Iterator[str]:
    """The kinds (see ``base.findings``) that the boxes of an image show.

    every: by each hypothesis, the most usual first, at least one. letters: of its transcription.
    """
    first = every[0].boxes
    height = statistics.median(box.height for box in first)
    if height < SMALLEST_LETTER:
        yield "tiny"
    if letters >= JOINED * len(first) and max(box.width for box in first) > WIDE * height:
        yield "joined"
    top, bottom = min(box.y for box in first), max(box.bottom for box in first)
    for _, _, boxes in every[1:]:
        beyond = max(box.bottom for box in boxes) <= top or min(box.y for box in boxes) >= bottom
        if beyond and len(boxes) > 1 and statistics.median(box.height for box in boxes) >= SECOND_LINE * height:
            yield "lines"
            break


def write_findings(
    downloaded: Path,
    cropped: Mapping[str, Cropped],
    boxes: Mapping[str, list[Boxes] | StoppedRow],
    words: Mapping[str, str],
    output: Path,
) -> None:
    """Write ``findings.csv`` and up to ``EXAMPLES`` pictures of each kind that is frequent in the batch to ``output``.

    downloaded: folder of the batch. cropped: row id -> record. boxes: see ``read_boxes``. words: row id ->
    letters.
    """
    images = {row.row_id: row for row in read_records(downloaded / "status.csv", Downloaded)}
    if lost := cropped.keys() - images.keys():
        raise CorruptedFileError(
            f"{downloaded / 'status.csv'}: row {min(lost)} is missing. Delete {downloaded} and run again."
        )
    kinds = {row_id: crop.found.split() for row_id, crop in cropped.items()}
    counts = dict.fromkeys(kinds, 0)
    for row_id, found in boxes.items():
        if isinstance(found, StoppedRow):
            kinds[row_id] += OF_REASON.get(found.reason, ())
        else:
            kinds[row_id] += found_in_boxes(found, len(words[row_id]))
            counts[row_id] = len(found[0].boxes)
    kinds = {row_id: counted_kinds(len(words[row_id]), found) for row_id, found in kinds.items()}
    files = {row_id: downloaded / images[row_id].file for row_id in kinds}
    pictures = _write_examples(files, cropped, kinds, output)
    findings = [
        Finding(
            row_id,
            words[row_id],
            counts[row_id],
            images[row_id].sha256,
            " ".join(found),
            pictures.get(row_id, ""),
        )
        for row_id, found in sorted(kinds.items())
    ]
    write_records(output / "findings.csv", Finding, findings)


def _write_examples(
    files: Mapping[str, Path], cropped: Mapping[str, Cropped], kinds: Mapping[str, Sequence[str]], output: Path
) -> dict[str, str]:
    """Row id -> file of its picture. files: row id -> downloaded image; the crop no longer shows what was found."""
    counts = Counter(kind for found in kinds.values() for kind in found)
    wanted: dict[str, None] = {}
    ordered = sorted(kinds, key=sample_key)
    for kind, count in counts.items():
        if count >= MENTIONED * len(kinds):
            wanted |= dict.fromkeys([row_id for row_id in ordered if kind in kinds[row_id]][:EXAMPLES])
    pictures = {}
    for row_id in wanted:
        image = decode_colour(files[row_id].read_bytes())
        if image is not None:
            name = f"{PICTURES}/{cropped[row_id].file}"
            (output / PICTURES).mkdir(exist_ok=True)
            (output / name).write_bytes(encode_png(_reduced(image)))
            pictures[row_id] = name
    return pictures


def _reduced(image: np.ndarray) -> np.ndarray:
    scale = min(1.0, *(most / side for most, side in zip(LARGEST, image.shape[:2], strict=True)))
    if scale == 1:
        return image
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
