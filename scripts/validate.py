"""Check the table, the corrections and the images, and show what a run would do."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.fetch.pretrained import training_lines
from lettermill.fetch.settings import FetchSettings
from lettermill.image.crop import Cropping
from lettermill.image.segmentation import Tolerances
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionOutcome, ImageSource, RejectedRow, TableNote, Transcription
from lettermill.stages.validate import Findings, validation_lines
from lettermill.workflow.dry_run import dry_run
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_batch

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Print each finding as soon as it is known."""
    given, params, config = snakemake.input, snakemake.params, snakemake.config
    findings = Findings(
        table=params.table,
        size=params.size,
        batches={batch: read_records(path, ImageSource) for batch, path in paths_by_batch(given.images).items()},
        rejected_rows=read_records(Path(given.rejected_rows), RejectedRow),
        notes=read_records(Path(given.notes), TableNote),
        corrections_file=params.corrections_file,
        corrections=read_records(Path(given.corrections), CorrectionOutcome),
        images=Path(params.images),
        patterns=dict(row for path in given.transcriptions for row in read_records(Path(path), Transcription)),
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
