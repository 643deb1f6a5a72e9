"""Collect the suspects of all batches in one table, the most suspect first."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.suspects import gather_suspects
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import ConfirmedRow
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        confirmed = {row.row_id for row in read_records(Path(snakemake.input.confirmed), ConfirmedRow)}
        batches = [Path(table) for table in snakemake.input.suspected]
        count = gather_suspects(batches, Path(snakemake.output.suspects), confirmed)
        logging.info("%d suspects", count)
