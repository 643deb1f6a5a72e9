"""Write the counts of the dataset as text."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.summary import read_account, summary
from lettermill.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        dataset = Path(snakemake.input.metadata).parent
        Path(snakemake.output[0]).write_text(
            summary(read_account(dataset), dataset, snakemake.params.method), encoding="utf-8"
        )
