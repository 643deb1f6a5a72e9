"""What the documents name is there, and all places name one version."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import lettermill
from project import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md"))]
HOMES = [ROOT, ROOT / "scripts/lettermill", ROOT / "scripts"]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            file, _, place = target.partition("#")
            linked = path.parent / file if file else path
            assert linked.exists(), target
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE) if place else []
            assert not place or place in map(anchor, headings), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_files_that_are_named_are_there(path: Path) -> None:
    """Paths in backticks that begin with a folder of the repository or with a room of the library."""
    for name in re.findall(r"`(\.?\w[\w./*-]*/[\w./*-]*)`", path.read_text(encoding="utf-8")):
        home = next((home for home in HOMES if (home / name.partition("/")[0]).is_dir()), None)
        if home is not None and not name.startswith(("results/", "logs/", "cache/", ".snakemake/")):
            assert "NAME" in name or list(home.glob(name.rstrip("/"))), name


def test_the_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    builder, site = Path(sys.executable).parent / "sphinx-build", tmp_path / "site"
    command = [builder, "--quiet", "--fail-on-warning", "--keep-going", "-d", tmp_path / "cache", "docs", site]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in (ROOT / "docs").glob("*.md")} <= {path.stem for path in site.glob("*.html")}
    elsewhere = re.compile(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//')
    assert [page.name for page in site.glob("*.html") if elsewhere.search(page.read_text(encoding="utf-8"))] == []


def test_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= 150


def test_one_version() -> None:
    citation = yaml.safe_load(text_of("CITATION.cff"))
    newest = re.search(r"^## (\d\S+) - (\S+)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert lettermill.__version__ == citation["version"] == newest[1]
    assert str(citation["date-released"]) == newest[2]


def test_pythons_are_those_that_are_tested() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    tested = yaml.safe_load(text_of(".github/workflows/tests.yml"))["jobs"]["test"]["strategy"]["matrix"]["python"]
    named = [line.rpartition(" ")[2] for line in project["classifiers"] if line.startswith("Programming Language")]
    assert tested == named and project["requires-python"] == f">={tested[0]}"


def test_files_for_github_can_be_read() -> None:
    for path in [*(ROOT / ".github").rglob("*.yml"), ROOT / ".snakemake-workflow-catalog.yml"]:
        assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict), path
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    for path in (ROOT / ".github/workflows").iterdir():
        assert set(re.findall(r"run: make ([a-z-]+)", path.read_text(encoding="utf-8"))) <= targets, path
