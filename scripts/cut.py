"""Cut the letters of a batch out of its images."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.stages.cut import BatchFiles, cut_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        cut_batch(
            files=BatchFiles(**{name: Path(path) for name, path in snakemake.input.items()}),
            patterns=snakemake.params.rows,
            output=Path(snakemake.output[0]),
            **snakemake.params.cut,
            min_confidence=snakemake.params.confidence,
            review_confidence=snakemake.params.review_confidence,
            corrections=snakemake.params.corrections,
        )
