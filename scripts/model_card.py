"""Write the model card."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.model.model_card import Results, model_card
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        params = snakemake.params
        results = Results(*map(Path, snakemake.input))  # the last one is not always there
        text = model_card(results, params.source, params.method, params.train)
        Path(snakemake.output[0]).write_text(text, encoding="utf-8")
