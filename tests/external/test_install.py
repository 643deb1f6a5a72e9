"""The library as a package: built, installed into an environment of its own, imported from elsewhere."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from project import ROOT

pytestmark = pytest.mark.slow

# What is imported without the extras of pyproject.toml, and the packages that only these bring.
OF_EXTRAS = {
    "jinja2",
    "keras",
    "matplotlib",
    "onnx",
    "pyarrow",
    "sklearn",
    "snakemake",
    "tensorflow",
    "tf2onnx",
    "threadpoolctl",
}

IMPORT_ALL = """
import importlib, pkgutil, lettermill
for module in pkgutil.walk_packages(lettermill.__path__, "lettermill."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        print("lacks", error.name.split(".")[0])
print("version", lettermill.__version__, lettermill.__file__)
"""


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode and ("NewConnectionError" in done.stderr or "No matching distribution" in done.stderr):
        pytest.skip(f"no package index can be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built from a copy of what is in git, as setuptools leaves files of its own where it builds."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in run("git", "ls-files", "scripts", "pyproject.toml", "README.md", "LICENSE", cwd=ROOT).splitlines():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", out, source, cwd=out)
    (found,) = out.glob("lettermill-*.whl")
    return found


def test_wheel_has_the_library_with_its_data_and_no_scripts(wheel: Path) -> None:
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    tracked = run("git", "ls-files", "scripts/lettermill", cwd=ROOT).splitlines()
    assert sorted(names) == sorted(name.removeprefix("scripts/") for name in tracked)
    assert "lettermill/py.typed" in names and "lettermill/review/page/index.html" in names


def test_installed_library_can_be_imported_from_elsewhere(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    lines = [line.split() for line in run(python, "-c", IMPORT_ALL, cwd=tmp_path).splitlines()]
    assert {line[1] for line in lines if line[0] == "lacks"} <= OF_EXTRAS
    assert lines[-1][1] == wheel.name.split("-")[1]
    assert Path(lines[-1][2]).is_relative_to(tmp_path / "venv")
