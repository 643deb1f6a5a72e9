"""Read word images."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.alphabet import Alphabet
from lettermill.image.crop import Cropping
from lettermill.predict.models import MODEL_FILES, load_models
from lettermill.predict.predict_images import Outputs, predict_images
from lettermill.predict.read import Reader
from lettermill.predict.word_list import read_word_list
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Read the job's images."""
    given, params = snakemake.input, snakemake.params
    lists = [read_word_list(Path(path), Alphabet(params.alphabet)) for path in given.word_list]
    predict_images(
        images=[(name, Path(path)) for name, path in params.images],
        reader=Reader(
            models=load_models(**paths_by_name(given, MODEL_FILES)),
            words=lists[0] if lists else None,
            other_words=params.other_words,
            alternatives=params.alternatives,
        ),
        cropping=Cropping.from_config(**params.crop),
        output=Outputs(**paths_by_name(snakemake.output)),
    )


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
