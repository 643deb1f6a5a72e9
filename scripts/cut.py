"""Cut the letters of a batch out of its images."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.corrections.correction import Correction
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Transcription
from lettermill.stages.cut import BatchFiles, cut_batch
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        cut_batch(
            files=BatchFiles(**paths_by_name(snakemake.input, BatchFiles._fields)),
            patterns=read_records(Path(snakemake.input.rows), Transcription),
            output=Path(snakemake.output.letters),
            **snakemake.params.cut,
            min_confidence=snakemake.params.confidence,
            review_confidence=snakemake.params.review_confidence,
            corrections=read_records(Path(snakemake.input.corrections), Correction),
            folders=snakemake.params.folders,
            depends_on=snakemake.params.depends_on,
        )
