"""The code is in style, and the repository says one thing about itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


def pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\s*-?\s*([A-Za-z0-9_.-]+)==([^\s;]+)(?:;.*)?$", text, re.MULTILINE))


def test_all_places_pin_the_same_versions() -> None:
    constraints = {name.lower(): version for name, version in pins((ROOT / "constraints.txt").read_text()).items()}
    for path in [*sorted(ROOT.glob("requirements*.txt")), *sorted((ROOT / "envs").glob("*.yaml"))]:
        found = pins(path.read_text())
        assert found, path
        for name, version in found.items():
            assert constraints[name.lower()] == version, f"{path.name}: {name}"


def test_conda_environments_pin_only_what_the_requirements_do() -> None:
    required = pins("\n".join(path.read_text() for path in ROOT.glob("requirements*.txt")))
    for path in sorted((ROOT / "envs").glob("*.yaml")):
        packages = yaml.safe_load(path.read_text())["dependencies"]
        inner = next(part["pip"] for part in packages if isinstance(part, dict))
        assert all(pins(line)[line.split("==")[0]] == required[line.split("==")[0]] for line in inner)


def test_no_registry_is_named() -> None:
    files = [*ROOT.glob("*.txt"), *ROOT.glob("envs/*"), ROOT / "Makefile", ROOT / ".ci/run", ROOT / "pyproject.toml"]
    for path in files:
        assert not re.search(r"index.url|find.links|https?://", path.read_text(encoding="utf-8")), path


def test_reasons_are_in_the_readme() -> None:
    from lettermill.base.reasons import REASONS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for stage, reasons in REASONS.items():
        for reason, meaning in reasons.items():
            assert f"| {stage} | `{reason}` | {meaning} |" in readme
