"""One correction: a line of the table of corrections."""

from typing import NamedTuple

from lettermill.records.schemas import TriedCorrection

OF_LETTERS = ("accept", "reject", "relabel", "box")
OF_ROWS = ("transcription", "exclude")

HAND = "hand"
"""The method of corrected letters."""

BY_HAND, EXCLUDED = "rejected_by_hand", "excluded_by_hand"
"""The reason of a letter, and of a row, that a correction rejects."""

APPLIED, UNNEEDED, STALE, CONFLICT, MALFORMED = "applied", "unneeded", "stale", "conflict", "malformed"
"""Outcomes of a line."""

MEANINGS = {
    APPLIED: "applied",
    UNNEEDED: "not needed",
    STALE: "no longer fit",
    CONFLICT: "contradict others",
    MALFORMED: "cannot be read",
}
"""Outcome -> its meaning."""

CONFIRMED = "confirmed"
"""The detail of a ``transcription`` that is applied but changes nothing."""


class Correction(NamedTuple):
    """A line of the table of corrections, as text in normalised spelling.

    label: of a letter, or the letters of a transcription, in the alphabet's case. box, and value of action ``box``:
    "x y width height" in pixels of the downloaded image as shown.
    """

    row_id: str
    position: str  # empty for a whole row
    label: str
    box: str
    action: str
    value: str

    def decided(self, outcome: str, detail: str = "", confidence: float | None = None) -> TriedCorrection:
        """The correction with its outcome."""
        return TriedCorrection(*self, outcome, detail, confidence)
