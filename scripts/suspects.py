"""Put the suspected transcriptions of all batches into one table, the most doubtful first."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.job import job_log
from lettermill.records import Suspect, read_records, write_records

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        suspects = [suspect for path in snakemake.input for suspect in read_records(Path(path), Suspect)]
        suspects.sort(key=lambda suspect: (-suspect.doubt, suspect.row_id))
        write_records(Path(snakemake.output[0]), Suspect, suspects)
        logging.info("%d suspects", len(suspects))
