"""Every command and every file that README and the documentation show, given as a reader gives them, on the sample."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import slurm
import snakemake_forks
from project import ROOT, SAMPLE
from server import serving
from snippets import DOCUMENTS, Snippet, snippets

LANGUAGES = {"bash", "yaml", "python", "csv", "json", "text"}
QUICK = {"batches: auto": "batches: 2", "epochs: 20": "epochs: 2", "rounds: auto": "rounds: 1"}
"""Defaults that are changed: here commands are tried, not what a model is worth."""
ROWS = 100
"""As many rows has the sample here, those among them that the documentation names."""

README, *PAGES = DOCUMENTS
TRAINED = {"predict", "python"}
"""Pages on what to do with a model: there, `train` has been run."""
PAGES = [page for page in PAGES if any(snippet.runs for snippet in snippets(page))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_test_knows_what_to_do_with_snippets(document: Path) -> None:
    for snippet in snippets(document):
        where = f"{document.name}, line {snippet.line}"
        assert snippet.language in LANGUAGES or snippet.language.startswith("{"), where
        assert snippet.title or snippet.language not in ("yaml", "csv"), f"{where}: which file is this?"
        assert snippet.note in ("", "slurm") or snippet.note.startswith("not run: "), where


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone whose reader has done all that README says, with a table of URLs that has the words of the sample."""
    folder = tmp_path_factory.mktemp("reader") / "lettermill"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a clone")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    defaults = (folder / "config.yaml").read_text(encoding="utf-8")
    for usual, quick in QUICK.items():
        assert f"{usual}\n" in defaults
        defaults = defaults.replace(usual, quick)
    (folder / "config.yaml").write_text(defaults, encoding="utf-8")
    rows = shorten_sample(folder / "resources/sample/words.csv")
    with serving() as server:
        with open(folder / "words.csv", "w", encoding="utf-8", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(["word_id", "url", "transcription"])
            for row in rows:
                server.responses[f"/{row['image']}"] = (200, {}, (SAMPLE / row["image"]).read_bytes())
                writer.writerow([Path(row["image"]).stem, f"{server.url}/{row['image']}", row["text"]])
        (folder / "my-words").mkdir()
        for row in rows[:3]:
            shutil.copy2(SAMPLE / row["image"], folder / "my-words")
        give_all(README, folder, forked=False)
        yield folder


def shorten_sample(table: Path) -> list[dict[str, str]]:
    """Returns the rows that it has then."""
    named = set(re.findall(r"word_\d{4}", "".join(page.read_text(encoding="utf-8") for page in DOCUMENTS)))
    with open(table, encoding="utf-8", newline="") as sample:
        rows = sorted(csv.DictReader(sample), key=lambda row: Path(row["image"]).stem not in named)
    rows = sorted(rows[:ROWS], key=lambda row: row["image"])
    with open(table, "w", encoding="utf-8", newline="") as sample:
        writer = csv.DictWriter(sample, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return rows


def bash(commands: str, folder: Path, forked: bool) -> None:
    """forked: whether ``snakemake`` is the one of snakemake_forks.py."""
    environment = os.environ | {"PYTHONPATH": str(folder / "scripts")}
    if forked and snakemake_forks.serve_this_environment():
        commands = f'snakemake() {{ {shlex.quote(str(snakemake_forks.forks().snakemake))} "$@"; }}\n{commands}'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}\n{done.stdout[-5000:]}"


def give(snippet: Snippet, folder: Path, forked: bool) -> None:
    """What the reader does with a code block."""
    if snippet.title.startswith("add to "):
        path = folder / snippet.title.removeprefix("add to ")
        settings = yaml.safe_load(path.read_text(encoding="utf-8")) | yaml.safe_load(snippet.text)
        path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    elif snippet.title:
        (folder / snippet.title).parent.mkdir(parents=True, exist_ok=True)
        (folder / snippet.title).write_text(snippet.text, encoding="utf-8")
    elif snippet.language == "python":
        bash(f"python - <<'PYTHON'\n{snippet.text}PYTHON", folder, forked)
    elif snippet.language == "bash":
        bash(snippet.text, folder, forked)


def give_all(document: Path, folder: Path, forked: bool = True) -> None:
    for snippet in snippets(document):
        if not snippet.note:
            give(snippet, folder, forked)
        elif snippet.note == "slurm":
            try:
                with slurm.running(folder.parent / f"slurm{snippet.line}"):
                    give(snippet, folder, forked=False)
            except slurm.NoSlurm as why:
                pytest.skip(str(why))


@pytest.fixture(scope="module")
def trained(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clone of a reader who has also trained a model on those words."""
    folder = tmp_path_factory.mktemp("trained") / "lettermill"
    shutil.copytree(clone, folder, symlinks=True)
    bash("snakemake -j 8 train --configfile my.yaml --directory my-data", folder, forked=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_snippets(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """From top to bottom, each page for itself, after README."""
    start = request.getfixturevalue("trained" if page.stem in TRAINED else "clone")
    shutil.copytree(start, tmp_path / "lettermill", symlinks=True)
    give_all(page, tmp_path / "lettermill")
