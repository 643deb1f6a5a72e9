"""Draw the contact sheets."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.sheets import Batch, Sheets, write_sheets
from lettermill.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        pairs = zip(snakemake.input.letters, snakemake.input.cropped, strict=True)
        write_sheets(
            dataset=Path(snakemake.input.metadata).parent,
            batches=[Batch(Path(letters), Path(cropped)) for letters, cropped in pairs],
            output=Sheets(*map(Path, snakemake.output)),
        )
