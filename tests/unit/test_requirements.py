"""Requirements, pins, locks, conda environments and pyproject.toml say the same."""

import ast
import importlib.metadata
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from project import ROOT

FILES = sorted(ROOT.glob("requirements*.txt"))
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
DEVELOPERS = [ROOT / "requirements-test.txt", ROOT / "requirements-docs.txt"]


def parsed(text: str) -> dict[str, Requirement]:
    """The requirements of a text in pip's format, by canonical name."""
    lines = [line.split(" #")[0].rstrip(" \\") for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def version(requirement: Requirement) -> str:
    (specifier,) = requirement.specifier
    assert specifier.operator == "==", requirement
    return specifier.version


def of_file(path: Path) -> dict[str, Requirement]:
    return parsed(path.read_text(encoding="utf-8"))


def of_environment(path: Path) -> dict[str, Requirement]:
    packages = yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]
    return parsed("\n".join(next(part["pip"] for part in packages if isinstance(part, dict))))


CONSTRAINTS = of_file(ROOT / "constraints.txt")
REQUIRED = {name: requirement for path in FILES for name, requirement in of_file(path).items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lock_is_of_these_requirements(path: Path) -> None:
    """`make lock` has been given after the last change, and every package has a hash."""
    lock = of_file(ROOT / "locks" / path.name)
    for name, requirement in of_file(path).items():
        assert version(lock[name]) == version(requirement), name
    assert {name: version(pin) for name, pin in lock.items()} == {name: version(CONSTRAINTS[name]) for name in lock}
    blocks = re.split(r"^(?=\w)", (ROOT / "locks" / path.name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert blocks and all("--hash=sha256:" in block for block in blocks)


def test_constraints_pin_all_that_is_required() -> None:
    for name, requirement in REQUIRED.items():
        assert version(CONSTRAINTS[name]) == version(requirement), name


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_conda_environment_pins_what_the_requirements_do(path: Path) -> None:
    found = of_environment(path)
    assert found
    for name, requirement in found.items():
        assert name in REQUIRED and version(requirement) == version(REQUIRED[name]), name


def test_no_registry_is_named() -> None:
    files = [*ROOT.glob("*.txt"), *ROOT.glob("locks/*"), *ENVIRONMENTS]
    for path in [*files, *(ROOT / name for name in ("Makefile", ".ci/run", "pyproject.toml"))]:
        assert not re.search(r"index.url|find.links|https?://", path.read_text(encoding="utf-8")), path


def test_the_package_asks_for_what_the_workflow_pins() -> None:
    """Whoever installs the library with all extras has what requirements*.txt name, in ranges that hold these pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [project["dependencies"], *project["optional-dependencies"].values()]
    ranges = [range_ for range_ in map(Requirement, chain(*listed)) if range_.name != project["name"]]
    of_package = {canonicalize_name(range_.name) for range_ in ranges}
    for range_ in ranges:
        pin = REQUIRED[canonicalize_name(range_.name)]
        assert version(pin) in range_.specifier and pin.marker == range_.marker, range_
    workflow = {name for path in FILES if path not in DEVELOPERS for name in of_file(path)}
    assert of_package == workflow


def test_report_of_snakemake_needs_no_more_than_is_required() -> None:
    """Every package that `snakemake --report` imports comes with requirements.txt, not only with the tests.

    Snakemake itself asks for all of these but Pygments. The imports are read from its source, for here all packages
    are installed, whoever has asked for them.
    """
    closure, waiting = set(), [*of_file(ROOT / "requirements.txt").values()]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in closure and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            closure.add(name)
            waiting += map(Requirement, importlib.metadata.requires(name) or [])

    (place,) = [file.locate() for file in importlib.metadata.files("snakemake") if str(file) == "snakemake/__init__.py"]
    imported = set()
    for path in (Path(place).parent / "report").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).split(".")[0])
    providers = importlib.metadata.packages_distributions()
    assert "pygments" in imported
    for module in imported & providers.keys():
        assert closure & {canonicalize_name(name) for name in providers[module]}, module
