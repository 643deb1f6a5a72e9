"""The tables that reading delivers; see ``lettermill.records`` for how they are written."""

from typing import NamedTuple

from lettermill.base.box import Box


class Prediction(NamedTuple):
    """``results/predictions/predictions.csv``: one line for every image, in the order of their names."""

    image: str  # its path below config `predict: {images}`
    text: str  # words parted by spaces; empty with a reason
    probability: float | None  # that all of the text is right
    words: int
    reason: str
    detail: str


class Alternative(NamedTuple):
    """``results/predictions/alternatives.csv``: the likeliest texts of every image that is read."""

    image: str
    rank: int  # from 1, which is the text of predictions.csv
    text: str
    probability: float


class PredictedLetter(NamedTuple):
    """``results/predictions/letters.csv``: one line a letter, its box in pixels of the image as it is."""

    image: str
    word: int  # counts the words of the image from 0
    position: int  # counts the letters of the word from 0
    letter: str
    box: Box
    probability: float  # that this letter stands there, by its looks


class ReadRow(NamedTuple):
    """``results/model/words.csv``: one line for every row of the test part that has been read."""

    row_id: str
    transcription: str  # its letters
    reading: str
    probability: float | None  # None when nothing is read
    reading_with_list: str
    probability_with_list: float | None
    in_list: int  # 1 when the transcription is a word of the list, else 0
