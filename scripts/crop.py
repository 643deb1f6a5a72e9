"""Crop the images of a batch."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.image.crop import Cropping
from lettermill.stages.crop import crop_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        crop_batch(
            downloaded=Path(snakemake.input.downloaded),
            output=Path(snakemake.output.cropped),
            cropping=Cropping.from_config(**snakemake.params.crop),
            # Crops that are kept for the next run would need the space that this setting saves.
            depends_on=snakemake.params.depends_on if snakemake.config["keep_intermediates"] else "",
        )
