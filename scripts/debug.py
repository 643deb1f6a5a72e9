"""Draw how one row was processed."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.corrections.correction import Correction
from lettermill.records.csv_files import read_records
from lettermill.stages.debug_picture import draw_row
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        draw_row(
            row_id=snakemake.params.row_id,
            downloaded=Path(snakemake.input.downloaded),
            cropped=Path(snakemake.input.cropped),
            segmented=Path(snakemake.input.segmented),
            letters=Path(snakemake.input.letters),
            corrections=read_records(Path(snakemake.input.corrections), Correction),
            output=Path(snakemake.output.picture),
        )
