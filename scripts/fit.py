"""Train a model on the letters of the dataset."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.model.fit import Outputs, Training, fit
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name, results_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Train as the job's parameters say."""
    params, files = snakemake.params, snakemake.input
    weights = params.train["vgg16"].get("weights", "none")
    fit(
        metadata=Path(files.metadata),
        training=Training(**params.train),
        weights=Path(files.weights) if files.weights else None if weights == "none" else weights,
        code=params.code,
        work=results_of(snakemake.output.keras) / "training",
        output=Outputs(**paths_by_name(snakemake.output)),
    )


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
