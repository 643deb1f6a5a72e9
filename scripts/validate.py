"""Say what is known of the table and its images, and what a run would do."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.fetch.settings import FetchSettings
from lettermill.records.schemas import CorrectionOutcome
from lettermill.stages.download import ImageSource
from lettermill.stages.validate import correction_lines, image_lines, table_lines
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def job_table(output: str) -> str:
    """The engine's table of jobs out of what a dry run has printed; Nothing when there are none."""
    return output.partition("Job stats:\n")[2].partition("\n\n")[0] or "Nothing: everything is done."


def main() -> None:
    """Print it."""
    params = snakemake.params
    print("The config is right.\n")
    print(f"Table {params.table}")
    for line in table_lines(params.size, len(params.rows), list(params.rejected_rows), list(params.notes)):
        print(line)
    if params.corrections_file:
        print(f"\nCorrections {params.corrections_file}")
        for line in correction_lines([CorrectionOutcome(*line) for line in params.corrections]):
            print(line)
    print("\nImages")
    sources = [ImageSource(*row) for rows in params.rows for row in rows]
    for line in image_lines(sources, Path(params.images), FetchSettings.from_config(snakemake.config["download"])):
        print(line, flush=True)
    print("\nWhat a run would do")
    done = subprocess.run(params.dry_run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(job_table(done.stdout) if done.returncode == 0 else done.stdout)
    done.check_returncode()


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main()
