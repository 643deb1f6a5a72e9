"""Draw the contact sheets."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.report.contact_sheets import ContactSheets, write_contact_sheets
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_contact_sheets(
            batches=[Path(letters) for letters in snakemake.input],
            output=ContactSheets(*map(Path, snakemake.output)),
        )
