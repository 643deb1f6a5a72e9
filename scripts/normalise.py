"""Normalise the letters of a batch to 28x28 pixels."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.export.squares import write_squares
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        write_squares(batch=Path(snakemake.input.letters), output=Path(snakemake.output.squares))
