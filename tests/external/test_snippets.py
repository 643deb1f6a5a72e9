"""Every command and every file that README and the documentation show, given as a reader gives them, on the sample."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import slurm
from project import ROOT, SAMPLE
from server import serving
from snippets import DOCUMENTS, Snippet, snippets

LANGUAGES = {"bash", "yaml", "python", "csv", "json", "text"}
QUICK = {"batches: auto": "batches: 2", "epochs: 20": "epochs: 2", "rounds: auto": "rounds: 1"}
"""Defaults that are changed: here commands are tried, not what a model is worth."""

README, *PAGES = DOCUMENTS
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
    with serving() as server:
        with open(SAMPLE / "words.csv", encoding="utf-8", newline="") as sample:
            rows = list(csv.DictReader(sample))
        with open(folder / "words.csv", "w", encoding="utf-8", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(["word_id", "url", "transcription"])
            for row in rows:
                server.responses[f"/{row['image']}"] = (200, {}, (SAMPLE / row["image"]).read_bytes())
                writer.writerow([Path(row["image"]).stem, f"{server.url}/{row['image']}", row["text"]])
        (folder / "my-words").mkdir()
        for row in rows[:3]:
            shutil.copy2(SAMPLE / row["image"], folder / "my-words")
        give_all(README, folder)
        yield folder


def bash(commands: str, folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(folder / "scripts")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}\n{done.stdout[-5000:]}"


def give(snippet: Snippet, folder: Path) -> None:
    """What the reader does with a code block."""
    if snippet.title.startswith("add to "):
        path = folder / snippet.title.removeprefix("add to ")
        settings = yaml.safe_load(path.read_text(encoding="utf-8")) | yaml.safe_load(snippet.text)
        path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    elif snippet.title:
        (folder / snippet.title).parent.mkdir(parents=True, exist_ok=True)
        (folder / snippet.title).write_text(snippet.text, encoding="utf-8")
    elif snippet.language == "python":
        bash(f"python - <<'PYTHON'\n{snippet.text}PYTHON", folder)
    elif snippet.language == "bash":
        bash(snippet.text, folder)


def give_all(document: Path, folder: Path) -> None:
    for snippet in snippets(document):
        if not snippet.note:
            give(snippet, folder)
        elif snippet.note == "slurm":
            try:
                with slurm.running(folder.parent / f"slurm{snippet.line}"):
                    give(snippet, folder)
            except slurm.NoSlurm as why:
                pytest.skip(str(why))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_snippets(page: Path, clone: Path, tmp_path: Path) -> None:
    """From top to bottom, each page for itself, after README."""
    shutil.copytree(clone, tmp_path / "lettermill", symlinks=True)
    give_all(page, tmp_path / "lettermill")
