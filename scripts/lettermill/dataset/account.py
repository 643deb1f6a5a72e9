"""The account of a run: how many rows and letters were delivered, and how many were rejected by stage and reason."""

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from lettermill.base.reasons import COMPARE, REASONS
from lettermill.corrections.correction import BY_HAND
from lettermill.records.row_lines import BatchLetters
from lettermill.records.schemas import Rejected


@dataclass
class Account:
    """Counts of a dataset.

    delivered_rows: rows with at least one delivered letter. stopped: (stage, reason) -> rejected rows.
    low_confidence: letters of delivered rows that are rejected for their confidence; rejected_by_hand: the same, by a
    correction; withheld: the same, by `compare`. letters, parts, methods: label -> letters, split -> letters, method ->
    letters.
    """

    delivered_rows: int = 0
    stopped: Counter[tuple[str, str]] = field(default_factory=Counter)
    low_confidence: int = 0
    rejected_by_hand: int = 0
    withheld: int = 0
    letters: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)

    def add_letters(self, batches: Iterable[BatchLetters]) -> None:
        """Count delivered letters, except by split."""
        for batch in batches:
            self.delivered_rows += len(batch.rows)
            self.letters.update(itertools.chain.from_iterable(row.labels for row in batch.rows))
            self.methods.update(batch.methods)

    def add_rejected(self, rejected: Iterable[Rejected]) -> None:
        """Count rejected rows and letters."""
        for row in rejected:
            if row.position is None:
                self.stopped[row.stage, row.reason] += 1
            elif row.reason == BY_HAND:
                self.rejected_by_hand += 1
            elif row.stage == COMPARE:
                self.withheld += 1
            else:
                self.low_confidence += 1

    @property
    def rows(self) -> int:
        """Rows in the table."""
        return self.delivered_rows + self.stopped.total()

    @property
    def rejected(self) -> dict[tuple[str, str], int]:
        """(stage, reason) -> rejected rows, in the order of the stages."""
        order = [(stage, reason) for stage, reasons in REASONS.items() for reason in reasons]
        order += sorted(self.stopped.keys() - set(order))  # should be empty; if not, the sums must still add up
        return {key: self.stopped[key] for key in order if self.stopped[key]}
