"""Find the boxes of the letters of a batch."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.image.segmentation import Tolerances
from lettermill.stages.segment import segment_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        segment_batch(
            cropped=Path(snakemake.input.cropped),
            output=Path(snakemake.output.segmented),
            tolerances=Tolerances(**snakemake.params.segment),
            depends_on=snakemake.params.depends_on,
        )
