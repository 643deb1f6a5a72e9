"""What tools say of the code, and what is to be said nowhere in the repository."""

import re
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
        [BIN / "mypy"],
        [BIN / "oxlint", "--deny-warnings", "scripts"],
        [BIN / "codespell"],
    ],
    ids=["ruff", "ruff-format", "snakefmt", "snakemake-lint", "mypy", "oxlint", "codespell"],
)
def test_a_tool_finds_nothing(command: list) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "pattern",
    [
        r"index[-_]url|find[-_]links|/simple/?(?=[\s\"')]|$)",  # where packages come from is the user's choice
        r"(?<![\w.:/<-])/(?:home|root|Users|work|mnt|srv)/\w",  # a place on one machine
    ],
    ids=["package-index", "machine"],
)
def test_nothing_of_one_machine_is_said(pattern: str) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        if name != "tests/test_style.py" and (ROOT / name).is_file():
            text = (ROOT / name).read_bytes().decode("utf-8", "replace")
            found += [f"{name}: {match[0]}" for match in re.finditer(pattern, text)]
    assert found == []
