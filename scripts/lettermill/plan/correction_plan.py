"""Corrections in the plan: which batch needs which of them, and the outcomes of the others."""

from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from pathlib import Path

from lettermill.base.alphabet import Alphabet
from lettermill.corrections.conflicts import correction_of
from lettermill.corrections.correction import APPLIED, EXCLUDED, OF_ROWS, STALE, UNNEEDED, Correction
from lettermill.corrections.read import read_corrections
from lettermill.corrections.rows import NO_ROW
from lettermill.plan.batches import batch_of
from lettermill.plan.index import TableIndex
from lettermill.records.schemas import ConfirmedRow, CorrectionOutcome, RejectedRow


class CorrectionPlan:
    """A table of corrections. lines: see ``read_corrections``.

    Results must not depend on the line number of a correction: lines may be added, deleted or reordered.
    """

    def __init__(self, lines: Sequence[CorrectionOutcome]):
        self._lines = lines
        self._of_batches: dict[str, list[Correction]] = {}

    @classmethod
    def read(cls, path: Path | None, alphabet: Alphabet) -> "CorrectionPlan":
        """Read the file ``path``, if there is one. Raises InputError when it is not a table of corrections."""
        return cls(read_corrections(path, alphabet) if path else [])

    @cached_property
    def of_rows(self) -> list[Correction]:
        """The corrections of whole rows that are to be applied."""
        return sorted(correction_of(line) for line in self._lines if not line.outcome and line.action in OF_ROWS)

    @cached_property
    def _of_letters(self) -> list[Correction]:
        return sorted(correction_of(line) for line in self._lines if not line.outcome and line.action not in OF_ROWS)

    def of_batch(self, batch: str, index: TableIndex) -> list[Correction]:
        """The corrections of letters of a batch. Reads the rows of this batch only."""
        if batch not in self._of_batches:
            likely = self._by_batch(index).get(batch, [])
            ids = {row.row_id for row in index.rows(batch)} if likely else set()
            self._of_batches[batch] = [correction for correction in likely if correction.row_id in ids]
        return self._of_batches[batch]

    @cache  # noqa: B019 (there is one table of corrections in a plan)
    def _by_batch(self, index: TableIndex) -> dict[str, list[Correction]]:
        """Batch -> corrections of letters whose rows belong to it, if the table has them."""
        batches: dict[str, list[Correction]] = {}
        for correction in self._of_letters:
            batches.setdefault(batch_of(correction.row_id, index.count, index.stems), []).append(correction)
        return batches

    def outcomes(self, index: TableIndex, rejected_rows: Iterable[RejectedRow]) -> list[CorrectionOutcome]:
        """The lines in their order, with outcomes as far as the table decides them."""
        of_rows = {tried.correction: (tried.outcome, tried.detail) for tried in index.tried_corrections}
        tried = {line for batch in index.batches for line in self.of_batch(batch, index)}
        lost = {line.row_id for line in self._of_letters if line not in tried}
        rejected = {row.row_id: row.reason for row in rejected_rows if row.row_id in lost}
        result = []
        for line in self._lines:
            correction = correction_of(line)
            if not line.outcome and line.action in OF_ROWS:
                outcome, detail = of_rows[tuple(correction)]
                line = line._replace(outcome=outcome, detail=detail)
            elif not line.outcome and correction not in tried:
                outcome, detail = _without_row(rejected.get(line.row_id))
                line = line._replace(outcome=outcome, detail=detail)
            result.append(line)
        return result


def confirmed_rows(index: TableIndex) -> list[ConfirmedRow]:
    """The rows whose transcription is corrected or confirmed."""
    lines = [line for line in index.tried_corrections if line.action == "transcription"]
    return sorted({ConfirmedRow(line.row_id) for line in lines if line.outcome in (APPLIED, UNNEEDED)})


def _without_row(reason: str | None) -> tuple[str, str]:
    """(outcome, detail) of a correction of a letter whose row is in no batch. reason: why the row is rejected."""
    if reason is None:
        return STALE, NO_ROW
    return (UNNEEDED, "its row is excluded") if reason == EXCLUDED else (STALE, f"the row has no letters: {reason}")
