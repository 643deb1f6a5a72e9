"""What a person sees of a run: rows done of rows and no block for every job, but every error; a dry run says why."""

import re
from pathlib import Path

import pytest

from lettermill.workflow.estimate import STAGES
from project import Project


def lines(output: str) -> list[str]:
    """The lines of progress."""
    return re.findall(r"^Progress: (.*)$", output, re.MULTILINE)


def snakemake_log(project: Project) -> str:
    """Snakemake's own log of the last run."""
    return max((project.folder / ".snakemake/log").iterdir()).read_text(encoding="utf-8")


def test_a_run_says_how_many_rows_are_done(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 40, batches=4)
    assert not lines(project.run("-n"))
    output = project.run()
    *during, last = lines(output)
    assert re.fullmatch(r"40 of 40 rows done · 100 % · \S+ rows/s · \d+ s in all", last)
    batches = rf"({'|'.join(stage.name for stage in STAGES if not stage.once)}) \d+"
    once = rf"({'|'.join(stage.name for stage in STAGES if stage.once)}), all 40 rows(, \d+ s so far)?"
    rest = r" · \d+ %( · \S+ rows/s)?( · \d+ s left)?"  # a rate once a job has ended; time left while none is late
    expected = rf"({batches}(, {batches})* of 40 rows|{once}(; {once})*){rest}"
    assert during and all(re.fullmatch(expected, line) for line in during), during
    shares = [int(share) for share in re.findall(r"(\d+) %", "".join(during))]
    assert shares == sorted(shares) and shares[-1] < 100
    for block in ("rule download:", "Finished jobid", " steps (", "Select jobs"):
        assert block not in output and block in snakemake_log(project)
    assert lines(snakemake_log(project)) == [*during, last]
    for text in (output, snakemake_log(project)):
        assert "40 rows in the table" in text


def test_every_block_can_be_had(project: Project) -> None:
    output = project.run("-R", "cut", "-p")
    assert output.count("rule cut:") == 4 and "Finished jobid" in output
    assert lines(output)[-1].startswith("40 of 40 rows done · 100 % · ")


def test_a_changed_row_is_its_batch(project: Project) -> None:
    row_id = project.metadata()[0]["row_id"]
    project.rows[row_id][1] += "A"
    dry = project.run("-n")
    assert (
        "rule match:" in dry and "reason: Updated input files: results/plan/transcriptions/" in dry and not lines(dry)
    )
    last = lines(project.run())[-1]
    rows = int(last.split()[0])
    assert 1 <= rows < 40 and last.startswith(f"{rows} of {rows} rows done · 100 % · ")
    assert not lines(project.run())  # nothing to be done


def test_a_failed_job_is_shown_with_its_log_and_counted(project: Project) -> None:
    (project.folder / "results/cropped/1of4/offsets.csv").write_text("nonsense\n")
    output = project.run("-R", "segment", fails=True)
    assert "Error in rule segment:" in output
    message = "ERROR results/cropped/1of4/offsets.csv, line 1: the header must be row_id"
    assert message in output and message in snakemake_log(project)
    assert re.fullmatch(r"\d+ of 40 rows done · \d+ % · 1 failed: segment 1of4", lines(output)[-1])
    assert "rule segment:" not in output.replace("Error in rule segment:", "")


@pytest.mark.slow
def test_whoever_wants_quiet_has_it(project: Project) -> None:
    for quiet in (["--quiet", "progress"], ["--quiet"]):
        output = project.run("-R", "dataset", *quiet)
        assert not lines(output) and "40 rows in the table" in output
    first, *others = project.run("-R", "dataset", "--quiet", "all").splitlines()
    assert first.startswith("Using workflow specific profile") and not others


def test_logs_say_what_was_done_and_how_long_it_took(finished: Project) -> None:
    said = {
        "download": r"\d+ of \d+ images downloaded or copied",
        "crop": r"\d+ of \d+ images cropped",
        "segment": r"\d+ boxes in \d+ images; no boxes in \d+ images",
        "match": r"the boxes of \d+ of \d+ words fit",
        "cut": r"\d+ letters cut from \d+ rows\n.*rejected: \d+ rows and \d+ letters of other rows",
    }
    for rule, expected in said.items():
        logs = sorted((finished.folder / "logs" / rule).iterdir())
        assert [path.name for path in logs] == [f"{number}of4.log" for number in range(4)]
        for path in logs:
            assert re.search(rf"{expected}\n.*done in \d+\.\d\d s", path.read_text(encoding="utf-8")), path
    delivered, rejected = len(finished.metadata()), len(finished.rejected_rows())
    log = (finished.folder / "logs/dataset.log").read_text(encoding="utf-8")
    assert f"{delivered} letters of {40 - rejected} rows" in log and f"rejected: {rejected} rows, and 0 letters" in log
