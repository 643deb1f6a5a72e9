"""Download images again that have failed, or check all of them for changes."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.fetch.settings import FetchSettings
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import ImageSource
from lettermill.stages.refresh import refresh, refresh_lines
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_batch

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        counts = refresh(
            batches={
                batch: read_records(path, ImageSource) for batch, path in paths_by_batch(snakemake.input.rows).items()
            },
            only_failed=snakemake.params.only_failed,
            cache_folder=Path(snakemake.config["cache"]).expanduser(),
            settings=FetchSettings.from_config(snakemake.config["download"]),
        )
    print(*refresh_lines(counts), sep="\n")
