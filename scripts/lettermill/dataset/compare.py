"""Compare all rows: which have the same image, and which transcriptions seem to belong to other images."""

import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.dataset.duplicates import find_duplicates
from lettermill.dataset.findings import read_findings
from lettermill.dataset.moved import find_moved
from lettermill.dataset.withheld import find_withheld
from lettermill.dataset.withheld_tables import write_without
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Duplicate, MovedRows, Suspect, Withheld

log = logging.getLogger(__name__)


class Compared(NamedTuple):
    """Outputs. tables: folder, see ``records.current``."""

    duplicates: Path
    moved: Path
    withheld: Path
    tables: Path


def compare_rows(
    batches: Sequence[Path],
    lengths: Sequence[tuple[str, int]],
    suspects: Path | None,
    decided: Collection[str],
    accept: bool,
    output: Compared,
) -> None:
    """Write ``Duplicate``, ``MovedRows`` and ``Withheld`` records, and the tables of batches with withheld rows.

    batches: folders written by ``cut_batch``. lengths: see ``find_moved``. suspects: ``suspects.csv``, if there is a
    recogniser. decided: see ``find_withheld``. accept: whether no row is withheld.
    """
    findings = read_findings(batches)
    moved = find_moved(lengths, {row.row_id: row.boxes for row in findings})
    suspected = None if suspects is None else {row.row_id for row in read_records(suspects, Suspect)}
    withheld = [] if accept else find_withheld(findings, moved, suspected, decided)
    by_id = {row.row_id: row for row in withheld}
    output.tables.mkdir(parents=True, exist_ok=True)
    rows = sum(write_without(batch, by_id, output.tables / batch.name) for batch in batches) if withheld else 0
    write_records(output.duplicates, Duplicate, find_duplicates(findings))
    write_records(output.moved, MovedRows, [stretch.record(by_id) for stretch in moved])
    write_records(output.withheld, Withheld, withheld)
    log.info("%d rows withheld, %d of them with letters", len(withheld), rows)
