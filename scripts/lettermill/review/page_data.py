"""The data of the review page: letters and words in the form that its scripts read."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lettermill.base.box import Box
from lettermill.corrections.apply import box_of
from lettermill.corrections.correction import APPLIED, OF_LETTERS, UNNEEDED
from lettermill.records.schemas import CorrectionOutcome, ReviewLetter, ReviewWord
from lettermill.review.sprites import Sprite

IN_FORCE = (APPLIED, UNNEEDED)
"""Outcomes of corrections that need no further action."""


class PageWord(NamedTuple):
    """A word on the page: its record, its letters, the region that is shown and its place on the sheets.

    region: in pixels of the downloaded image.
    """

    word: ReviewWord
    letters: Sequence[ReviewLetter]
    region: Box
    sprite: Sprite


def region_of(word: ReviewWord, letters: Sequence[ReviewLetter]) -> Box:
    """The region of a word's image to show, in pixels of the downloaded image: all of it, or the surroundings of the
    letters if the image is much larger."""
    whole = word.box
    if not letters:
        return whole
    ink = letters[0].box
    for letter in letters:
        ink = ink.joined(letter.box)
    above, beside = 3 * ink.height // 2, 6 * ink.height
    return Box.around(
        max(whole.x, ink.x - beside),
        max(whole.y, ink.y - above),
        min(whole.right, ink.right + beside),
        min(whole.bottom, ink.bottom + above),
    )


class Reviewed(NamedTuple):
    """State of letters and words before they were corrected, according to the corrections in force.

    letters: (row id, position) -> label, box (may be empty) and confidence. words: row id -> letters of the
    transcription.
    """

    letters: dict[tuple[str, str], tuple[str, str, float | None]]
    words: dict[str, str]

    @classmethod
    def of(cls, corrections: Iterable[CorrectionOutcome]) -> "Reviewed":
        """The state before these corrections. Their order does not matter."""
        letters: dict[tuple[str, str], tuple[str, str, float | None]] = {}
        words: dict[str, str] = {}
        # Another line on a relabelled letter may refer to its new label.
        for c in sorted(corrections, key=lambda c: (c.action != "relabel", c.correction)):
            if c.outcome in IN_FORCE and c.action in OF_LETTERS:
                label, box, confidence = letters.get((c.row_id, c.position), ("", "", None))
                confidence = c.confidence if confidence is None else confidence
                letters[c.row_id, c.position] = label or c.label, box or c.box, confidence
            elif c.outcome in IN_FORCE and c.label:
                words.setdefault(c.row_id, c.label)
        return cls(letters, words)


def as_reviewed(letters: Iterable[ReviewLetter], reviewed: Reviewed) -> list[ReviewLetter]:
    """``letters`` with the label, box and confidence that they had before they were corrected.

    Corrections are identified by these, so corrections that the page writes again must repeat them.
    """
    return [_as_reviewed(letter, reviewed.letters.get((letter.row_id, str(letter.position)))) for letter in letters]


def _as_reviewed(letter: ReviewLetter, then: tuple[str, str, float | None] | None) -> ReviewLetter:
    if then is None:
        return letter
    label, box, confidence = then
    return letter._replace(
        label=label,
        confidence=letter.confidence if confidence is None else confidence,
        box=box_of(box) if box else letter.box,
    )


def words_as_reviewed(words: Iterable[ReviewWord], reviewed: Reviewed) -> list[ReviewWord]:
    """``words`` with their transcriptions before correction, where known."""
    return [word._replace(letters=reviewed.words.get(word.row_id, word.letters)) for word in words]


def script_of(name: str, content: object) -> bytes:
    """A script that assigns ``content`` to the global variable ``name``.

    Non-ASCII characters and ``<`` are escaped: no text can end the script, and its encoding does not matter.
    """
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return f'"use strict";\nconst {name} = {text};\n'.encode("ascii")


def word_data(page_word: PageWord) -> list:
    """[row id, letters of the transcription, rejection reason, region, sheet, place on the sheet, letters], each letter
    as [position, label, x, y, width, height, confidence, recogniser's reading, rejection reason]."""
    letters = [[r.position, r.label, *r.box, r.confidence, r.predicted_label, r.reason] for r in page_word.letters]
    word, (sheet, place) = page_word.word, page_word.sprite
    return [word.row_id, word.letters, word.reason, list(page_word.region), sheet, list(place), letters]
