"""Learn the recogniser."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.job import job_log
from lettermill.stages.learn import learn_recogniser

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        learn_recogniser(
            examples=Path(snakemake.input[0]),
            output=Path(snakemake.output.recogniser),
            reliability=Path(snakemake.output.reliability),
            jobs=snakemake.threads,
        )
