"""Corrections of letters, applied to the letters of a row."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lettermill.base.box import Box
from lettermill.corrections.correction import APPLIED, HAND, STALE, UNNEEDED, Correction
from lettermill.records.schemas import MatchedLetter, TriedCorrection

SAME_BOX = 0.5
"""Intersection over union from which on two boxes are of one letter."""


class Decision(NamedTuple):
    """The letters of a row as a person will have them.

    records: all letters, those that are decided with method HAND. left_out: positions of those that are not to be
    delivered. outcomes: what has become of the corrections.
    """

    records: list[MatchedLetter]
    left_out: set[int]
    outcomes: list[TriedCorrection]


def decide(records: Sequence[MatchedLetter], corrections: Iterable[Correction], image: Box) -> Decision:
    """Apply ``corrections``, of one row and none contradicting another, to its letters.

    records: the letters of the row, those that there are. image: the cropped image; nothing outside it can be cut out.
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
    """What becomes of the corrections of a row that never came to letters."""
    return [line.decided(STALE, f"the row has no letters: {reason}") for line in sorted(corrections)]


def _decide_letter(
    letter: MatchedLetter, lines: Sequence[Correction], image: Box
) -> tuple[MatchedLetter, bool, list[TriedCorrection]]:
    """(the letter, whether it may be delivered, what has become of ``lines``)."""
    why = {line: _misfit(letter, line, image) for line in lines}
    # Whoever has seen the letter under its new label has corrected that one.
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
    """(outcome, detail) of a line that does not fit the letter; empty when it does."""
    if line.action == "relabel" and line.value == letter.label:
        return UNNEEDED, f"the letter is {letter.label} already"
    if line.label != letter.label:
        return STALE, f"the letter is {letter.label} now"
    box = line.value if line.action == "box" else line.box
    if not box:
        return "", ""
    asked = box_of(box)
    if line.action == "reject":
        here = letter.box.overlap(asked) >= SAME_BOX
        return ("", "") if here else (STALE, f"the letter is elsewhere now: {_text(letter.box)}")
    if asked.joined(image) != image:
        return STALE, f"the box is outside the cropped image, which is {_text(image)}"
    return "", ""


def box_of(text: str) -> Box:
    """The box that is written as "x y width height"."""
    return Box(*map(int, text.split(" ")))


def _text(box: Box) -> str:
    return " ".join(map(str, box))
