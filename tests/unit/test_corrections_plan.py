"""Corrections in the plan: each batch gets its own, whatever their order, and the index spares reading the table."""

from pathlib import Path

import pytest
import yaml

from corrections import letter, row, write
from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.dataset.correction_outcomes import gather_outcomes
from lettermill.plan import index, workplan
from lettermill.plan.plan_files import plan_tables
from lettermill.plan.workplan import Workplan
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import CorrectionOutcome, TriedCorrection
from project import ROOT

LINES = [
    letter("b", 0, "Z", "accept"),
    row("a", "transcription", "EVA", label="ANA"),
    letter("c", 1, "E", "relabel", "A"),
    row("c", "exclude"),
    row("e", "transcription", "ida"),
    letter("d", 0, "I", "reject"),
    letter("x", 0, "I", "reject"),
    letter("b", 1, "O", "accept"),
    letter("b", 1, "O", "reject"),
]
TABLE = "id,image,text\nb,http://x/b.jpg,ZOÉ\na,http://x/a.jpg,ANA\nc,c.jpg,LEA\nd,,IDA\ne,e.jpg,IDA\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a table that changed a while ago, and corrections."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(index, "MIN_AGE", -1.0)
    Path("words.csv").write_text(TABLE, encoding="utf-8")
    write(Path("corrections.csv"), LINES)
    return tmp_path


def plan(corrections: str | None = "corrections.csv") -> Workplan:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    columns = {"id": "id", "image": "image", "text": "text"}
    config |= {"table": "words.csv", "columns": columns, "batches": 2, "corrections": corrections}
    return Workplan(config, [ROOT / "config.yaml"], ROOT / "schemas/config.schema.yaml")


def of_jobs(made: Workplan) -> list:
    """The files that jobs get, but for the lines of the corrections."""
    return [(name, content) for name, content in plan_tables(made) if name != "corrections.csv"]


def test_every_line_is_in_one_place(folder: Path) -> None:
    made = plan()
    assert sorted(row for name in made.batches for row in made.patterns(name)) == [
        ("a", "EVA"),
        ("b", "ZOE"),
        ("e", "IDA"),
    ]
    tried = {name: list(made.corrections(name)) for name in made.batches}
    assert tried == {name: [LINES[0]] if name == made.batch_of("b") else [] for name in made.batches}
    assert dict(plan_tables(made))["confirmed.csv"] == b"row_id\na\ne\n"
    assert [(line.line, line.outcome, line.detail) for line in made.correction_outcomes] == [
        (2, "", ""),
        (3, "applied", ""),
        (4, "unneeded", "its row is excluded"),
        (5, "applied", ""),
        (6, "applied", "confirmed"),
        (7, "stale", "the row has no letters: empty_image"),
        (8, "stale", "the table has no row with this id"),
        (9, "conflict", "contradicts line 10: keep one of them"),
        (10, "conflict", "contradicts line 9: keep one of them"),
    ]
    assert [line.correction for line in made.correction_outcomes] == LINES


def test_the_order_of_lines_changes_no_job_and_reads_no_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = of_jobs(plan())
    monkeypatch.setattr(workplan, "read_validated_table", None)
    write(Path("corrections.csv"), [letter("x", 9, "A", "accept"), *reversed(LINES)], separator=";", mark="\ufeff")
    assert of_jobs(plan()) == expected


def test_a_table_without_lines_is_as_good_as_none(folder: Path) -> None:
    write(Path("corrections.csv"), [])
    assert of_jobs(plan()) == of_jobs(plan(None))
    assert list(plan().correction_outcomes) == list(plan(None).correction_outcomes) == []


def test_corrections_of_rows_are_read_into_the_index(folder: Path) -> None:
    before = of_jobs(plan())
    write(Path("corrections.csv"), [line for line in LINES if line.action != "exclude"])
    assert [row for name in plan().batches for row, _ in plan().patterns(name) if row == "c"] == ["c"]
    write(Path("corrections.csv"), LINES)
    assert of_jobs(plan()) == before


def test_a_table_that_is_not_there(folder: Path) -> None:
    with pytest.raises(InputError, match=r"`corrections: none.csv` does not exist"):
        plan("none.csv")


def test_what_the_batches_say_is_gathered_and_a_loss_is_noticed(tmp_path: Path) -> None:
    for name, lines in {
        "a": [LINES[0].decided("applied", confidence=0.5)],
        "b": [LINES[2].decided("stale", "why")],
    }.items():
        write_records(tmp_path / name / "corrections.csv", TriedCorrection, lines)
    lines = [CorrectionOutcome(number, *line, "", "") for number, line in ((2, LINES[2]), (3, LINES[0]))]
    lines.append(CorrectionOutcome(4, *LINES[0], "unneeded", "the same as line 3"))
    found = gather_outcomes([tmp_path / "a", tmp_path / "b"], lines)
    assert [line[-3:] for line in found] == [
        ("stale", "why", None), ("applied", "", 0.5), ("unneeded", "the same as line 3", None)
    ]  # fmt: skip
    write_records(tmp_path / "corrections.csv", CorrectionOutcome, found)
    assert read_records(tmp_path / "corrections.csv", CorrectionOutcome) == found
    with pytest.raises(CorruptedFileError, match="Line 2 of the corrections has no outcome"):
        gather_outcomes([tmp_path / "a"], lines)
