"""The tables of predictions. ``lettermill.records`` describes their format."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from lettermill.base.box import Box


class Prediction(NamedTuple):
    """``results/predictions/predictions.csv``: one line for every image, sorted by name."""

    image: str  # its path below config `predict: {images}`
    text: str  # with spaces between words and between lines; empty if there is a reason
    probability: float | None  # that the whole text is right
    words: int
    reason: str
    detail: str


class Alternative(NamedTuple):
    """``results/predictions/alternatives.csv``: the most likely texts of every image that is read."""

    image: str
    rank: int  # from 1; the first is the text of predictions.csv
    text: str
    probability: float


class PredictedLetter(NamedTuple):
    """``results/predictions/letters.csv``: one line per letter, its box in pixels of the original image."""

    image: str
    line: int  # counts the lines of the image from 0
    word: int  # counts the words of the image from 0
    position: int  # counts the letters of the word from 0
    letter: str
    box: Box
    probability: float  # of this letter in this place, by its appearance


class ReadRow(NamedTuple):
    """``results/model/words.csv``: one line for every row of the test split that was read."""

    row_id: str
    transcription: str  # letters of the alphabet only
    reading: str
    probability: float | None  # None if nothing is read
    reading_with_list: str
    probability_with_list: float | None
    in_list: int  # 1 if the transcription is in the word list, else 0


def json_line(prediction: Prediction, alternatives: Sequence[Alternative], letters: Sequence[PredictedLetter]) -> str:
    """The line of ``results/predictions/predictions.jsonl`` for an image: what the three tables have on it."""
    lists = {
        "alternatives": [_without_image(alternative) for alternative in alternatives],
        "letters": [_without_image(letter) for letter in letters],
    }
    return json.dumps({**prediction._asdict(), **lists}, ensure_ascii=False) + "\n"


def _without_image(record: Alternative | PredictedLetter) -> dict[str, object]:
    """The columns of a record and their values, but for the image."""
    columns: dict[str, object] = {}
    for field, value in record._asdict().items():
        columns |= value._asdict() if isinstance(value, Box) else {field: value}
    del columns["image"]
    return columns
