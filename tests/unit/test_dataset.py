"""The dataset folder holds exactly the letters of the batches, and accounts for every row."""

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.base.split import Split
from lettermill.dataset.assemble import assemble
from lettermill.dataset.dataset_card import dataset_card
from lettermill.dataset.letter_table import COLUMNS, DELIVERED, read_letters, write_metadata
from lettermill.dataset.summary import summary
from lettermill.dataset.sync import remove_others
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Delivered, Letter, Rejected, TableNote


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
    text = summary(account, Path("results/dataset"), notes=[TableNote(1, "a sheet " * 20), *[TableNote(7, "x")] * 6])
    assert "       7 notes on reading the table: " in text and "         and 2 more" in text
    assert "         - line 1: a sheet a sheet" in text and max(map(len, text.splitlines())) < 180
    assert text.lstrip().startswith("4 rows in the table") and "-1 match: too_few_boxes" in text
    assert "| A | 4 |" in dataset_card(account, "words.csv", {"method": "histogram"}, {"numpy": "2"})


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
    with pytest.raises(CorruptedFileError, match=r"a: expected 2 rows, found 1\. Delete .*a and run again"):
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
    with pytest.raises(CorruptedFileError, match=r"a contains 4 letters, but lists 3. Delete .*/a and run again"):
        assemble({made: 1}, [], Split(), tmp_path / "dataset")


HEADER = "file_name,label,row_id,position,x,y,width,height,confidence,method"
LINE = "A/3_0.png,A,3,0,0,0,8,9,,histogram"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{HEADER}\n{LINE}\nB/3_1.png,B,3,x,0,0,8,9,,histogram\n", ", line 3: invalid literal for int.*'x'"),
        (f"{HEADER}\n{LINE}\nB/3_1.png,B,3,1,0,0,8,9,high,histogram\n", ", line 3: could not convert.*'high'"),
        (f"{HEADER}\n{LINE}\nB/3_1.png,B,3,,0,0,8,9,,histogram\n", ", line 3: invalid literal for int"),
        (f"{HEADER}\n{LINE}\nB/3_1.png,B,3,1,0,0,8\n", ", line 3: "),
        (f"{HEADER}\n{LINE}\nB/3_1.png,B,3,1,0,0,8,9,\n", ", line 3: "),
        (f"{HEADER}\n{LINE},more\n", ", line 2: "),
        (f"{HEADER}\n{LINE}\n{LINE},more\n", ", line 3: "),
        (f"{HEADER}\n{LINE}\n\n", ", line 3: "),
        (f"{HEADER}\n{LINE}", ", line 2: the last line is incomplete"),
        (f'{HEADER}\n{LINE}\n"B/3_1.png,B,3,1,0,0,8,9,,histogram\n', ", line 3: "),
        (f"{HEADER}\n{LINE}\n".replace("label,", "").replace(",A,", ","), ", line 1: the header must be file_name,"),
        (f"{LINE}\n", ", line 1: the header must be file_name,"),
        ("", ", line 1: the header must be file_name,"),
        (f"{HEADER}\n{LINE}\n".encode().replace(b"3_0", b"\xff"), ", line 2: the line is not UTF-8"),
        (f"{HEADER}\n{LINE}\n".encode("utf-16"), ", line 1: "),
        (f"{HEADER}\r\n{LINE}\r\n", " is damaged"),
        (f"{HEADER}\n{LINE.replace(',8,', ',99999999999,')}\n", ": .*"),
        (f"{HEADER}\n{LINE}\n{LINE}\n", None),
        (None, " is missing"),
    ],
    ids=[
        *("position is not a number", "confidence is not a number", "no position", "ends early", "no method"),
        *("too many fields in all lines", "too many fields", "blank line", "no end of line", "open quote"),
        *("no column label", "no header", "empty", "not UTF-8", "UTF-16", "returns", "too large a number", "twice"),
        "missing",
    ],
)
def test_a_damaged_list_of_letters_is_named(tmp_path: Path, content: str | bytes | None, message: str | None) -> None:
    """Among those of other batches, and with what to do."""
    whole, damaged, after = (batch(tmp_path / name, {row: "A"}) for name, row in (("a", "1"), ("b", "3"), ("c", "5")))
    path = damaged / "letters.csv"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    what = "Letter 0 of row 3 occurs twice in letters.csv of .*b" if message is None else f"b/letters.csv{message}"
    with pytest.raises(CorruptedFileError, match=rf"{what}.*\. Delete the folder .*/b and run again"):
        read_letters([whole, damaged, after], Split())


def test_a_letter_in_two_batches_is_named_with_both(tmp_path: Path) -> None:
    batches = [batch(tmp_path / name, {"3": "A"}) for name in "ab"]
    with pytest.raises(
        CorruptedFileError, match=r"in letters.csv of .*/a and .*/b. Delete the folders .*/a and .*/b and"
    ):
        read_letters(batches, Split())


def test_letters_come_by_row_and_position_whatever_their_order(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", {"3": "A" * 12, "1": "B"})
    lines = (made / "letters.csv").read_text().splitlines(keepends=True)
    (made / "letters.csv").write_text("".join([lines[0], *reversed(lines[1:])]))
    letters = read_letters([made], Split())
    assert letters["row_id"].tolist() == ["1"] + ["3"] * 12 and letters["position"].tolist() == [0, *range(12)]
    assert letters.index.tolist() == [0, *range(12, 0, -1)]


IDS = [
    "NA",
    "nan",
    "NULL",
    "None",
    "007",
    "7",
    "1e5",
    "inf",
    "-1",
    "True",
    "",
    " a ",
    'a"2',
    "b,1",
    "é",
    "z",
    "\U0001f642",
]


def test_what_is_delivered_is_what_was_cut_byte_by_byte(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    letters = []
    for row_id in sorted(IDS):
        for position in range(11):
            confidence = None if position == 3 else float(rng.random() ** 20)
            numbers = map(int, rng.integers(0, 60_000, 4))
            letters.append([f"7/{row_id}_{position}.png", "7", row_id, position, *numbers, confidence, "align"])
    batches = [tmp_path / name for name in "ab"]
    for folder, number in zip(batches, (0, 1), strict=True):
        folder.mkdir()
        with open(folder / "letters.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER.split(","))
            writer.writerows(line for line in letters if sorted(IDS).index(line[2]) % 2 == number)
    write_metadata(read_letters(batches, Split()), tmp_path / "metadata.csv")
    with open(tmp_path / "expected.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*HEADER.split(","), "split"])
        writer.writerows([*line, Split().part_of(line[2])] for line in letters)
    assert (tmp_path / "metadata.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
    delivered = read_records(tmp_path / "metadata.csv", Delivered)
    assert [(letter.row_id, letter.confidence) for letter in delivered] == [(line[2], line[8]) for line in letters]


def test_columns_are_those_of_the_records(tmp_path: Path) -> None:
    for schema, columns in ((Letter, COLUMNS), (Delivered, DELIVERED)):
        write_records(tmp_path / "table.csv", schema, [])
        assert (tmp_path / "table.csv").read_text() == ",".join(columns) + "\n"


def test_a_dataset_without_letters(tmp_path: Path) -> None:
    for batches in ({}, {batch(tmp_path / "a", {}, ["1"]): 1}):
        account = assemble(batches, [], Split(), tmp_path / "dataset")
        assert (account.rows, account.letters.total()) == (len(batches), 0)
        assert (tmp_path / "dataset/metadata.csv").read_text() == ",".join(DELIVERED) + "\n"


def test_ids_with_commas_and_quotes_are_merged_in_order(tmp_path: Path) -> None:
    names = ["b,1", 'a"2', "a", "b"]
    batches = [batch(tmp_path / str(number), {name: "AB"}) for number, name in enumerate(names)]
    assemble(dict.fromkeys(batches, 1), [], Split(), tmp_path / "dataset")
    delivered = read_records(tmp_path / "dataset/metadata.csv", Delivered)
    assert [(letter.row_id, letter.position) for letter in delivered] == [
        (name, position) for name in sorted(names) for position in (0, 1)
    ]
