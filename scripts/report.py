"""Write the report."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.kept import Kept
from lettermill.base.package_versions import OF_PIXELS, versions
from lettermill.records.row_store import FOLDER
from lettermill.report.write_report import About, Sources, write_report
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import results_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Report on the job's dataset."""
    given, params = snakemake.input, snakemake.params
    logs, page = Path(str(snakemake.log)).parent, Path(snakemake.output.page)
    optional = {
        name: given.get(name)
        for name in (
            "reliability",
            "suspects",
            "corrections",
            "correction_effects",
            "diagnosis",
            "printed",
        )
    }
    kept = Kept(results_of(str(page)) / FOLDER / "report", params.code)
    write_report(
        Sources(
            metadata=Path(given.metadata),
            rejected=Path(given.rejected),
            batches=[Path(folder) for folder in given.batches],
            **{name: Path(path) if path else None for name, path in optional.items()},
            benchmarks=logs / "benchmarks",
            logs=logs,
        ),
        About(
            source=params.source,
            method=params.settings["method"],
            alphabet=params.alphabet,
            stems=params.stems,
            min_confidence=params.min_confidence,
            settings=params.settings,
            versions=versions((*OF_PIXELS, "matplotlib", "Jinja2")),
        ),
        page,
        page.with_suffix(""),
        kept,
    )
    kept.forget_others()


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
