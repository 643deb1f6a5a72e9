"""Tables whose transcriptions belong to other images, or say different things of the same image."""

import random
from pathlib import Path

import pytest

from lettermill.base.findings import CONTRADICTED, DUPLICATES, MOVED, OUTGROWN
from lettermill.dataset.diagnosis import Learnt, diagnosis_of
from lettermill.dataset.duplicates import find_duplicates
from lettermill.dataset.moved import Moved, find_moved
from lettermill.dataset.split import first_rows
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Duplicate, Finding, Learning, MovedRows, Suspect

ROWS = 200


def table(clear: float = 0.8) -> tuple[list[str], list[int], list[int]]:
    """Ids, lengths of words, and numbers of boxes in their images, of which the share ``clear`` is right."""
    draw = random.Random(0)
    lengths = [draw.randint(3, 11) for _ in range(ROWS)]
    boxes = [length if draw.random() < clear else length + draw.choice([-2, -1, 1, 2]) for length in lengths]
    return [f"row {number:03}" for number in range(ROWS)], lengths, boxes


def moved(by: int, first: int = 0, last: int = ROWS, clear: float = 0.8) -> list[Moved]:
    """Of a table of which the transcriptions of a part belong to the image ``by`` rows above."""
    ids, lengths, boxes = table(clear)
    wrong = [lengths[(number - by) % ROWS] if first <= number < last else lengths[number] for number in range(ROWS)]
    return find_moved(list(zip(ids, wrong, strict=True)), dict(zip(ids, boxes, strict=True)))


@pytest.mark.parametrize("by", [1, -1, 3, -10])
def test_a_column_that_has_moved_is_found(by: int) -> None:
    (found,) = moved(by)
    assert found.by == by and len(found.images) > ROWS - 30


def test_the_part_that_has_moved_is_found() -> None:
    (found,) = moved(1, first=100)
    rows = [int(row_id.split()[1]) for row_id in found.images]
    assert found.by == 1 and abs(rows[0] - 100) < 20 and rows[-1] > 185 and rows == list(range(rows[0], rows[-1] + 1))
    assert all(int(image.split()[1]) == row - 1 for row, image in zip(rows, found.images.values(), strict=True))


def test_what_has_not_moved_is_not_found() -> None:
    assert moved(0) == moved(0, clear=0.1) == moved(60) == []


def test_missing_images_do_not_hide_it() -> None:
    ids, lengths, boxes = table()
    there = dict(zip(ids, boxes, strict=True))
    for row_id in ids[::10]:
        del there[row_id]
    rows = list(zip(ids, lengths[1:] + lengths[:1], strict=True))
    assert max(find_moved(rows, there), key=lambda stretch: len(stretch.images)).by == -1


def finding(row_id: str, text: str = "ABC", boxes: int = 3, sha256: str | None = None) -> Finding:
    return Finding(row_id, text, boxes, row_id if sha256 is None else sha256, "", "")


def test_rows_with_the_same_image_are_found() -> None:
    rows = [
        finding("c", sha256="2"),
        finding("b", "AB", sha256="1"),
        finding("a", sha256="1"),
        finding("d", sha256="3"),
    ]
    rows += [finding("e", sha256="3")]
    found = find_duplicates(rows)
    assert found == [
        Duplicate("a", "a", "ABC", 1),
        Duplicate("b", "a", "AB", 1),
        Duplicate("d", "d", "ABC", 0),
        Duplicate("e", "d", "ABC", 0),
    ]
    assert first_rows(found) == {"a": "a", "b": "a", "d": "d", "e": "d"}
    (diagnosed,) = diagnosis_of(rows, 5)
    assert diagnosed.kind == DUPLICATES and diagnosed.text.startswith("an image of 2 rows has several transcriptions")


def learnt(folder: Path, suspects: int = 0, fitting: int = 90, most: int = 4_000) -> Learnt:
    write_records(folder / "learning.csv", Learning, [Learning(100, fitting, 500, 100, 1)])
    write_records(folder / "suspects.csv", Suspect, [Suspect(f"{number}", "A", "B", 2.0) for number in range(suspects)])
    return Learnt(folder / "learning.csv", None, folder / "suspects.csv", most)


def test_many_suspects_are_said_and_few_are_not(tmp_path: Path) -> None:
    rows = [finding(f"{number}") for number in range(100)]
    assert diagnosis_of(rows, 100, learnt(tmp_path, 29)) == []
    (found,) = diagnosis_of(rows, 100, learnt(tmp_path, 30))
    assert found.kind == CONTRADICTED and "30 of 100 words" in found.text


def test_more_words_that_fit_than_were_learnt_from_are_said(tmp_path: Path) -> None:
    rows = [finding(f"{number}", boxes=3 if number < 60 else 2) for number in range(100)]
    assert diagnosis_of(rows, 100, learnt(tmp_path, fitting=31)) == []
    assert diagnosis_of(rows, 100, learnt(tmp_path, fitting=30, most=30)) == []
    (found,) = diagnosis_of(rows, 100, learnt(tmp_path, fitting=30))
    assert found.kind == OUTGROWN and "-R learn" in found.advice


def test_a_moved_column_is_said_first(tmp_path: Path) -> None:
    ids, lengths, boxes = table()
    rows = [finding(*row) for row in zip(ids, ("A" * length for length in [*lengths[1:], 3]), boxes, strict=True)]
    for withheld, advice in ((0, "Move the column back"), (180, "They are not delivered.")):
        moved_rows = [MovedRows(-1, 190, "row 001", "row 190", withheld)]
        first, *_ = diagnosis_of(rows, 0, learnt(tmp_path, 90), moved_rows)
        assert first.kind == MOVED and "images 1 row below" in first.text and first.advice.startswith(advice)
