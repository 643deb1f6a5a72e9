"""Write the letters of a batch as WebDataset shards."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.split import Split
from lettermill.export.webdataset import write_shards
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_shards(
            batch=Path(snakemake.input[0]),
            split=Split(**snakemake.params.split),
            classes=snakemake.params.classes,
            outputs={part: Path(path) for part, path in snakemake.output.items()},
        )
