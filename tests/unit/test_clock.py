"""Files that a wrong clock has dated in the future, and the command that puts them right."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from lettermill.base.disk import dated_in_future


def test_files_dated_in_the_future_are_named_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = ["results/a folder", "results/a.csv", "results/missing.csv"]
    Path(files[0]).mkdir(parents=True)
    Path("logs").mkdir()
    made = [Path(files[0], ".snakemake_timestamp"), Path(files[1]), Path("logs/benchmark.tsv")]
    for path in made:
        path.touch()
    assert dated_in_future(files, "results", "logs") == "" == dated_in_future(files, "no results yet", "logs")
    tomorrow = time.time() + 86_400
    for path in made:
        os.utime(path, (tomorrow, tomorrow))
    for only in files[:2]:
        assert dated_in_future([only], "results", "logs").startswith(f"{only} is dated ")
    message = dated_in_future(files, "results", "logs")
    assert "If the clock is wrong now, set it." in message
    subprocess.run(message.splitlines()[-1], shell=True, check=True)
    assert dated_in_future(files, "results", "logs") == ""
    assert len({path.stat().st_mtime for path in made}) == 1
