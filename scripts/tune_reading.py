"""Learn the n-grams of the transcriptions, and choose the weights for reading."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.split import split_of
from lettermill.dataset.withheld import without_withheld
from lettermill.predict.models import MODEL_FILES, load_models
from lettermill.predict.tune import tune_reading
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Transcription
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import pairs_by_batch, paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Tune the models of the job on the rows of its batches."""
    given, params = snakemake.input, snakemake.params
    tune_reading(
        batches=[
            (folder, without_withheld(read_records(rows, Transcription), Path(given.withheld)))
            for folder, rows in pairs_by_batch(given.cropped, given.rows)
        ],
        models=load_models(**paths_by_name(given, MODEL_FILES)),
        split=split_of(params.split, Path(given.duplicates)),
        ngrams=Path(snakemake.output.ngrams),
        weights=Path(snakemake.output.weights),
    )


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
