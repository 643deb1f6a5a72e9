"""Versions of the software that makes a dataset, for its card and its report."""

import importlib.metadata
import platform
from collections.abc import Iterable

import lettermill

OF_PIXELS = ("numpy", "opencv-python-headless", "snakemake")
"""Packages that pixels and boxes depend on."""


def versions(packages: Iterable[str] = OF_PIXELS) -> dict[str, str]:
    """Name -> version of Lettermill, Python and those packages that are installed. A rule may have its own
    environment, without Snakemake."""
    found = {}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {"lettermill": lettermill.__version__, "python": platform.python_version(), **found}
