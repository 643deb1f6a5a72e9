"""Rows whose transcriptions seem to belong to other images are not delivered, and those of right tables are."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lettermill.base.box import Box
from lettermill.base.reasons import CONTRADICTED, MOVED, REASONS
from lettermill.base.split import Split
from lettermill.dataset.assemble import assemble
from lettermill.dataset.compare import Compared, compare_rows
from lettermill.dataset.moved import find_moved
from lettermill.dataset.summary import summary
from lettermill.dataset.withheld import find_withheld
from lettermill.image.codec import encode_png
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.current import current
from lettermill.records.schemas import (
    Delivered,
    Finding,
    Letter,
    MovedRows,
    Rejected,
    ReviewLetter,
    ReviewWord,
    Suspect,
    Withheld,
)
from lettermill.report.contact_sheets import ContactSheets, write_contact_sheets

Draw = np.random.Generator

WORDS: dict[str, Callable[[Draw, int], np.ndarray]] = {
    "of all lengths": lambda draw, rows: draw.integers(3, 12, rows),
    "of one length": lambda draw, rows: np.full(rows, 6),
    "of few lengths": lambda draw, rows: draw.choice([5, 6, 7], rows, p=[0.2, 0.6, 0.2]),
    "sorted by length": lambda draw, rows: np.sort(draw.integers(2, 12, rows)),
    "the same seven again and again": lambda draw, rows: np.resize(draw.integers(3, 10, 7), rows),
    "each five times": lambda draw, rows: np.repeat(draw.integers(3, 10, rows), 5)[:rows],
}

BOXES: dict[str, Callable[[Draw, np.ndarray], np.ndarray]] = {
    "mostly right": lambda draw, letters: letters + draw.choice([-1, 0, 1], len(letters), p=[0.1, 0.8, 0.1]),
    "seldom right": lambda draw, letters: letters + draw.choice([-3, -2, -1, 0, 1, 2], len(letters)),
    "joined": lambda draw, letters: np.maximum(1, np.round(letters * draw.normal(0.7, 0.15, len(letters)))).astype(int),
    "of noise": lambda draw, letters: draw.integers(1, 15, len(letters)),
    "right in one half": lambda draw, letters: np.where(np.arange(len(letters)) * 2 < len(letters), letters, 3),
}


def stretches(letters: np.ndarray, boxes: np.ndarray) -> list[tuple[int, int]]:
    """(by, rows) of what has moved."""
    lengths = [(f"{row}", int(count)) for row, count in enumerate(letters)]
    found = find_moved(lengths, {f"{row}": int(count) for row, count in enumerate(boxes)})
    return [(stretch.by, len(stretch.images)) for stretch in found]


@pytest.mark.parametrize("boxes", BOXES)
@pytest.mark.parametrize("words", WORDS)
def test_nothing_has_moved_in_right_tables(words: str, boxes: str) -> None:
    for seed, rows in enumerate([40, 45, 100, 300, 900]):
        draw = np.random.default_rng(seed)
        letters = WORDS[words](draw, rows)
        assert stretches(letters, BOXES[boxes](draw, letters)) == [], rows


@pytest.mark.parametrize("rows", [60, 400])
def test_stretches_are_found_where_words_are_of_few_lengths(rows: int) -> None:
    draw = np.random.default_rng(rows)
    images = WORDS["of few lengths"](draw, 1000)
    letters = images.copy()
    letters[300 : 300 + rows] = images[299 : 299 + rows]
    found = stretches(letters, BOXES["mostly right"](draw, images))
    assert [by for by, _ in found] == [1] and abs(found[0][1] - rows) < 25


def table(suspects: float, related: bool, rows: int = 100) -> tuple[list[Finding], set[str]]:
    """Findings of a table, and its suspects. related: whether the numbers of boxes and letters are."""
    draw = np.random.default_rng(0)
    letters = draw.integers(3, 12, rows)
    boxes = letters if related else draw.permutation(letters)
    found = [Finding(f"{row:03}", "A" * letters[row], int(boxes[row]), f"{row}", "", "") for row in range(rows)]
    return found, {row.row_id for row in found[: round(suspects * rows)]}


def test_a_table_that_the_ink_contradicts_is_withheld() -> None:
    findings, suspects = table(0.5, related=False)
    found = find_withheld(findings, [], suspects, decided={"007"})
    assert len(found) == 99 and {row.reason for row in found} == {CONTRADICTED}
    assert found[0].detail == "the ink contradicts 50% of the transcriptions"


@pytest.mark.parametrize(
    ("share", "related", "rows"), [(0.49, False, 100), (0.9, True, 100), (1.0, False, 39)], ids=str
)
def test_a_table_that_may_be_right_is_not(share: float, related: bool, rows: int) -> None:
    findings, suspects = table(share, related, rows)
    assert find_withheld(findings, [], suspects) == []
    assert find_withheld(findings, [], None) == []


def moved_table(folder: Path, rows: int = 120, first: int = 60) -> tuple[list[Path], list[tuple[str, int]], Path]:
    """Two batches as ``cut_batch`` writes them, the lengths of the words, and suspects. The transcriptions from row
    ``first`` belong to the images above. Of row 70 a letter was accepted by hand and one rejected, of row 71 one is not
    confident, and row 72 was rejected."""
    draw = np.random.default_rng(0)
    images = draw.integers(3, 9, rows)
    letters = np.array([*images[:first], *images[first - 1 : -1]])
    batches = [folder / "letters" / name for name in ("0of2", "1of2")]
    for number, batch in enumerate(batches):
        own, rejected, words, to_review = [], [], [], []
        for row in range(number, rows, 2):
            row_id = f"{row:03}"
            for position in range(letters[row]):
                hand, left_out = row == 70 and position == 1, row in (70, 71) and position == 2
                box = Box(10 * position, 0, 8, 9)
                if row == 72:
                    continue
                file = batch / f"{'rejected' if left_out else 'A'}/{row_id}_{position}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(encode_png(np.full((9, 8), 200, np.uint8)))
                if left_out:
                    reason = ("review", "rejected_by_hand") if row == 70 else ("align", "low_confidence")
                    rejected.append(Rejected(row_id, position, "A", *reason, 0.4, ""))
                else:
                    confidence, method = (1.0, "hand") if hand else (0.9, "align")
                    own.append(Letter(f"A/{file.name}", "A", row_id, position, box, confidence, method))
                if 70 <= row <= 71:
                    why = ("rejected_by_hand" if row == 70 else "low_confidence") if left_out else ""
                    to_review.append(ReviewLetter(row_id, position, "A", box, 0.9, "", why))
            if row == 72:
                rejected.append(Rejected(row_id, None, "", "align", "low_confidence", 0.3, ""))
            if row >= 70:
                reason = "low_confidence" if row == 72 else ""
                words.append(ReviewWord(row_id, "A" * letters[row], f"review/{row_id}.png", Box(0, 0, 90, 9), reason))
        write_records(batch / "letters.csv", Letter, own)
        write_records(batch / "rejected.csv", Rejected, rejected)
        write_records(batch / "review_letters.csv", ReviewLetter, to_review)
        write_records(batch / "review_words.csv", ReviewWord, words)
        here = range(number, rows, 2)
        findings = [Finding(f"{row:03}", "A" * letters[row], int(images[row]), f"{row}", "", "") for row in here]
        write_records(batch / "findings.csv", Finding, findings)
    suspects = [Suspect(f"{row:03}", "A", "B", 2.0) for row in range(first, rows)]
    write_records(folder / "suspects.csv", Suspect, suspects)
    return batches, [(f"{row:03}", int(count)) for row, count in enumerate(letters)], folder / "suspects.csv"


def outputs(folder: Path) -> Compared:
    return Compared(*(folder / name for name in ("duplicates.csv", "moved.csv", "withheld.csv", "withheld")))


def test_what_is_withheld_is_rejected_and_comes_back(tmp_path: Path) -> None:
    batches, lengths, suspects = moved_table(tmp_path)
    output, dataset = outputs(tmp_path), tmp_path / "dataset"

    def deliver(accept: bool) -> tuple[set[str], set[str], str]:
        """(rows with letters, files of the dataset, summary)."""
        shutil.rmtree(output.tables, ignore_errors=True)
        compare_rows(batches, lengths, suspects, {"080"}, accept, output)
        account = assemble(dict.fromkeys(batches, 60), [], Split(), dataset, left=tmp_path / "left")
        letters = read_records(dataset / "metadata.csv", Delivered)
        files = {path.relative_to(dataset).as_posix() for path in dataset.rglob("*.png")}
        assert files == {letter.file_name for letter in letters} and account.rows == 120
        assert account.letters.total() == len(letters)
        write_contact_sheets(batches, ContactSheets(*(tmp_path / name for name in ContactSheets._fields)))
        return {letter.row_id for letter in letters}, files, summary(account, dataset)

    before = deliver(accept=True)
    assert before[0] == {row_id for row_id, _ in lengths} - {"072"}
    rows, files, text = deliver(accept=False)
    (moved,) = read_records(output.moved, MovedRows)
    withheld = {row.row_id: row for row in read_records(output.withheld, Withheld)}
    assert moved.by == 1 and moved.withheld == len(withheld) == moved.rows - 1 >= 55 and "080" not in withheld
    assert withheld["100"] == Withheld("100", MOVED, "it fits the image of row 099")
    assert rows == (before[0] - withheld.keys()) | {"070"}
    assert {name for name in files if "/070_" in name} == {"A/070_1.png"}
    rejected = read_records(dataset / "rejected.csv", Rejected)
    assert {row.row_id for row in rejected if row.position is None} == {row_id for row_id, _ in lengths} - rows
    assert {row.reason for row in rejected if row.row_id in ("071", "072")} == {MOVED}
    of_70 = {row.position: row.reason for row in rejected if row.row_id == "070"}
    assert of_70.pop(2) == "rejected_by_hand" and 1 not in of_70 and set(of_70.values()) == {MOVED}
    assert f"-{len(withheld) - 1} compare: {MOVED} ({REASONS['compare'][MOVED].meaning})" in text
    assert f"{len(of_70)} letters of these rows rejected (withheld: " in text
    tables = [current(batch, "review_words.csv") for batch in batches]
    words = {row.row_id: row.reason for table in tables for row in read_records(table, ReviewWord)}
    assert words["072"] == words["100"] == MOVED and not words["080"] and not words["070"]
    letters = [row for batch in batches for row in read_records(current(batch, "review_letters.csv"), ReviewLetter)]
    assert [(row.row_id, row.position) for row in letters] == [("070", 1)]
    assert deliver(accept=True) == before
