"""Check the table, the corrections and the images, and show what a run would do."""

from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.fetch.pretrained import training_lines
from lettermill.fetch.settings import FetchSettings
from lettermill.image.crop import Cropping
from lettermill.image.segmentation import Tolerances
from lettermill.records.schemas import CorrectionOutcome
from lettermill.stages.validate import Findings, validation_lines
from lettermill.workflow.dry_run import dry_run
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Print each finding as soon as it is known."""
    params, config = snakemake.params, snakemake.config
    findings = Findings(
        table=params.table,
        size=params.size,
        batches=params.rows,
        rejected_rows=params.rejected_rows,
        notes=params.notes,
        corrections_file=params.corrections_file,
        corrections=list(starmap(CorrectionOutcome, params.corrections)),
        images=Path(params.images),
        patterns=dict(row for rows in params.patterns.values() for row in rows),
        cropping=Cropping.from_config(**config["crop"]),
        tolerances=Tolerances(**config["segment"]),
    )
    for line in validation_lines(findings, FetchSettings.from_config(config["download"])):
        print(line, flush=True)
    model, weights, missing = params.training
    weights = None if weights == "none" else weights if weights == "imagenet" else Path(weights)
    for line in training_lines(model, weights, missing):
        print(line, flush=True)
    print("\nWhat a run would do")
    print(dry_run(params.dry_run))


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
