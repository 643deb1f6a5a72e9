"""Draw the contact sheets."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.kept import Kept
from lettermill.records.row_store import FOLDER
from lettermill.report.contact_sheets import ContactSheets, write_contact_sheets
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name, results_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        output = ContactSheets(**paths_by_name(snakemake.output))
        kept = Kept(results_of(str(output.delivered)) / FOLDER / "sheets", snakemake.params.code)
        write_contact_sheets(
            batches=[Path(letters) for letters in snakemake.input.letters],
            output=output,
            stems=snakemake.params.stems,
            kept=kept,
        )
        kept.forget_others()
