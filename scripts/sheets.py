"""Draw the contact sheets."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.sheets import Sheets, write_sheets
from lettermill.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_sheets(
            batches=[Path(letters) for letters in snakemake.input],
            output=Sheets(*map(Path, snakemake.output)),
        )
