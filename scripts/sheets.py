"""Draw the contact sheets."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.report.contact_sheets import ContactSheets, write_contact_sheets
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        write_contact_sheets(
            batches=[Path(letters) for letters in snakemake.input.letters],
            output=ContactSheets(**paths_by_name(snakemake.output)),
            stems=snakemake.params.stems,
        )
