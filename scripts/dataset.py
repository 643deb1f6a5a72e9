"""Collect the letters of all batches and the outcome of every row, and delete files of rows that no longer exist."""

import gc
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.kept import Kept
from lettermill.base.package_versions import versions
from lettermill.dataset.assemble import assemble, rejected_by_table
from lettermill.dataset.card_header import About
from lettermill.dataset.correction_outcomes import gather_outcomes
from lettermill.dataset.dataset_card import dataset_card
from lettermill.dataset.diagnosis import Learnt, diagnosis_of
from lettermill.dataset.findings import read_findings
from lettermill.dataset.split import split_of
from lettermill.dataset.summary import summary
from lettermill.dataset.sync import remove_others
from lettermill.records import row_store, schemas
from lettermill.records.csv_files import read_records, write_records
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import results_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

STAGES = ("downloaded", "cropped", "segmented", "matched", "aligned", "suspected", "letters")


def main() -> None:
    """Assemble the dataset of the job's batches."""
    gc.disable()  # looking for cycles among the records of all rows takes a fifth of the time, and there are none
    given, params, output = snakemake.input, snakemake.params, Path(snakemake.output.metadata).parent
    rows = {batch.batch: batch.rows for batch in read_records(Path(given.batches), schemas.PlannedBatch)}
    batches = {Path(folder): rows[Path(folder).name] for folder in given.letters}
    rejected = rejected_by_table(read_records(Path(given.rejected_rows), schemas.RejectedRow))
    split = split_of(params.split, Path(given.duplicates))
    results = results_of(snakemake.output.summary)
    state = results / row_store.FOLDER / "dataset"
    kept = Kept(state / "letters", params.code)
    account = assemble(batches, rejected, split, output, kept, state / "left")
    kept.forget_others()
    logging.info("%d letters of %d rows", account.letters.total(), account.delivered_rows)
    letters = account.low_confidence + account.rejected_by_hand + account.withheld
    logging.info("rejected: %d rows, and %d letters of other rows", account.stopped.total(), letters)
    names = {f"{batch.name}{suffix}" for batch in batches for suffix in ("", ".csv", ".jsonl")}
    for stage in STAGES:
        for name in remove_others(results / stage, names):
            logging.info("deleted results/%s/%s: its batch has no rows any more", stage, name)
        remove_others(results / row_store.FOLDER / stage, names)
    text = dataset_card(account, params.source, params.settings, versions(), About(**params.about))
    Path(snakemake.output.card).write_text(text, encoding="utf-8")
    notes = read_records(Path(given.notes), schemas.TableNote)
    write_records(Path(snakemake.output.notes), schemas.TableNote, notes)
    outcomes = gather_outcomes(batches, read_records(Path(given.corrections), schemas.CorrectionOutcome))
    write_records(Path(snakemake.output.corrections), schemas.CorrectionOutcome, outcomes)
    learnt = Learnt(_input("learning"), _input("printed"), _input("suspects"), params.examples)
    moved = read_records(Path(given.moved), schemas.MovedRows)
    withheld = read_records(Path(given.withheld), schemas.Withheld)
    diagnosis = diagnosis_of(read_findings(batches), account.delivered_rows, learnt, moved, withheld)
    write_records(Path(snakemake.output.diagnosis), schemas.Diagnosed, diagnosis)
    duplicates = read_records(Path(given.duplicates), schemas.Duplicate)
    text = summary(account, output, diagnosis, notes, outcomes, duplicates)
    Path(snakemake.output.summary).write_text(text, encoding="utf-8")


def _input(name: str) -> Path | None:
    path = snakemake.input.get(name)
    return Path(path) if path else None


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
