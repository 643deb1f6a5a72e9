"""Write the review page."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.kept import Kept
from lettermill.dataset.correction_outcomes import gather_outcomes
from lettermill.records.csv_files import read_records
from lettermill.records.row_store import FOLDER
from lettermill.records.schemas import CorrectionOutcome
from lettermill.review.write_page import Settings, write_page
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import results_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        batches = [Path(letters) for letters in snakemake.input.letters]
        page = Path(snakemake.output.words).parent
        kept = Kept(results_of(str(page)) / FOLDER / "review", snakemake.params.code)
        write_page(
            batches=batches,
            suspects=Path(snakemake.input.suspects) if snakemake.input.get("suspects") else None,
            corrections=gather_outcomes(batches, read_records(Path(snakemake.input.corrections), CorrectionOutcome)),
            output=page,
            settings=Settings(**snakemake.params.settings),
            kept=kept,
        )
        kept.forget_others()
