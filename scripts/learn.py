"""Learn the recogniser."""

from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.corrections.correction import Correction
from lettermill.stages.learn import LearningOutput, LearningSource, learn_recogniser
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        inputs = zip(snakemake.input.matched, snakemake.input.cropped, strict=True)
        learn_recogniser(
            sources=[LearningSource(Path(matched), Path(cropped)) for matched, cropped in inputs],
            max_words=snakemake.params.examples,
            rounds=snakemake.params.rounds,
            corrections=starmap(Correction, snakemake.params.corrections),
            output=LearningOutput.of(Path(snakemake.output.recogniser).parent),
            jobs=snakemake.threads,
        )
        Path(snakemake.output.learnt_with).write_text(snakemake.params.learnt_with, encoding="utf-8")
