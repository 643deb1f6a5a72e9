"""Data of the review page: letters and words as the page reads them."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lettermill.base.box import Box
from lettermill.corrections.apply import box_of
from lettermill.corrections.correction import APPLIED, OF_LETTERS, UNNEEDED
from lettermill.records.schemas import CorrectionOutcome, ReviewLetter, ReviewWord
from lettermill.review.sprites import Sprite

IN_FORCE = (APPLIED, UNNEEDED)
"""Outcomes of corrections that are as somebody wants it; the others need a person."""


class PageWord(NamedTuple):
    """A word on the page: its record, the letters found in it, the part of it that is shown and where that is.

    region: in pixels of the downloaded image.
    """

    word: ReviewWord
    letters: Sequence[ReviewLetter]
    region: Box
    sprite: Sprite


def region_of(word: ReviewWord, letters: Sequence[ReviewLetter]) -> Box:
    """The part of a word's image that is shown, in pixels of the downloaded image: all of it, but of an image that is
    much larger than its letters only what is around them."""
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
    """What people have looked at before they corrected it, as the corrections that are in force say.

    letters: (row id, position) -> label, box (maybe empty) and confidence. words: row id -> letters of its
    transcription.
    """

    letters: dict[tuple[str, str], tuple[str, str, float | None]]
    words: dict[str, str]

    @classmethod
    def of(cls, corrections: Iterable[CorrectionOutcome]) -> "Reviewed":
        """That of these corrections, whatever their order."""
        letters: dict[tuple[str, str], tuple[str, str, float | None]] = {}
        words: dict[str, str] = {}
        # Another line on a letter may be of the label that it has been given.
        for c in sorted(corrections, key=lambda c: (c.action != "relabel", c.correction)):
            if c.outcome in IN_FORCE and c.action in OF_LETTERS:
                label, box, confidence = letters.get((c.row_id, c.position), ("", "", None))
                confidence = c.confidence if confidence is None else confidence
                letters[c.row_id, c.position] = label or c.label, box or c.box, confidence
            elif c.outcome in IN_FORCE and c.label:
                words.setdefault(c.row_id, c.label)
        return cls(letters, words)


def as_reviewed(letters: Iterable[ReviewLetter], reviewed: Reviewed) -> list[ReviewLetter]:
    """``letters`` as they were looked at before they were corrected: with label, box and confidence of then.

    A correction is told apart by them, so those that are written again must give the same ones.
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
    """``words`` with the transcriptions that they had before they were corrected, where that is known."""
    return [word._replace(letters=reviewed.words.get(word.row_id, word.letters)) for word in words]


def script_of(name: str, content: object) -> bytes:
    """A script that puts ``content`` into the global variable ``name``, whatever text there is in it.

    All but ASCII is escaped, and so is ``<``: nothing in it ends the script, and no reader can mistake its encoding.
    """
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return f'"use strict";\nconst {name} = {text};\n'.encode("ascii")


def word_data(page_word: PageWord) -> list:
    """[row id, letters of its transcription, why it gave none, region, sheet, place in it, letters], each letter as
    [position, label, x, y, width, height, confidence, reading, why it is rejected]."""
    letters = [[r.position, r.label, *r.box, r.confidence, r.predicted_label, r.reason] for r in page_word.letters]
    word, (sheet, place) = page_word.word, page_word.sprite
    return [word.row_id, word.letters, word.reason, list(page_word.region), sheet, list(place), letters]
