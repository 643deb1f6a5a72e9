"""Corrections of letters, applied to the letters of a row."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lettermill.base.box import Box
from lettermill.corrections.correction import APPLIED, HAND, STALE, UNNEEDED, Correction
from lettermill.records.schemas import MatchedLetter, TriedCorrection

SAME_BOX = 0.5
"""Intersection over union from which two boxes count as the same letter."""


class Decision(NamedTuple):
    """The corrected letters of a row.

    records: all letters; corrected ones have method HAND. left_out: positions of rejected letters. outcomes: the
    outcomes of the corrections.
    """

    records: list[MatchedLetter]
    left_out: set[int]
    outcomes: list[TriedCorrection]


def decide(records: Sequence[MatchedLetter], corrections: Iterable[Correction], image: Box) -> Decision:
    """Apply ``corrections`` to the letters of a row. They belong to this row and do not contradict each other.

    records: the letters of the row. image: the cropped image; nothing outside it can be cut out.
    """
    by_place: dict[int, list[Correction]] = {}
    for correction in sorted(corrections):
        by_place.setdefault(int(correction.position), []).append(correction)
    letters = {record.position: record for record in records}
    left_out: set[int] = set()
    outcomes: list[TriedCorrection] = []
    for place, lines in by_place.items():
        if place not in letters:
            word = "".join(record.label for record in records)
            outcomes += [line.decided(STALE, f"{word} has no letter at position {place}") for line in lines]
            continue
        letter, delivered, found = _decide_letter(letters[place], lines, image)
        letters[place] = letter
        outcomes += found
        if not delivered:
            left_out.add(place)
    return Decision(list(letters.values()), left_out, outcomes)


def without_letters(corrections: Iterable[Correction], reason: str) -> list[TriedCorrection]:
    """The outcomes of the corrections of a row that has no letters. reason: why."""
    return [line.decided(STALE, f"the row has no letters: {reason}") for line in sorted(corrections)]


def _decide_letter(
    letter: MatchedLetter, lines: Sequence[Correction], image: Box
) -> tuple[MatchedLetter, bool, list[TriedCorrection]]:
    """(the letter, whether it may be delivered, the outcomes of ``lines``)."""
    why = {line: _misfit(letter, line, image) for line in lines}
    # A line with the new label was written after the letter had been relabelled.
    new = {line.value for line, (outcome, _) in why.items() if line.action == "relabel" and not outcome}
    for line in lines:
        if why[line][0] == STALE and line.label in new and line.action != "relabel":
            why[line] = _misfit(letter._replace(label=line.label), line, image)
    fitting = [line for line, (outcome, _) in why.items() if not outcome]
    applied = (APPLIED, "", letter.confidence)
    outcomes = [line.decided(*(why[line] if why[line][0] else applied)) for line in lines]
    if not fitting:
        return letter, True, outcomes
    if any(line.action == "reject" for line in fitting):
        return letter._replace(method=HAND), False, outcomes
    boxes = [line.value for line in fitting if line.action == "box"] or [line.box for line in fitting if line.box]
    if boxes:
        letter = letter._replace(box=box_of(boxes[0]))
    return letter._replace(label=min(new, default=letter.label), confidence=1.0, method=HAND), True, outcomes


def _misfit(letter: MatchedLetter, line: Correction, image: Box) -> tuple[str, str]:
    """(outcome, detail) of a line that does not fit the letter; empty if it fits."""
    if line.action == "relabel" and line.value == letter.label:
        return UNNEEDED, f"the label is already {letter.label}"
    if line.label != letter.label:
        return STALE, f"the label there is {letter.label}"
    box = line.value if line.action == "box" else line.box
    if not box:
        return "", ""
    asked = box_of(box)
    if line.action == "reject":
        here = letter.box.overlap(asked) >= SAME_BOX
        return ("", "") if here else (STALE, f"the letter is at {_text(letter.box)}")
    if asked.joined(image) != image:
        return STALE, f"the box is outside the cropped image, {_text(image)}"
    return "", ""


def box_of(text: str) -> Box:
    """The box that is written as "x y width height"."""
    return Box(*map(int, text.split(" ")))


def _text(box: Box) -> str:
    return " ".join(map(str, box))
