"""Versions of what a dataset is made with, for its card and its report."""

import importlib.metadata
import platform
from collections.abc import Iterable

import lettermill

OF_PIXELS = ("numpy", "opencv-python-headless", "snakemake")
"""Packages that pixels and boxes depend on."""


def versions(packages: Iterable[str] = OF_PIXELS) -> dict[str, str]:
    """Name -> version of Lettermill, Python and these packages, as far as they are there: a rule may have an
    environment of its own, without Snakemake."""
    found = {}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {"lettermill": lettermill.__version__, "python": platform.python_version(), **found}
