"""Match the boxes of a batch with its transcriptions."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.stages.match import match_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        match_batch(
            segmented=Path(snakemake.input.segmented),
            patterns=snakemake.params.rows,
            output=Path(snakemake.output.matched),
        )
