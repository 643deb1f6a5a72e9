"""What all rings of tests share: unit (the library, without Snakemake), workflow (small tables, from end to end) and
external (real browsers, clusters and data). Tests that take long and prove something rare are marked ``slow``: they are
run by ``make test-slow``.
"""

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from project import Project
from server import Server, serving

T = TypeVar("T")

# How long an example takes says something about the machine, and what else it does, not about the code.
settings.register_profile("lettermill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lettermill")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: some tests wait for a cluster, a server or a browser."""
    return min(4, (os.cpu_count() or 1) + 1)


def pytest_configure(config: pytest.Config) -> None:
    # Jobs find Python and Snakemake where pytest runs, whether or not the venv is active.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # Snakemake's plugin for Slurm asks for Slurm's settings whenever Snakemake starts; where Slurm is installed but
    # has none, it would look for them in the DNS each time.
    os.environ["SLURM_CONF"] = os.devnull


@pytest.fixture
def server() -> Iterator[Server]:
    """An HTTP server on loopback; the test sets its responses."""
    with serving() as running:
        yield running


@pytest.fixture
def paper() -> Callable[..., np.ndarray]:
    """A function that draws black rectangles (x, y, width, height) on white paper of (height, width)."""

    def draw(shape: tuple[int, int], *rectangles: tuple[int, int, int, int], ink: int = 20) -> np.ndarray:
        image = np.full(shape, 255, np.uint8)
        for x, y, width, height in rectangles:
            image[y : y + height, x : x + width] = ink
        return image

    return draw


@pytest.fixture(scope="session")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], T]], T]:
    """A function that gives the project of a name, or what else a function of a folder of its own has made there: once
    for all processes that run tests side by side. Not to be changed: copy it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def run(name: str, make: Callable[[Path], T]) -> T:
        made = base / f"{name}.pickle"
        with FileLock(base / f"{name}.lock"):
            if not made.exists():
                made.write_bytes(pickle.dumps(make(base / name)))
            return pickle.loads(made.read_bytes())

    return run


def run_sample(folder: Path, rows: int, **settings: object) -> Project:
    """The first ``rows`` of the sample in ``folder``, run to the end."""
    project = Project.of_sample(folder, rows, **settings)
    project.run()
    return project


@pytest.fixture(scope="session")
def finished(run_once: Callable) -> Project:
    """40 rows of the sample in four batches, whose letters are counted, run to the end."""
    return run_once("finished", lambda folder: run_sample(folder, 40, batches=4))


ALIGNED = {
    "method": "align",
    "align": {"rounds": 1},  # the second round would change little here, and take as long again
    "review": {"confidence": 0.995, "letters": 400},
}


@pytest.fixture(scope="session")
def aligned(run_once: Callable) -> Project:
    """The sample in four batches, aligned, with much on its review page, run to the end."""
    return run_once("aligned", lambda folder: run_sample(folder, 300, batches=4, **ALIGNED))


@pytest.fixture(scope="session")
def few_aligned(run_once: Callable) -> Project:
    """As ``aligned``, with a third of the rows in two batches: to learn from them takes a third of the time."""
    return run_once("few_aligned", lambda folder: run_sample(folder, 100, batches=2, **ALIGNED))
