"""Letters and words as small pictures: of a size that the page can hold, whatever the images are like."""

import base64
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.image.drawing import captioned
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import ReviewWord, Suspect
from lettermill.report.letter_statistics import SHOWN, Class, Shown
from lettermill.stages.images import read_cut

CELL = (46, 46)
"""Room for a letter (height, width), pixels, without its caption."""

LARGEST = 2.0
"""Times that letters are enlarged, at most."""

WORD = (72, 480)
"""Height and width of a word's picture, at most."""

SUSPECTS = 30
"""Suspected transcriptions that are shown."""


class ClassRow(NamedTuple):
    """Some letters of a class. text: what they are. picture: (height, width) uint8; None when there are none."""

    name: str
    text: str
    picture: np.ndarray | None


class SuspectedWord(NamedTuple):
    """A suspected transcription with the word's picture as PNG, None where there is none."""

    suspect: Suspect
    png: bytes | None


def class_rows(letters: Class) -> list[ClassRow]:
    """The letters of a class by which people can judge it: drawn by lot, least confident, rejected."""
    drawn = [shown for _, shown in zip(range(SHOWN), map(Shown._make, letters.sample), strict=False)]
    lost = sorted(map(Shown._make, letters.lost), key=lambda shown: (-(shown.confidence or 0), shown.name))
    kinds = [
        ("drawn by lot", drawn),
        ("least confident", list(map(Shown._make, letters.least))),
        ("rejected", [shown for shown in lost if shown.path.is_file()]),
    ]
    return [ClassRow(name, _text(shown), _picture(shown)) for name, shown in kinds]


def _text(shown: Sequence[Shown]) -> str:
    sure = [each.confidence for each in shown if each.confidence is not None]
    if not shown:
        return "none"
    return f"{len(shown)}, confidence {min(sure):.2f} to {max(sure):.2f}" if sure else str(len(shown))


def _picture(shown: Sequence[Shown]) -> np.ndarray | None:
    if not shown:
        return None
    images = [("" if each.confidence is None else f"{each.confidence:.2f}", read_cut(each.path)) for each in shown]
    return cv2.cvtColor(captioned(images, len(images), CELL, LARGEST), cv2.COLOR_BGR2GRAY)


def letter_picture(path: Path) -> np.ndarray:
    """A letter in the middle of a square of paper, as on the sheets: (height, width) uint8."""
    height = CELL[0] + 12
    return cv2.cvtColor(captioned([("", read_cut(path))], 1, CELL, LARGEST), cv2.COLOR_BGR2GRAY)[height - CELL[0] :]


def sheet(rows: Iterable[ClassRow]) -> np.ndarray:
    """The rows below each other, each under its name: (height, width) uint8."""
    parts = []
    for row in rows:
        title = np.full((22, SHOWN * CELL[1]), 255, np.uint8)
        words = f"{row.name}: {row.text}"
        cv2.putText(title, words, (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.42, 60, 1, cv2.LINE_AA)
        parts.append(title)
        if row.picture is not None:
            free = title.shape[1] - row.picture.shape[1]
            parts.append(np.pad(row.picture, ((0, 0), (0, free)), constant_values=255))
    return np.concatenate(parts)


def suspected_words(suspects: Sequence[Suspect], batches: Iterable[Path]) -> list[SuspectedWord]:
    """The first of ``suspects``, the most doubtful ones, with the pictures that ``batches`` have of them."""
    first = suspects[:SUSPECTS]
    places = _places({suspect.row_id for suspect in first}, batches) if first else {}
    return [SuspectedWord(suspect, _word(places.get(suspect.row_id))) for suspect in first]


def _places(row_ids: Collection[str], batches: Iterable[Path]) -> dict[str, Path]:
    return {
        word.row_id: batch / word.file
        for batch in batches
        for word in read_records(batch / "review_words.csv", ReviewWord)
        if word.row_id in row_ids
    }


def _word(path: Path | None) -> bytes | None:
    """Made anew, as small as the page wants it: what is on the disk came from elsewhere."""
    if path is None:
        return None
    image = read_cut(path)
    scale = min(1.0, *(most / side for most, side in zip(WORD, image.shape, strict=True)))
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in image.shape)
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return small_png(image)


def small_png(image: np.ndarray) -> bytes:
    """``image`` ((height, width) uint8) as PNG, compressed well: it goes into a page."""
    done, content = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not done:
        raise ValueError(f"cannot encode an image of shape {image.shape}")
    return content.tobytes()


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """``content`` as an address that holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
