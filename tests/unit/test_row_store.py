"""The store of the results of rows: what is found is what was kept, and nothing else."""

import shutil
from pathlib import Path

import pytest

from lettermill.records.row_store import FOLDER, RowStore, row_key


def run(output: Path, rows: dict[str, str], depends_on: str = "settings", fail_at: str = "") -> list[str]:
    """A stage that writes each of ``rows`` (id -> content) to a file. Returns the ids of the rows it worked on."""
    for path in (*output.rglob("*"),):
        path.unlink()
    output.mkdir(parents=True, exist_ok=True)
    worked = []
    with RowStore(output, depends_on) as store:
        for row_id, content in rows.items():
            key = row_key(row_id, content)
            value = store.find(key)
            if value is None:
                if row_id == fail_at:
                    raise RuntimeError(row_id)
                worked.append(row_id)
                (output / row_id).write_text(content)
                store.keep(key, [content], [row_id])
            else:
                assert value == [content]
    assert {path.name: path.read_text() for path in output.iterdir()} == rows
    return worked


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "results/cropped/1of4"


@pytest.fixture
def store(output: Path) -> Path:
    return output.parents[1] / FOLDER / "cropped/1of4"


ROWS = {"1": "Ä\u2028\x85", "2": "two\n", "3": "three"}


def test_only_changed_rows_are_worked_on(output: Path, store: Path) -> None:
    assert run(output, ROWS) == ["1", "2", "3"]
    assert run(output, ROWS) == []
    assert run(output, {**ROWS, "2": "zwei", "4": "four"}) == ["2", "4"]
    assert run(output, {"3": "three", "1": ROWS["1"]}) == []
    assert len(store.with_suffix(".jsonl").read_text().splitlines()) == 3, "only what was used is kept"
    assert sorted(path.name for path in store.iterdir()) == ["1", "3"]
    assert run(output, ROWS) == ["2"]


def test_other_settings_begin_anew(output: Path) -> None:
    run(output, ROWS)
    assert run(output, ROWS, "others") == ["1", "2", "3"]
    assert run(output, ROWS) == ["1", "2", "3"]
    assert run(output, ROWS, "") == ["1", "2", "3"]


def test_without_settings_nothing_is_kept(output: Path, store: Path) -> None:
    run(output, ROWS, "")
    assert not store.parent.exists()


def test_a_job_that_ends_half_way_is_taken_up_again(output: Path, store: Path) -> None:
    with pytest.raises(RuntimeError):
        run(output, ROWS, fail_at="3")
    assert run(output, ROWS) == ["3"]
    kept = shutil.copytree(store.parent, output.parents[2] / "kept")
    whole = store.with_suffix(".jsonl").read_bytes()
    for length in range(0, len(whole), 5):  # killed while it wrote
        shutil.rmtree(store.parent)
        shutil.copytree(kept, store.parent)
        store.with_suffix(".jsonl").write_bytes(whole[:length])
        assert run(output, ROWS) == list(ROWS)[max(0, whole[:length].count(b"\n") - 1) :]
        assert run(output, ROWS) == []


def test_damaged_results_are_not_believed(output: Path, store: Path) -> None:
    run(output, ROWS)
    journal = store.with_suffix(".jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join([*lines[:2], lines[2].replace("[", "{"), lines[3]]))
    assert run(output, ROWS) == ["2"]
    (store / "1").write_text("changed in place")
    (store / "3").unlink()
    assert run(output, ROWS) == ["1", "3"]
    journal.write_bytes(b"\xff")
    assert run(output, ROWS) == ["1", "2", "3"]


def test_a_batch_finds_what_it_was_half_of(output: Path) -> None:
    run(output.with_name("0of2"), ROWS)
    assert run(output, {**ROWS, "4": "four"}) == ["4"]
    assert run(output, ROWS) == []
    assert run(output.with_name("2of4"), ROWS) == ["1", "2", "3"], "that of another half"


def test_keys_tell_parts_apart() -> None:
    keys = {row_key("ab", "c"), row_key("a", "bc"), row_key("abc"), row_key("abc", ""), row_key("a", b"bc\x00")}
    assert len(keys) == 5
    assert row_key("\ud800") != row_key("")
