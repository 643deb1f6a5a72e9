"""Crop the images of a batch."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.image.crop import Cropping
from lettermill.stages.crop import crop_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        crop_batch(
            downloaded=Path(snakemake.input[0]),
            output=Path(snakemake.output[0]),
            cropping=Cropping.from_config(**snakemake.params.crop),
        )
