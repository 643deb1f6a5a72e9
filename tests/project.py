"""A small dataset of its own in a temporary folder, and the workflow run on it as a user does."""

import contextlib
import csv
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import yaml

import snakemake_forks
from runs import jobs_of

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "resources/sample"

TIMEOUT = 1200
"""Seconds for a run, far more than any takes: a machine may be busy."""


@dataclass
class Project:
    """A folder with ``my.yaml``, ``words.csv`` (columns id, picture, word) and ``images/``; results go there too.

    rows: id -> [image, text]. repository: the workflow that is run. forked: processes are forks of one that has
    imported much of what they import (see snakemake_forks.py); else all is as a user runs it.
    """

    folder: Path
    rows: dict[str, list[str]] = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    repository: Path = ROOT
    forked: bool = True

    @classmethod
    def of_sample(cls, folder: Path, count: int, **settings: object) -> "Project":
        """The first ``count`` rows of the embedded sample, by path."""
        project = cls(folder, settings=settings)
        (folder / "images").mkdir(parents=True)
        with open(SAMPLE / "words.csv", encoding="utf-8", newline="") as file:
            for _, row in zip(range(count), csv.DictReader(file), strict=False):
                source = SAMPLE / row["image"]
                shutil.copy2(source, folder / "images" / source.name)
                project.rows[source.stem] = [source.name, row["text"]]
        return project

    def copy(self, folder: Path) -> "Project":
        """The same project in another folder, with all that has been made, times included."""
        shutil.copytree(self.folder, folder, symlinks=True)
        rows = {row_id: list(row) for row_id, row in self.rows.items()}
        return replace(self, folder=folder, rows=rows, settings=dict(self.settings))

    def write(self) -> None:
        columns = {"id": "id", "image": "picture", "text": "word"}
        base = {"table": "words.csv", "columns": columns, "images": "images", "method": "histogram"}
        settings = {**base, **self.settings}
        (self.folder / "my.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        with open(self.folder / "words.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([["id", "picture", "word"], *([row_id, *row] for row_id, row in self.rows.items())])

    def options(self, *options: str) -> list[str]:
        """The command line of a run, after ``snakemake``."""
        jobs = [] if "-j" in options else ["-j", "2"]
        return [*jobs, "--configfile", str(self.folder / "my.yaml"), "--directory", str(self.folder), *options]

    def command(self, *options: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", *self.options(*options)]

    def run(self, *options: str, fails: bool = False) -> str:
        """Write config and table, run the workflow from the repository's root; returns what it prints."""
        self.write()
        if self.forked and snakemake_forks.serve_this_environment():
            status, output = snakemake_forks.forks().run(self.options(*options), self.repository, TIMEOUT)
        else:
            done = subprocess.run(
                self.command(*options), cwd=self.repository, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, timeout=TIMEOUT, check=False,
            )  # fmt: skip
            status, output = done.returncode, done.stdout
        assert (status != 0) == fails, output
        return output

    def start(self, output: IO, *options: str, forked: bool = True) -> subprocess.Popen | snakemake_forks.Fork:
        """Write config and table, start the workflow in a process group of its own; what it prints goes to a file."""
        self.write()
        if forked and snakemake_forks.serve_this_environment():
            return snakemake_forks.forks().start(self.options(*options), self.repository, output.fileno())
        return subprocess.Popen(
            self.command(*options), cwd=self.repository, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=_heed_interrupts,
        )  # fmt: skip

    def ran(self, *options: str) -> Counter[str]:
        """Rule -> jobs of a run."""
        return jobs_of(self.run(*options))

    def planned(self, *options: str) -> Counter[str]:
        """Rule -> jobs that a run would do."""
        return self.ran("-n", *options)

    def kill_when(self, pattern: str, with_signal: int, *options: str) -> None:
        """Start a run and send it ``with_signal`` as soon as a file matches ``pattern``."""
        with open(os.devnull, "w") as nowhere:
            running = self.start(nowhere, *options, forked=self.forked and with_signal == signal.SIGKILL)
        until = time.monotonic() + 240
        while not any(self.folder.glob(pattern)):
            assert running.poll() is None and time.monotonic() < until, f"no {pattern} before the run ended"
            time.sleep(0.02)
        if with_signal == signal.SIGKILL:
            os.killpg(running.pid, signal.SIGKILL)  # with all its jobs, as a power cut would
        else:
            running.send_signal(with_signal)
        assert running.wait(60) != 0

    def kill_job(self, rule: str) -> None:
        """Start a run and kill the process of the first job of ``rule``, as the kernel does when memory runs out."""
        self.write()
        running = subprocess.Popen(
            self.command(), cwd=self.repository, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 240
        while not (found := _processes(rf"{re.escape(str(self.folder))}/\.snakemake/scripts/\S+\.{rule}\.py")):
            assert running.poll() is None and time.monotonic() < until, f"no job of {rule}"
        os.kill(found[0], signal.SIGKILL)
        assert running.wait(60) != 0

    def metadata(self) -> list[dict[str, str]]:
        return self._table("metadata.csv")

    def rejected(self) -> list[dict[str, str]]:
        return self._table("rejected.csv")

    def rejected_rows(self) -> list[dict[str, str]]:
        """Of these, the rows: the others are letters of rows that were delivered."""
        return [row for row in self.rejected() if not row["position"]]

    def _table(self, name: str) -> list[dict[str, str]]:
        with open(self.folder / "results/dataset" / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def outcomes(self) -> list[tuple[str, str]]:
        """(outcome, detail) of the lines of the corrections."""
        with open(self.folder / "results/corrections.csv", encoding="utf-8", newline="") as file:
            return [(line["outcome"], line["detail"]) for line in csv.DictReader(file)]

    def dataset(self) -> dict[str, str]:
        """Path below the dataset -> digest of the bytes."""
        return digests(self.folder / "results/dataset")


def _heed_interrupts() -> None:
    """A shell starts what it puts into the background with SIGINT ignored, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _processes(pattern: str) -> list[int]:
    """The ids of the Python processes whose command line matches ``pattern``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may end at any time
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if "python" in words[0] and re.search(pattern, " ".join(words)):
                found.append(int(folder.name))
    return found


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
