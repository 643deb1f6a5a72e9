"""The account of a run: how many rows and letters went in, came out, or were stopped, where and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from lettermill.base.reasons import REASONS
from lettermill.corrections.correction import BY_HAND
from lettermill.records.schemas import Rejected


@dataclass
class Account:
    """Counts of a dataset.

    delivered_rows: rows of which there are letters. stopped: (stage, reason) -> rows. low_confidence: letters that
    are rejected from rows of which others are delivered; rejected_by_hand: the same, by hand. letters, parts, methods:
    label -> letters, part of the split -> letters, how they were found -> letters.
    """

    delivered_rows: int = 0
    stopped: Counter[tuple[str, str]] = field(default_factory=Counter)
    low_confidence: int = 0
    rejected_by_hand: int = 0
    letters: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)

    def add_letters(self, letters: pd.DataFrame) -> None:
        """Count letters that are delivered; see ``read_letters``."""
        self.letters.update(letters["label"])
        self.parts.update(letters["split"])
        self.methods.update(letters["method"])

    def add_rejected(self, rejected: Iterable[Rejected]) -> None:
        """Count what is not."""
        for row in rejected:
            if row.position is None:
                self.stopped[row.stage, row.reason] += 1
            elif row.reason == BY_HAND:
                self.rejected_by_hand += 1
            else:
                self.low_confidence += 1

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return self.delivered_rows + self.stopped.total()

    @property
    def rejected(self) -> dict[tuple[str, str], int]:
        """(stage, reason) -> rows, in the order of the stages."""
        order = [(stage, reason) for stage, reasons in REASONS.items() for reason in reasons]
        order += sorted(self.stopped.keys() - set(order))  # none should be; if there is one, the sums must still add up
        return {key: self.stopped[key] for key in order if self.stopped[key]}
