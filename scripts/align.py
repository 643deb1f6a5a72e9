"""Align the words of a batch with their transcriptions."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Transcription
from lettermill.stages.align import align_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        align_batch(
            recogniser_file=Path(snakemake.input.recogniser),
            matched=Path(snakemake.input.matched),
            cropped=Path(snakemake.input.cropped),
            patterns=read_records(Path(snakemake.input.rows), Transcription),
            output=Path(snakemake.output.letters),
            suspected=Path(snakemake.output.suspected),
            depends_on=snakemake.params.depends_on,
        )
