"""Match the boxes of a batch with its transcriptions."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Transcription
from lettermill.stages.match import match_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        match_batch(
            segmented=Path(snakemake.input.segmented),
            patterns=read_records(Path(snakemake.input.rows), Transcription),
            output=Path(snakemake.output.matched),
        )
