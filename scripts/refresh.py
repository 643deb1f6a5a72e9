"""Fetch again the images that have failed, or all of them."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.fetch.settings import FetchSettings
from lettermill.stages.refresh import CHANGED, KINDS, NEW, OTHERWISE, refresh
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        counts = refresh(
            batches=dict(zip(snakemake.params.batches, snakemake.params.rows, strict=True)),
            only_failed=snakemake.rule == "retry_failed",
            cache_folder=Path(snakemake.config["cache"]).expanduser(),
            settings=FetchSettings.from_config(snakemake.config["download"]),
        )
    print(f"Fetched {counts.total():,} URLs again.")
    for kind in KINDS:
        if counts[kind]:
            print(f"{counts[kind]:>8,} {kind}")
    if counts[NEW] + counts[CHANGED] + counts[OTHERWISE]:
        print("The next run works on the batches of those that have changed.")
