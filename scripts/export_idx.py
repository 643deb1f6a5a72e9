"""Write all letters as IDX files."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.split import Split
from lettermill.dataset.sync import remove_others
from lettermill.export.idx import write_idx
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        letters, squares = (
            [Path(path) for path in paths] for paths in (snakemake.input.letters, snakemake.input.squares)
        )
        write_idx(
            batches=dict(zip(letters, squares, strict=True)),
            split=Split(**snakemake.params.split),
            classes=snakemake.params.classes,
            output=Path(snakemake.output[0]).parent,
        )
        remove_others(Path("results/normalised"), {path.name for path in squares})
