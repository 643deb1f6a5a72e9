"""Write the model card."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.model.model_card import Results, model_card
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        text = model_card(
            results=Results(**paths_by_name(snakemake.input)),
            source=snakemake.params.source,
            method=snakemake.params.method,
            settings=snakemake.params.train,
        )
        Path(snakemake.output.card).write_text(text, encoding="utf-8")
