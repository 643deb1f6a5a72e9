"""Write the card of an export, and clear away what it has of batches that have no rows any more."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import lettermill
from lettermill.base.split import Split
from lettermill.dataset.sync import remove_strangers
from lettermill.export.cards import card
from lettermill.export.labelled_letters import count_letters
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Write the card of the job's format."""
    params, output = snakemake.params, Path(snakemake.output[0])
    name = snakemake.wildcards.format
    for path in remove_strangers(Path(params.by_batch), map(Path, snakemake.input.files)) if params.by_batch else []:
        logging.info("removed %s: its batch has no rows any more", path)
    counts = count_letters(map(Path, snakemake.input.letters), Split(**params.split))
    text = card(name, counts, params.classes, params.source, lettermill.__version__)
    output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main()
