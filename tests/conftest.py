"""What all rings of tests share: unit (the library, without Snakemake), workflow (small tables, from end to end) and
external (real browsers, clusters and data). Tests that take long and prove something rare are marked ``slow``: they are
run by ``make test-slow``.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from server import Server, serving

# How long an example takes says something about the machine, and what else it does, not about the code.
settings.register_profile("lettermill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lettermill")


def pytest_configure(config: pytest.Config) -> None:
    # Jobs find Python and Snakemake where pytest runs, whether or not the venv is active.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # The engine's plugin for Slurm asks for Slurm's settings whenever the engine starts; where Slurm is installed but
    # has none, it would look for them in the DNS each time.
    os.environ["SLURM_CONF"] = os.devnull


@pytest.fixture
def server() -> Iterator[Server]:
    """An HTTP server on loopback, to be told what to answer."""
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
