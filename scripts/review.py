"""Write the review page."""

from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.corrections import gather_outcomes
from lettermill.job import job_log
from lettermill.records import Outcome
from lettermill.review.write import Settings, write_page

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        batches = [Path(letters) for letters in snakemake.input.letters]
        write_page(
            batches=batches,
            suspects=Path(snakemake.input.suspects) if snakemake.input.get("suspects") else None,
            corrections=gather_outcomes(batches, list(starmap(Outcome, snakemake.params.corrections))),
            output=Path(snakemake.output.words).parent,
            settings=Settings(**snakemake.params.settings),
        )
