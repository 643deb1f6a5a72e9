"""Collect the letters of all batches and the outcome of every row, and delete files of rows that no longer exist."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.package_versions import versions
from lettermill.base.split import Split
from lettermill.dataset.assemble import assemble, rejected_by_table
from lettermill.dataset.correction_outcomes import gather_outcomes
from lettermill.dataset.dataset_card import dataset_card
from lettermill.dataset.diagnosis import diagnosis_of
from lettermill.dataset.summary import summary
from lettermill.dataset.sync import remove_others
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import CorrectionOutcome, Diagnosed, TableNote
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import results_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

STAGES = ("downloaded", "cropped", "segmented", "matched", "aligned", "suspected", "letters")


def main() -> None:
    """Assemble the dataset of the job's batches."""
    params, output = snakemake.params, Path(snakemake.output.metadata).parent
    batches = {Path(folder): params.rows[Path(folder).name] for folder in snakemake.input.letters}
    account = assemble(batches, rejected_by_table(params.rejected_rows), Split(**params.split), output)
    logging.info("%d letters of %d rows", account.letters.total(), account.delivered_rows)
    letters = account.low_confidence + account.rejected_by_hand
    logging.info("rejected: %d rows, and %d letters of other rows", account.stopped.total(), letters)
    names = {batch.name for batch in batches}
    for stage in STAGES:
        for name in remove_others(
            results_of(snakemake.output.summary) / stage, names | {f"{batch}.csv" for batch in names}
        ):
            logging.info("deleted results/%s/%s: its batch has no rows any more", stage, name)
    text = dataset_card(account, params.source, params.settings, versions())
    Path(snakemake.output.card).write_text(text, encoding="utf-8")
    write_records(Path(snakemake.output.notes), TableNote, params.notes)
    outcomes = gather_outcomes(batches, [CorrectionOutcome(*line) for line in params.corrections])
    write_records(Path(snakemake.output.corrections), CorrectionOutcome, outcomes)
    learning, printed = (
        Path(path) if (path := snakemake.input.get(name)) else None for name in ("learning", "printed")
    )
    diagnosis = diagnosis_of(batches, account.delivered_rows, learning, printed)
    write_records(Path(snakemake.output.diagnosis), Diagnosed, diagnosis)
    text = summary(account, output, diagnosis, [TableNote(*note) for note in params.notes], outcomes)
    Path(snakemake.output.summary).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
