"""The dataset folder holds exactly the letters of the batches, and accounts for every row."""

import os
from collections import Counter
from pathlib import Path

import pytest

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.base.split import Split
from lettermill.dataset.assemble import assemble
from lettermill.dataset.card import card
from lettermill.dataset.summary import summary
from lettermill.dataset.sync import remove_others
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Delivered, Letter, Rejected


def batch(folder: Path, rows: dict[str, str], rejected: list[str] = ()) -> Path:
    """A folder as ``cut_batch`` writes it: row id -> word, and the ids of rows without letters."""
    letters = []
    for row_id, word in rows.items():
        for position, letter in enumerate(word):
            file = folder / letter / f"{row_id}_{position}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{row_id} {position}")
            name = file.relative_to(folder).as_posix()
            letters.append(Letter(name, letter, row_id, position, Box(10 * position, 0, 8, 9), None, "histogram"))
    write_records(folder / "letters.csv", Letter, letters)
    lost = [Rejected(row_id, None, "", "match", "too_few_boxes", None, "") for row_id in rejected]
    write_records(folder / "rejected.csv", Rejected, lost)
    return folder


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.png")}


def test_repeated_letters_all_survive_and_rows_are_accounted_for(tmp_path: Path) -> None:
    batches = [batch(tmp_path / "b", {"7": "ANNA"}), batch(tmp_path / "a", {"3": "ABBA"}, ["4"])]
    unusable = [Rejected("", None, "", "table", "empty_id", None, "line 9")]
    account = assemble(dict(zip(batches, (1, 2), strict=True)), unusable, Split(), tmp_path / "dataset")
    delivered = read_records(tmp_path / "dataset/metadata.csv", Delivered)
    assert [(letter.row_id, letter.label) for letter in delivered] == [("3", c) for c in "ABBA"] + [
        ("7", c) for c in "ANNA"
    ]
    assert sorted(files(tmp_path / "dataset")) == sorted(letter.file_name for letter in delivered)
    assert (account.rows, account.delivered_rows) == (4, 2)
    assert account.rejected == {("table", "empty_id"): 1, ("match", "too_few_boxes"): 1}
    assert account.letters == {"A": 4, "B": 2, "N": 2}
    text = summary(account, tmp_path / "dataset", "histogram")
    assert "4 rows in the table" in text and "-1 match: too_few_boxes" in text
    assert "snakemake -R learn" not in text
    assert "snakemake -R learn" in summary(account, tmp_path / "dataset", "align")  # yet all letters were counted
    assert "| A | 4 |" in card(account, "words.csv", {"method": "histogram"}, {"numpy": "2"})


def test_letters_are_links_to_those_of_the_batches(tmp_path: Path) -> None:
    dataset = replace_rows(tmp_path)
    assert os.path.samefile(dataset / "A/3_0.png", tmp_path / "d/A/3_0.png")


def test_stale_letters_go_and_others_are_left_alone(tmp_path: Path) -> None:
    replace_rows(tmp_path)


def replace_rows(tmp_path: Path) -> Path:
    """A dataset of two rows of which one is replaced and one gets shorter."""
    dataset = tmp_path / "dataset"
    assemble({batch(tmp_path / "a", {"3": "ABBA", "7": "ZOE"}): 2}, [], Split(), dataset)
    assemble({batch(tmp_path / "c", {"8": "ON"}): 1, batch(tmp_path / "d", {"3": "ABA"}): 1}, [], Split(), dataset)
    assert sorted(files(dataset)) == ["A/3_0.png", "A/3_2.png", "B/3_1.png", "N/8_1.png", "O/8_0.png"]
    assert not (dataset / "Z").exists()
    return dataset


def test_a_changed_letter_is_replaced(tmp_path: Path) -> None:
    old = batch(tmp_path / "old", {"1": "A"})
    new = batch(tmp_path / "new", {"1": "A"})
    (new / "A/1_0.png").write_text("new")
    assemble({old: 1}, [], Split(), tmp_path / "dataset")
    assemble({new: 1}, [], Split(), tmp_path / "dataset")
    assert (tmp_path / "dataset/A/1_0.png").read_text() == "new"
    assert (old / "A/1_0.png").read_text() == "1 0"


def test_what_was_deleted_added_or_overwritten_is_put_right(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", {"3": "ABBA"})
    dataset = tmp_path / "dataset"
    assemble({made: 1}, [], Split(), dataset)
    expected = files(dataset)
    (dataset / "A/3_0.png").unlink()
    (dataset / "A/4_0.png").write_text("added")
    (dataset / "B/3_1.png").unlink()
    (dataset / "B/3_1.png").write_text("other")
    (dataset / "notes.txt").write_text("mine")
    assemble({made: 1}, [], Split(), dataset)
    assert files(dataset) == expected
    assert (dataset / "notes.txt").exists()


def test_copies_serve_where_there_are_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError("cross-device link")

    monkeypatch.setattr(os, "link", no_links)
    test_stale_letters_go_and_others_are_left_alone(tmp_path)


def test_only_strangers_are_removed(tmp_path: Path) -> None:
    for name in ("keep", "gone", ".snakemake_timestamp"):
        (tmp_path / name).mkdir()
    assert remove_others(tmp_path, {"keep"}) == ["gone"]
    assert sorted(os.listdir(tmp_path)) == [".snakemake_timestamp", "keep"]
    assert remove_others(tmp_path / "nowhere", set()) == []


def test_shares_of_the_split() -> None:
    parts = Counter(Split(0.8, 0.1, 0.1).part_of(str(row)) for row in range(20_000))
    assert abs(parts["train"] - 16_000) < 300 and abs(parts["test"] - 2_000) < 200
    assert Counter(Split(1, 0, 0).part_of(str(row)) for row in range(500)) == {"train": 500}


def test_a_row_keeps_its_part_between_versions() -> None:
    draws = {seed: "".join(Split(0.4, 0.3, 0.3, seed).part_of(str(row))[1] for row in range(20)) for seed in (0, 1)}
    assert draws == {0: "arrerarraereaarearae", 1: "arereareeeererearaar"}


def test_a_lost_row_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(CorruptedFileError, match=r"a: 2 rows went in and 1 came out\. Delete .*a and run again"):
        assemble({batch(tmp_path / "a", {"3": "ABBA"}): 2}, [], Split(), tmp_path / "dataset")


def test_a_batch_that_has_not_the_letters_that_it_lists_is_named(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", {"3": "ABBA"})
    (made / "B/3_1.png").unlink()
    with pytest.raises(CorruptedFileError, match=r"a/B/3_1.png is missing. Delete .*/a and run again"):
        assemble({made: 1}, [], Split(), tmp_path / "dataset")
    assert not (tmp_path / "dataset/metadata.csv").exists()


def test_a_list_of_letters_that_ends_early_is_noticed(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", {"3": "ABBA"})
    lines = (made / "letters.csv").read_text().splitlines(keepends=True)
    (made / "letters.csv").write_text("".join(lines[:-1]))
    with pytest.raises(CorruptedFileError, match=r"a has 4 letters and lists 3. Delete .*/a and run again"):
        assemble({made: 1}, [], Split(), tmp_path / "dataset")


def test_ids_with_commas_and_quotes_are_merged_in_order(tmp_path: Path) -> None:
    names = ["b,1", 'a"2', "a", "b"]
    batches = [batch(tmp_path / str(number), {name: "AB"}) for number, name in enumerate(names)]
    assemble(dict.fromkeys(batches, 1), [], Split(), tmp_path / "dataset")
    delivered = read_records(tmp_path / "dataset/metadata.csv", Delivered)
    assert [(letter.row_id, letter.position) for letter in delivered] == [
        (name, position) for name in sorted(names) for position in (0, 1)
    ]
