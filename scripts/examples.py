"""Gather the words that the recogniser learns from."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.job import job_log
from lettermill.stages.examples import Source, gather_examples

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        inputs = zip(snakemake.input.matched, snakemake.input.cropped, strict=True)
        gather_examples(
            sources=[Source(Path(matched), Path(cropped)) for matched, cropped in inputs],
            most=snakemake.params.words,
            output=Path(snakemake.output[0]),
        )
