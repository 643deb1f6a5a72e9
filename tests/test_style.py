"""The code is in style."""

import subprocess
import sys
from pathlib import Path

import pytest

from project import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        [BIN / "ruff", "check", "."],
        [BIN / "ruff", "format", "--check", "."],
        [BIN / "snakefmt", "--check", "Snakefile", "rules"],
        [BIN / "snakemake", "--lint"],
    ],
    ids=["ruff", "ruff-format", "snakefmt", "lint"],
)
def test_style(command: list) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
