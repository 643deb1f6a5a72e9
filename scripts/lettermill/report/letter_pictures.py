"""Small pictures of letters and words for the report's page. Their size is limited."""

import base64
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd

from lettermill.image.drawing import captioned
from lettermill.records.csv_files import read_fields
from lettermill.records.current import current
from lettermill.records.schemas import ReviewWord, Suspect
from lettermill.report.letter_statistics import LetterStatistics
from lettermill.report.rejected_letters import PER_ROW
from lettermill.stages.images import read_cut

CELL = (46, 46)
"""Size of a letter's cell (height, width) in pixels, without the caption."""

MAX_LETTER_SCALE = 2.0
"""The largest factor that letters are enlarged by."""

MAX_WORD = (72, 480)
"""Largest height and width of a word's picture, in pixels."""

MAX_SUSPECTS = 30
"""How many suspect rows are shown at most."""


class ClassRow(NamedTuple):
    """Some letters of a class. text: their number and confidences. picture: (height, width) uint8 or None."""

    name: str
    text: str
    picture: np.ndarray | None


class SuspectedWord(NamedTuple):
    """A suspect row with its word image as PNG; None if there is no image."""

    suspect: Suspect
    png: bytes | None


def class_letters(letters: LetterStatistics, label: str) -> list[tuple[str, pd.DataFrame]]:
    """Letters of a class by kind: a random sample, the least confident ones, and rejected ones."""
    none = pd.DataFrame(columns=["name", "path", "confidence"])
    sample, least_confident, rejected = (
        of_kind.get(label, none) for of_kind in (letters.sample, letters.least_confident, letters.rejected)
    )
    rejected = rejected[rejected["path"].map(Path.is_file).astype(bool)]
    rejected = rejected.assign(order=-rejected["confidence"].fillna(0.0)).sort_values(["order", "name"])
    return [("random sample", sample.head(PER_ROW)), ("least confident", least_confident), ("rejected", rejected)]


def class_rows(kinds: Iterable[tuple[str, pd.DataFrame]]) -> list[ClassRow]:
    """The rows that show the letters of a class, see ``class_letters``."""
    return [ClassRow(name, _text(found), _picture(found)) for name, found in kinds]


def _text(letters: pd.DataFrame) -> str:
    confidences = letters["confidence"].dropna()
    if letters.empty:
        return "none"
    letters_in_words = f"{len(letters)} {'letter' if len(letters) == 1 else 'letters'}"
    if confidences.empty:
        return letters_in_words
    return f"{letters_in_words}, confidence {confidences.min():.2f} to {confidences.max():.2f}"


def _picture(letters: pd.DataFrame) -> np.ndarray | None:
    if letters.empty:
        return None
    images = [
        ("" if np.isnan(confidence) else f"{confidence:.2f}", read_cut(path))
        for path, confidence in zip(letters["path"], letters["confidence"], strict=True)
    ]
    return cv2.cvtColor(captioned(images, len(images), CELL, MAX_LETTER_SCALE), cv2.COLOR_BGR2GRAY)


def letter_picture(path: Path) -> np.ndarray:
    """A letter centred on a white square, as on the sheets: (height, width) uint8."""
    height = CELL[0] + 12
    return cv2.cvtColor(captioned([("", read_cut(path))], 1, CELL, MAX_LETTER_SCALE), cv2.COLOR_BGR2GRAY)[
        height - CELL[0] :
    ]


def sheet(rows: Iterable[ClassRow]) -> np.ndarray:
    """The rows one below the other, each with its name: (height, width) uint8."""
    parts = []
    for row in rows:
        title = np.full((22, PER_ROW * CELL[1]), 255, np.uint8)
        words = f"{row.name}: {row.text}"
        cv2.putText(title, words, (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.42, 60, 1, cv2.LINE_AA)
        parts.append(title)
        if row.picture is not None:
            free = title.shape[1] - row.picture.shape[1]
            parts.append(np.pad(row.picture, ((0, 0), (0, free)), constant_values=255))
    return np.concatenate(parts)


def suspected_words(suspects: Sequence[Suspect], batches: Iterable[Path]) -> list[SuspectedWord]:
    """The first ``MAX_SUSPECTS`` of ``suspects``, with their word images from ``batches``."""
    first = suspects[:MAX_SUSPECTS]
    places = _places({suspect.row_id for suspect in first}, batches) if first else {}
    return [SuspectedWord(suspect, _word(places.get(suspect.row_id))) for suspect in first]


def _places(row_ids: Collection[str], batches: Iterable[Path]) -> dict[str, Path]:
    return {
        row_id: batch / file
        for batch in batches
        for row_id, _, file, *_ in read_fields(current(batch, "review_words.csv"), ReviewWord)
        if row_id in row_ids
    }


def _word(path: Path | None) -> bytes | None:
    """The image re-encoded and reduced to ``MAX_WORD``: the file on disk comes from outside and is not trusted."""
    if path is None:
        return None
    image = read_cut(path)
    scale = min(1.0, *(most / side for most, side in zip(MAX_WORD, image.shape, strict=True)))
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in image.shape)
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return small_png(image)


def small_png(image: np.ndarray) -> bytes:
    """``image`` ((height, width) uint8) as a well compressed PNG."""
    done, content = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not done:
        raise ValueError(f"cannot encode an image of shape {image.shape}")
    return content.tobytes()


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """``content`` as a data URL."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
