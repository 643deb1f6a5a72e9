"""Evaluate the model on letters that it was not trained on."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.model.evaluate import evaluate
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        evaluate(
            onnx=Path(snakemake.input.onnx),
            preprocessing=Path(snakemake.input.preprocessing),
            metadata=Path(snakemake.input.metadata),
            folders=[Path(folder) for folder in snakemake.params.test_on],
            output=Path(snakemake.output.evaluation),
        )
