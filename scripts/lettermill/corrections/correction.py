"""One correction made by hand: what is in a line of the table of corrections."""

from typing import NamedTuple

from lettermill.records.schemas import TriedCorrection

OF_LETTERS = ("accept", "reject", "relabel", "box")
OF_ROWS = ("transcription", "exclude")

HAND = "hand"
"""The method of letters that a person has decided."""

BY_HAND, EXCLUDED = "rejected_by_hand", "excluded_by_hand"
"""Why a letter, and a row, is not delivered."""

APPLIED, UNNEEDED, STALE, CONFLICT, MALFORMED = "applied", "unneeded", "stale", "conflict", "malformed"
"""What becomes of a line."""

MEANINGS = {
    APPLIED: "applied",
    UNNEEDED: "not needed",
    STALE: "no longer fit",
    CONFLICT: "contradict others",
    MALFORMED: "cannot be read",
}
"""Outcome -> what it means."""

CONFIRMED = "confirmed"
"""The detail of a transcription that is applied and changes nothing."""


class Correction(NamedTuple):
    """A line of the table of corrections, all of it as text, brought to one spelling: equal lines are equal.

    label: of a letter, or the letters of a transcription, in the alphabet's case. box, and value of action ``box``:
    "x y width height" in pixels of the image as downloaded.
    """

    row_id: str
    position: str  # empty for a whole row
    label: str
    box: str
    action: str
    value: str

    def decided(self, outcome: str, detail: str = "", confidence: float | None = None) -> TriedCorrection:
        """The correction with what has become of it."""
        return TriedCorrection(*self, outcome, detail, confidence)
