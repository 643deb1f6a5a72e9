"""Read the rows of the split `test`, to measure how well new words are read."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.alphabet import Alphabet
from lettermill.dataset.split import split_of
from lettermill.dataset.withheld import without_withheld
from lettermill.predict.evaluate_words import evaluate_words
from lettermill.predict.models import MODEL_FILES, load_models
from lettermill.predict.word_list import read_word_list
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Transcription
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import pairs_by_batch, paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Read the rows of the job's batches."""
    given, params = snakemake.input, snakemake.params
    alphabet = Alphabet(params.alphabet)
    evaluate_words(
        batches=[
            (folder, without_withheld(read_records(rows, Transcription), Path(given.withheld)))
            for folder, rows in pairs_by_batch(given.cropped, given.rows)
        ],
        models=load_models(**paths_by_name(given, MODEL_FILES)),
        split=split_of(params.split, Path(given.duplicates)),
        words=next((read_word_list(Path(path), alphabet) for path in given.word_list), None),
        other_words=params.other_words,
        output=Path(snakemake.output.words),
        figures=Path(snakemake.output.figures),
    )


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
