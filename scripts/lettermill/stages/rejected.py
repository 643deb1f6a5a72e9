"""Rejected: the records of all letters and rows of a batch that are not delivered."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from lettermill.corrections.correction import BY_HAND
from lettermill.records.csv_files import read_records, read_results
from lettermill.records.schemas import Cropped, Downloaded, MatchedLetter, Rejected, StoppedRow
from lettermill.stages.boxes import Boxes

LOW = "low_confidence"


def rejected_row(row: StoppedRow) -> Rejected:
    """The record of a row that a stage stopped."""
    return Rejected(row.row_id, None, "", row.stage, row.reason, None, row.detail)


def not_delivered(row: Sequence[MatchedLetter], confident: Sequence[bool], left_out: Collection[int]) -> list[Rejected]:
    """Records of the letters of a row that are not delivered; if none is delivered, one record of the whole row.

    confident: for each letter of ``row``, whether it is delivered. left_out: positions that a correction rejects.
    """
    row_id = row[0].row_id
    if any(confident):
        return [
            Rejected(row_id, r.position, r.label, "review", BY_HAND, r.confidence, "")
            if r.position in left_out
            else Rejected(row_id, r.position, r.label, "align", LOW, r.confidence, "")
            for r, deliver in zip(row, confident, strict=True)
            if not deliver
        ]
    others = [r.confidence for r in row if r.position not in left_out]
    highest = max((confidence for confidence in others if confidence is not None), default=None)
    if not others:
        return [Rejected(row_id, None, "", "review", BY_HAND, None, "every letter of the row")]
    detail = "highest confidence of the row" + (f"; letters rejected by hand: {len(left_out)}" if left_out else "")
    return [Rejected(row_id, None, "", "align", LOW, highest, detail)]


def stopped_before(
    downloaded: Path, cropped: Path, segmented: Iterable[list[Boxes] | StoppedRow]
) -> Iterator[Rejected]:
    """Records of the rows of a batch that `download`, `crop` or `segment` stopped. segmented: see ``read_boxes``."""
    for record in read_records(downloaded / "status.csv", Downloaded):
        if record.reason:
            yield rejected_row(StoppedRow(record.row_id, "download", record.reason, record.detail))
    for result in (*read_results(cropped / "offsets.csv", Cropped), *segmented):
        if isinstance(result, StoppedRow):
            yield rejected_row(result)
