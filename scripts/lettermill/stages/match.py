"""Match: assign boxes to the letters of the transcription by counting them."""

import logging
import statistics
from collections.abc import Sequence
from pathlib import Path

from lettermill.base.alphabet import MARK, OTHER, as_read, characters, drawn_letters, drawn_places, word
from lettermill.base.box import Box
from lettermill.records.csv_files import write_results
from lettermill.records.schemas import MatchedLetter, StoppedRow
from lettermill.stages.boxes import Boxes, read_boxes

log = logging.getLogger(__name__)

STAGE, METHOD = "match", "histogram"

LOW = 0.75
"""Share of the median height of the letters below which a box may be a mark."""

WIDE = 2.0
"""Width of a box, in median heights of the word's letters, above which it contains more than one letter."""


def match_word(boxes: Sequence[Box], pattern: str) -> list[tuple[str, Box]] | str:
    """The letters of a word in the order in which they are read, each with its box, or the reason why the boxes do not
    fit.

    boxes: from left to right. pattern: see ``Alphabet.pattern``.
    The boxes fit when there is one for each letter. Other characters (a hyphen, a digit) may have boxes too, but then
    all of them must, and the boxes of marks must be lower than those of letters. If a box is too wide for a letter, the
    word does not fit, even if the number of boxes is right: there may be print, or touching letters and a broken one.
    """
    letters, text = word(pattern), characters(pattern)
    if len(boxes) == len(letters):
        matched = list(zip(letters, as_read(boxes, drawn_letters(pattern)), strict=True))
    elif letters and len(boxes) == len(text) and _marks_are_low(as_read(boxes, drawn_places(pattern)), text):
        pairs = zip(text, as_read(boxes, drawn_places(pattern)), strict=True)
        matched = [(character, box) for character, box in pairs if character not in (OTHER, MARK)]
    else:
        return "too_few_boxes" if len(boxes) < len(letters) else "too_many_boxes"
    height = statistics.median(box.height for _, box in matched)
    return "wide_box" if max(box.width for _, box in matched) > WIDE * height else matched


def _marks_are_low(boxes: Sequence[Box], text: str) -> bool:
    pairs = list(zip(text, boxes, strict=True))
    height = statistics.median(box.height for character, box in pairs if character != MARK)
    return all(box.height < LOW * height for character, box in pairs if character == MARK)


def best_match(found: Sequence[Boxes], pattern: str) -> tuple[str, list[tuple[str, Box]]] | str:
    """The hypothesis whose boxes fit, and the letters of a word with their boxes; or the reason why none fits.

    found: the boxes of the word by each hypothesis. Only those count with which another set of ink agrees, if there
    are such. Of those that fit, the one with which most agree; none if too many agree with another.
    """
    most = max(boxes.votes for boxes in found)
    # One set of ink out of many fits by chance now and then.
    matches = [(boxes, match_word(boxes.boxes, pattern)) for boxes in found]
    fitting = [(boxes, matched) for boxes, matched in matches if not isinstance(matched, str)]
    if not any(boxes.votes > 1 or boxes.votes == most for boxes, _ in fitting):
        return next((matched for _, matched in matches if isinstance(matched, str)), "too_many_boxes")
    boxes, matched = max(fitting, key=lambda one: one[0].votes)
    against = sum(other.votes for other, _ in fitting) - boxes.votes
    clear = boxes.votes >= against if boxes is found[0] else boxes.votes > 2 * against
    return (boxes.hypothesis, matched) if clear else "too_many_boxes"


def match_batch(segmented: Path, patterns: Sequence[tuple[str, str]], output: Path) -> None:
    """Match the rows of the file ``segmented``; write ``MatchedLetter`` results to ``output``.

    patterns: (row id, pattern) of every row of the batch, see ``Alphabet.pattern``.
    """
    pattern_of = dict(patterns)
    results: list[MatchedLetter | StoppedRow] = []
    fitting = rows = 0
    for row_id, found in read_boxes(segmented).items():
        if isinstance(found, StoppedRow):
            continue
        rows += 1
        pattern = pattern_of[row_id]
        matched = best_match(found, pattern)
        if isinstance(matched, str):
            letters = word(pattern)
            boxes = found[0].boxes
            detail = f"{len(boxes)} boxes for the {len(letters)} letters of {letters}"
            if matched == "wide_box":
                detail = f"the widest box is {max(box.width for box in boxes)} pixels wide"
            results.append(StoppedRow(row_id, STAGE, matched, detail, letters))
            continue
        fitting += 1
        hypothesis, pairs = matched
        results += [
            MatchedLetter(row_id, position, letter, box, None, "", METHOD, hypothesis)
            for position, (letter, box) in enumerate(pairs)
        ]
    write_results(output, MatchedLetter, results)
    log.info("the boxes of %d of %d words fit", fitting, rows)
