"""Supervision by corrections: letters where a person says that they are, or are not."""

from corrections import letter
from lettermill.align.ground_truth import HandLetter
from lettermill.align.supervision import supervision_of
from lettermill.base.box import Box
from lettermill.records.schemas import MatchedLetter, StoppedRow

CROP = Box(100, 10, 60, 20)

FIT = [
    MatchedLetter("a", place, "ABA"[place], Box(100 + 10 * place, 12, 9, 15), None, "", "histogram")
    for place in range(3)
]

UNFIT = StoppedRow("a", "match", "too_few_boxes", "", "ABA")


def test_a_word_that_fits_gives_its_own_boxes_or_those_that_are_named() -> None:
    corrections = [
        letter("a", 0, "A", "accept"),
        letter("a", 1, "B", "relabel", "C"),
        letter("a", 1, "B", "box", "112 12 8 15"),
        letter("a", 2, "A", "reject", box="120 12 9 14"),
    ]
    assert supervision_of(FIT, corrections, CROP) == (
        HandLetter(0, "A", Box(0, 2, 9, 15), True),
        HandLetter(1, "C", Box(12, 2, 8, 15), True),
        HandLetter(2, "A", Box(20, 2, 9, 15), False),
    )


def test_what_does_not_fit_gives_nothing() -> None:
    corrections = [
        letter("a", 0, "B", "accept"),
        letter("a", 1, "B", "reject", box="140 12 9 14"),
        letter("a", 2, "A", "accept", box="155 12 9 14"),
        letter("a", 3, "A", "accept"),
    ]
    assert supervision_of(FIT, corrections, CROP) == ()


def test_a_word_that_does_not_fit_gives_boxes_that_are_named() -> None:
    corrections = [
        letter("a", 0, "A", "accept"),
        letter("a", 0, "A", "box", "101 12 8 15"),
        letter("a", 1, "B", "reject", box="112 12 8 15"),
        letter("a", 2, "A", "relabel", "C"),
    ]
    assert supervision_of(UNFIT, corrections, CROP) == (
        HandLetter(0, "A", Box(1, 2, 8, 15), True),
        HandLetter(1, "B", Box(12, 2, 8, 15), False),
    )
