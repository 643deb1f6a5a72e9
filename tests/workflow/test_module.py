"""Another workflow uses this one as a module, with other names for its rules and a prefix for its files."""

from pathlib import Path

import pytest

import snakemake_forks
from project import ROOT, TIMEOUT, Project, digests
from runs import jobs_of

SNAKEFILE = """
module lettermill:
    snakefile:
        "{root}/Snakefile"
    config:
        config["letters"]
{prefix}

use rule * from lettermill as letters_*


rule count:
    default_target: True
    input:
        rules.letters_dataset.output.metadata,
        rules.letters_all.input,
    output:
        "count.txt",
    shell:
        "wc -l < {{input[0]}} > {{output}}"


onstart:
    lettermill.onstart()


onsuccess:
    lettermill.onsuccess()
"""

CONFIG = """
other: of no concern to Lettermill
letters:
  table: words.csv
  columns: {id: id, image: picture, text: word}
  images: images
  batches: 4
  method: histogram
"""


class Outer:
    """A workflow of somebody else in ``folder``, which has the table and the images of a project."""

    def __init__(self, folder: Path, project: Project, prefix: str = ""):
        self.folder = folder
        folder.mkdir()
        (folder / "words.csv").write_bytes((project.folder / "words.csv").read_bytes())
        (folder / "images").symlink_to(project.folder / "images")
        line = f'    prefix:\n        "{prefix}"\n' if prefix else ""
        (folder / "Snakefile").write_text(SNAKEFILE.format(root=ROOT, prefix=line), encoding="utf-8")
        (folder / "outer.yaml").write_text(CONFIG, encoding="utf-8")

    def run(self, *options: str) -> str:
        arguments = ["--configfile", "outer.yaml", "-j", "2", *options]
        status, output = snakemake_forks.forks().run(arguments, self.folder, TIMEOUT)
        assert status == 0, output
        return output


@pytest.fixture(scope="module")
def outer(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Outer:
    """Run to the end, with all results below letters/."""
    made = Outer(tmp_path_factory.mktemp("outer") / "work", finished, "letters")
    output = made.run()
    expected = {"download": 4, "crop": 4, "segment": 4, "match": 4, "cut": 4} | dict.fromkeys(
        ("compare", "dataset", "sheets", "report", "review"), 1
    )
    assert jobs_of(output) == {**{f"letters_{rule}": count for rule, count in expected.items()}, "count": 1}
    assert "Progress: 40 of 40 rows done · 100 % · " in output and "rule letters_crop" not in output
    assert "40 rows in the table" in output  # the summary
    assert "localrules directive" not in output
    return made


def test_the_dataset_is_the_same(outer: Outer, finished: Project) -> None:
    assert digests(outer.folder / "letters/results/dataset") == finished.dataset()
    assert int((outer.folder / "count.txt").read_text()) == len(finished.metadata()) + 1
    assert {path.name for path in outer.folder.iterdir()} == {
        ".snakemake", "Snakefile", "count.txt", "images", "letters", "outer.yaml", "words.csv",
    }  # fmt: skip
    assert {path.name for path in (outer.folder / "letters").iterdir()} == {"results", "logs"}


def test_a_second_run_has_nothing_to_do(outer: Outer) -> None:
    assert "Nothing to be done" in outer.run()


def test_validate_looks_at_the_whole_run(outer: Outer) -> None:
    output = outer.run("letters_validate")
    assert "40 rows, 40 of them usable; batches: 4" in output
    assert "What a run would do\nNothing: everything is up to date." in output


def test_a_batch_without_rows_goes(outer: Outer) -> None:
    header, *rows = (outer.folder / "words.csv").read_text(encoding="utf-8").splitlines()
    gone = next((outer.folder / "letters/results/letters").iterdir()).name
    log = (outer.folder / f"letters/results/downloaded/{gone}/status.csv").read_text(encoding="utf-8")
    left = [row for row in rows if f"{row.split(',')[0]}," not in log]
    assert 0 < len(left) < len(rows)
    (outer.folder / "words.csv").write_text("\n".join([header, *left]) + "\n", encoding="utf-8")
    outer.run()
    for stage in ("downloaded", "cropped", "letters"):
        assert gone not in {path.name for path in (outer.folder / f"letters/results/{stage}").iterdir()}


@pytest.mark.slow
def test_without_a_prefix_a_recogniser_is_trained_once(finished: Project, tmp_path: Path) -> None:
    """With the default method, aligned from the folder of the module's user; -R knows the rule by its new name."""
    made = Outer(tmp_path / "work", finished)
    (made.folder / "outer.yaml").write_text(CONFIG.replace("histogram", "align"), encoding="utf-8")
    ran = jobs_of(made.run("results/suspects.csv"))
    assert ran["letters_learn"] == 1 and ran["letters_align"] == 4
    assert "Nothing to be done" in made.run("results/suspects.csv")
    again = jobs_of(made.run("-n", "-R", "letters_learn", "--", "results/suspects.csv"))
    assert again == {"letters_learn": 1, "letters_align": 4, "letters_suspects": 1}
