"""Download the images of a batch."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.fetch.responses import responses_of
from lettermill.fetch.settings import FetchSettings
from lettermill.plan.seen_images import seen_of
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import ImageSource
from lettermill.stages.download import download_batch
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        download_batch(
            rows=read_records(Path(snakemake.input.rows), ImageSource),
            images=Path(snakemake.params.images),
            cache_folder=Path(snakemake.config["cache"]).expanduser(),
            output=Path(snakemake.output.downloaded),
            settings=FetchSettings.from_config(snakemake.config["download"]),
            memory=responses_of(snakemake.wildcards.batch),
            seen=seen_of(snakemake.wildcards.batch),
        )
