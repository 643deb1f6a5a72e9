"""Compare all rows, and withhold those whose transcriptions seem to belong to other images."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.dataset.compare import Compared, compare_rows
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import ConfirmedRow, TableRow
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_name

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        given, params = snakemake.input, snakemake.params
        compare_rows(
            batches=[Path(folder) for folder in given.letters],
            lengths=read_records(Path(given.order), TableRow),
            suspects=Path(given.suspects) if given.get("suspects") else None,
            decided={row.row_id for row in read_records(Path(given.confirmed), ConfirmedRow)},
            accept=params.accept,
            output=Compared(**paths_by_name(snakemake.output)),
        )
