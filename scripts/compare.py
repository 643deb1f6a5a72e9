"""Compare all rows, and withhold those whose transcriptions seem to belong to other images."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.compare import Compared, compare_rows
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        given, params = snakemake.input, snakemake.params
        compare_rows(
            batches=[Path(folder) for folder in given.letters],
            lengths=[(row_id, int(letters)) for row_id, letters in params.lengths],
            suspects=Path(given.suspects) if given.get("suspects") else None,
            decided={row_id for (row_id,) in params.confirmed_rows},
            accept=params.accept,
            output=Compared(**paths_by_name(snakemake.output)),
        )
