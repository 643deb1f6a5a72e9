"""Train the recogniser."""

from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.corrections.correction import Correction
from lettermill.records.csv_files import read_records
from lettermill.stages.learn import LearningOutput, LearningSource, learn_recogniser
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import pairs_by_batch

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        learn_recogniser(
            sources=starmap(LearningSource, pairs_by_batch(snakemake.input.matched, snakemake.input.cropped)),
            max_words=snakemake.params.examples,
            rounds=snakemake.params.rounds,
            corrections=[line for path in snakemake.input.corrections for line in read_records(Path(path), Correction)],
            output=LearningOutput.of(Path(snakemake.output.recogniser).parent),
            jobs=snakemake.threads,
        )
        Path(snakemake.output.trained_with).write_text(snakemake.params.trained_with, encoding="utf-8")
