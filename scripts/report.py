"""Write the report."""

from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.package_versions import OF_PIXELS, versions
from lettermill.report.write_report import About, Sources, write_report
from lettermill.workflow.job import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Report on the job's dataset."""
    files, params = snakemake.input, snakemake.params
    names = ("reliability", "suspects", "corrections", "lessons")
    optional = {name: Path(path) for name in names if (path := files.get(name))}
    sources = Sources(
        metadata=Path(files.metadata),
        rejected=Path(files.rejected),
        batches=[Path(folder) for folder in files.batches],
        **{name: optional.get(name) for name in names},
        benchmarks=Path("logs/benchmarks"),
        logs=Path("logs"),
    )
    packages = versions((*OF_PIXELS, "matplotlib", "Jinja2"))
    about = About(
        params.source, params.settings["method"], params.alphabet, params.threshold, params.settings, packages
    )
    page = Path(snakemake.output.page)
    write_report(sources, about, page, page.with_suffix(""))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main()
