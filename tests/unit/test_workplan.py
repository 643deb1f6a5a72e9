"""The plan of a run, and the index that spares it reading the table again."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.plan import index, workplan
from lettermill.plan.index import INDEX
from lettermill.plan.plan_files import is_run_at_work, plan_tables, write_plan
from lettermill.plan.workplan import Workplan
from project import ROOT

SCHEMA = ROOT / "schemas/config.schema.yaml"
TABLE = "id,image,text\nb,http://x/b.jpg,ZOÉ\na,http://x/a.jpg,ANA\nc,c.jpg,LEA\n,http://x/d.jpg,IDA\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a table that changed a while ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(index, "MIN_AGE", -1.0)  # the clock of the file system cannot be turned back
    Path("words.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def plan(**settings: object) -> Workplan:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config |= {
        "table": "words.csv",
        "columns": {"id": "id", "image": "image", "text": "text"},
        "batches": 2,
        **settings,
    }
    return Workplan(config, [ROOT / "config.yaml"], SCHEMA)


def everything(plan: Workplan) -> list:
    return [*plan_tables(plan), plan.size, plan.stems, plan.batch_of("c")]


def test_the_plan_holds_every_row_once(folder: Path) -> None:
    made = plan()
    patterns = [row for name in made.batches for row in made.patterns(name)]
    assert sorted(patterns) == [("a", "ANA"), ("b", "ZOE"), ("c", "LEA")]
    assert [reason for _, reason, _ in made.rejected_rows] == ["empty_id"]
    assert made.size == sum(map(made.rows_in, made.batches)) + 1 == 4


def test_an_indexed_table_gives_the_same_plan_and_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = everything(plan())
    assert INDEX.is_file()
    monkeypatch.setattr(workplan, "read_validated_table", None)
    assert everything(plan()) == expected


def test_a_job_that_finds_the_index_does_not_wait_for_pandas(folder: Path) -> None:
    """Every job on a cluster makes the plan for itself; importing pandas takes longer than opening the index."""
    ask = """
import sys
import yaml
from pathlib import Path
from lettermill.plan import index, workplan
index.MIN_AGE = -1.0
root = Path(sys.argv[1])
config = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
config |= {"table": "words.csv", "columns": {"id": "id", "image": "image", "text": "text"}, "batches": 2}
plan = workplan.Workplan(config, [root / "config.yaml"], root / "schemas/config.schema.yaml")
for batch in plan.batches:
    print(list(plan.sources(batch)), list(plan.patterns(batch)), list(plan.corrections(batch)))
print(list(plan.whole_tables()), file=sys.stderr)
print("pandas" in sys.modules)
"""
    command = [sys.executable, "-c", ask, str(ROOT)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    runs = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(2)]
    assert [run.stdout.splitlines()[-1] for run in runs] == ["True", "False"]
    assert runs[0].stdout.splitlines()[:-1] == runs[1].stdout.splitlines()[:-1] and runs[0].stderr == runs[1].stderr


@pytest.mark.parametrize(
    "settings", [{"alphabet": "ABCDEFGHIJKLMNOPQRSTUVWXYZÉ"}, {"unreadable": ["ANA"]}, {"batches": 3}]
)
def test_settings_that_count_are_respected(folder: Path, settings: dict) -> None:
    before = everything(plan())
    with_settings = everything(plan(**settings))
    assert with_settings != before
    INDEX.unlink()
    assert everything(plan(**settings)) == with_settings


def test_an_edited_table_is_read_again(folder: Path) -> None:
    assert plan().batches
    old = os.stat("words.csv")
    Path("words.csv").write_text(TABLE.replace("ANA", "EVA"), encoding="utf-8")
    os.utime("words.csv", ns=(old.st_atime_ns, old.st_mtime_ns))  # as a copy that keeps times would
    assert ("a", "EVA") in [row for name in plan().batches for row in plan().patterns(name)]


def test_a_table_that_has_just_changed_is_not_indexed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MIN_AGE", 60.0)
    os.utime("words.csv", (0, 0))  # the time of the change counts, not the one that is shown
    assert plan().size == 4 and time.time() - os.stat("words.csv").st_ctime < index.MIN_AGE
    assert not INDEX.exists()


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_broken_index_is_made_again(folder: Path, content: bytes | None) -> None:
    expected = everything(plan())
    whole = INDEX.read_bytes()
    INDEX.write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert everything(plan()) == expected
    assert INDEX.read_bytes() == whole


def test_rows_that_cannot_be_read_are_said_to_be_so(folder: Path) -> None:
    assert plan(batches=1).batches
    whole = INDEX.read_bytes()
    INDEX.write_bytes(whole.replace(b"\na,ANA", b"\na ANA"))
    with pytest.raises(CorruptedFileError, match=f"{re.escape(str(INDEX))}, the index of the table, is damaged"):
        list(plan(batches=1).patterns("0of1"))


def test_where_nothing_can_be_written_the_plan_is_the_same(folder: Path) -> None:
    expected = everything(plan())
    INDEX.unlink()
    INDEX.parent.rmdir()
    INDEX.parent.write_text("a file in the way of the folder")
    assert everything(plan()) == expected


def test_a_local_image_that_changes_is_noticed_though_the_table_is_indexed(folder: Path) -> None:
    before = plan().sources(plan().batch_of("c"))
    assert ("c", "c.jpg", "missing", "") in before
    Path("c.jpg").write_bytes(b"1")
    assert plan().sources(plan().batch_of("c")) != before


def test_unknown_rows_and_batches_are_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"no debug picture of row x: there is no such row"):
        plan().batch_of("x")
    with pytest.raises(InputError, match=r"There is no batch 9of9\. With `batches: 2`, use a name like 0of2"):
        plan().sources("9of9")


def written(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Name of each file of the plan in ``folder`` -> content, time."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_files_are_written_only_where_their_content_changes(folder: Path) -> None:
    made, place = plan(batches=3), Path("results/plan")
    assert write_plan(made, place, lambda: pytest.fail("nothing is replaced"))
    before = written(place)
    assert {name: content for name, (content, _) in before.items()} == dict(plan_tables(made))
    (place / "order.csv").unlink()
    Path("words.csv").write_text(TABLE.replace("ANA", "EVA"), encoding="utf-8")
    assert not write_plan(plan(batches=3), place, lambda: False)  # what is missing is written, nothing is replaced
    assert {**written(place), "order.csv": before["order.csv"]} == before
    assert write_plan(plan(batches=3), place, lambda: True)
    after = written(place)
    batch = plan(batches=3).batch_of("a")
    assert after["order.csv"][0] == before["order.csv"][0]
    assert {name for name in after if after[name] != before[name]} == {f"transcriptions/{batch}.csv", "order.csv"}


def test_files_of_batches_that_are_gone_are_deleted(folder: Path) -> None:
    place = Path("results/plan")
    for batches in (3, "image", 1):
        assert write_plan(plan(batches=batches), place, lambda: True)
        assert written(place).keys() == dict(plan_tables(plan(batches=batches))).keys()


def test_a_run_that_makes_results_is_seen_by_its_lock(folder: Path) -> None:
    locks = Path(".snakemake/locks")
    locks.mkdir(parents=True)
    for name, files in {"0.input.lock": "results/plan/a.csv", "0.output.lock": "elsewhere/results/a.csv"}.items():
        (locks / name).write_text(f"{files}\n", encoding="utf-8")
    assert not is_run_at_work(Path("results")) and is_run_at_work(Path("elsewhere/results"))
