"""Examples: the words that a recogniser is to learn from, in one file."""

import hashlib
import logging
import zipfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.align.example import Example
from lettermill.errors import CorruptedFileError
from lettermill.files import atomic_writer
from lettermill.image.box import Box
from lettermill.records import Cropped, Matched, read_records
from lettermill.stages.images import read_crop

log = logging.getLogger(__name__)


class Source(NamedTuple):
    """Where the words of a batch are: a file of letters and a folder of images."""

    matched: Path
    cropped: Path


def gather_examples(sources: Iterable[Source], most: int, output: Path) -> None:
    """Write up to ``most`` words whose boxes fit, drawn by a hash of their ids, to ``output``."""
    words: list[tuple[bytes, str, list[Matched], Path]] = []
    for source in sources:
        letters = (record for record in read_records(source.matched, Matched) if not record.reason)
        for row_id, group in groupby(letters, key=lambda record: record.row_id):
            draw = hashlib.sha256(f"example {row_id}".encode()).digest()
            words.append((draw, row_id, list(group), source.cropped))
    words.sort(key=lambda word: word[0])
    chosen = words[:most]
    crops = {
        folder: {row.row_id: row for row in read_records(folder / "offsets.csv", Cropped)} for *_, folder in chosen
    }
    examples = []
    for _, row_id, letters, folder in chosen:
        row = crops[folder][row_id]
        line = None if row.line is None else row.line - row.y
        boxes = [Box(r.x, r.y, r.width, r.height).moved(-row.x, -row.y) for r in letters]
        examples.append(Example(row_id, read_crop(folder, row), line, "".join(r.label for r in letters), boxes))
    _write(output, sorted(examples, key=lambda example: example.row_id))
    log.info("%d of %d words that fit", len(chosen), len(words))


def _write(path: Path, examples: list[Example]) -> None:
    boxes = [box for example in examples for box in example.boxes]
    with atomic_writer(path) as file:
        np.savez_compressed(
            file,
            row_ids=np.array([example.row_id for example in examples], dtype=np.str_),
            words=np.array([example.word for example in examples], dtype=np.str_),
            lines=np.array([-1 if example.line is None else example.line for example in examples], np.int32),
            shapes=np.array([example.image.shape for example in examples], np.int32).reshape(-1, 2),
            boxes=np.array(boxes, np.int32).reshape(-1, 4),
            pixels=np.concatenate([np.zeros(0, np.uint8), *(example.image.ravel() for example in examples)]),
        )


def read_examples(path: Path) -> list[Example]:
    """The words in the file ``path``, as ``gather_examples`` writes it."""
    try:
        with np.load(path) as arrays:
            row_ids, words, lines, shapes, boxes, pixels = (
                arrays[name] for name in ("row_ids", "words", "lines", "shapes", "boxes", "pixels")
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CorruptedFileError(f"{path} cannot be read: {error}. Delete it and run again.") from error
    examples = []
    box = pixel = 0
    for row_id, word, line, (height, width) in zip(row_ids, words, lines.tolist(), shapes.tolist(), strict=True):
        image = pixels[pixel : pixel + height * width].reshape(height, width)
        own = [Box(*sides) for sides in boxes[box : box + len(word)].tolist()]
        examples.append(Example(str(row_id), image, None if line < 0 else line, str(word), own))
        box, pixel = box + len(word), pixel + height * width
    return examples
