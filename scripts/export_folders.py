"""Bring the folders of letters by part up to date."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.split import Split
from lettermill.export.folders import write_folders
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_folders(
            batches=[Path(letters) for letters in snakemake.input],
            split=Split(**snakemake.params.split),
            classes=snakemake.params.classes,
            output=Path(snakemake.output[0]).parent,
        )
