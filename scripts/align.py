"""Align the words of a batch with their transcriptions."""

from pathlib import Path
from typing import TYPE_CHECKING

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
            patterns=snakemake.params.rows,
            output=Path(snakemake.output.letters),
            suspected=Path(snakemake.output.suspected),
            depends_on=snakemake.params.depends_on,
        )
