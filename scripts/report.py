"""Write the report."""

import importlib.metadata
import platform
from pathlib import Path
from typing import TYPE_CHECKING

import lettermill
from lettermill.job import job_log
from lettermill.report.make import About, Sources, write_report

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

PACKAGES = ("numpy", "opencv-python-headless", "snakemake", "matplotlib", "Jinja2")


def versions() -> dict[str, str]:
    """Name -> version of what the dataset and its report are made with."""
    packages = {}
    for name in PACKAGES:
        try:
            packages[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # the engine is not in every environment
            continue
    return {"lettermill": lettermill.__version__, "python": platform.python_version(), **packages}


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
    about = About(
        params.source, params.settings["method"], params.alphabet, params.threshold, params.settings, versions()
    )
    page = Path(snakemake.output.page)
    write_report(sources, about, page, page.with_suffix(""))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main()
