"""Write the review page."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.job import job_log
from lettermill.review.write import Settings, write_page

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_page(
            batches=[Path(letters) for letters in snakemake.input.letters],
            suspects=Path(snakemake.input.suspects) if snakemake.input.get("suspects") else None,
            corrections=Path(snakemake.input.corrections),
            output=Path(snakemake.output.words).parent,
            settings=Settings(**snakemake.params.settings),
        )
