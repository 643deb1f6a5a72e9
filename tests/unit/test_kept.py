"""What is made of all batches is the same, whether only what has changed is looked into or everything."""

import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lettermill.base import kept
from lettermill.base.box import Box
from lettermill.base.kept import Kept
from lettermill.base.split import Split
from lettermill.dataset import left
from lettermill.dataset.assemble import assemble
from lettermill.image.codec import encode_png
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Letter, Rejected, ReviewLetter, ReviewWord, TriedCorrection
from lettermill.report import letter_columns
from lettermill.report.contact_sheets import ContactSheets, write_contact_sheets
from lettermill.report.letter_statistics import LetterStatistics, gather_letters
from lettermill.report.shapes import measure
from lettermill.review.write_page import Settings, write_page

Rows = dict[str, list[tuple[str, float, int]]]
"""Row id -> label, confidence and shade of each of its letters; those with a low confidence are rejected."""


class Batches:
    """Folders as `cut` leaves them: a letter that has not changed stays the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._time = folder, 10**18
        self.rows: Rows = {}

    def write(self, number: int) -> None:
        batch = self.folder / f"letters/{number}"
        letters, rejected, review, words, images = [], [], [], [], {}
        for row_id, of_row in self.rows.items():
            if sum(row_id.encode()) % 3 != number:
                continue
            sure = [confidence >= 0.5 for _, confidence, _ in of_row]
            for position, (label, confidence, shade) in enumerate(of_row):
                name = f"{label if sure[position] else 'rejected'}/{row_id.replace('/', '%2F')}_{position}.png"
                images[name] = shade
                box = Box(9 * position, 0, 8, 9)
                if sure[position]:
                    letters.append(Letter(name, label, row_id, position, box, confidence, "align"))
                else:
                    rejected.append(Rejected(row_id, position, label, "align", "low_confidence", confidence, ""))
                reason = "" if sure[position] else "low_confidence"
                review.append(ReviewLetter(row_id, position, label, box, confidence, "", reason))
            if not any(sure):
                rejected.append(Rejected(row_id, None, "", "align", "low_confidence", 0.1, ""))
            name = f"review/{row_id.replace('/', '%2F')}.png"
            images[name] = of_row[0][2]
            words.append(ReviewWord(row_id, "".join(each[0] for each in of_row), name, Box(0, 0, 8, 9), ""))
        self._write_images(batch, images)
        write_records(batch / "letters.csv", Letter, letters)
        write_records(batch / "rejected.csv", Rejected, rejected)
        write_records(batch / "review_letters.csv", ReviewLetter, review)
        write_records(batch / "review_words.csv", ReviewWord, words)
        write_records(batch / "corrections.csv", TriedCorrection, [])

    def _write_images(self, batch: Path, images: dict[str, int]) -> None:
        changed = {batch}
        for path in batch.glob("*/*.png"):
            if path.relative_to(batch).as_posix() not in images:
                path.unlink()
                changed.add(path.parent)
        for name, shade in images.items():
            image = np.full((9 if name.startswith("review/") else 9 + shade % 4, 8), 255, np.uint8)
            image[2:5, 2:5] = shade
            content = encode_png(image)
            path = batch / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_bytes() != content:
                path.unlink(missing_ok=True)
                path.write_bytes(content)
                changed.add(path.parent)
        for folder in changed:  # long ago, each time later
            self._time += 1
            os.utime(folder, ns=(self._time, self._time))

    @property
    def sizes(self) -> dict[Path, int]:
        rows = Counter(sum(row_id.encode()) % 3 for row_id in self.rows)
        return {self.folder / f"letters/{number}": rows[number] for number in range(3)}


def text_of(letters: LetterStatistics, before: Kept | None) -> str:
    """All that statistics say."""
    shown = (letters.sample, letters.least_confident, letters.rejected)
    frames = [letters.classes, letters.confidences, measure(letters, before)]
    frames += [frame for kind in shown for _, frame in sorted(kind.items())]
    return "\n".join([frame.to_csv() for frame in frames] + [repr((letters.rows, letters.uncut, letters.suspect))])


def everything(batches: Batches, output: Path, before: Kept | None, notes: Path | None) -> tuple:
    """Make the dataset, statistics, sheets and the review page; what they hold."""
    dataset = output / "dataset"
    split = Split(0.6, 0.2, 0.2)
    account = assemble(batches.sizes, [], split, dataset, before, notes)
    places = list(batches.sizes)
    letters = gather_letters(dataset / "metadata.csv", places, "ABC", {}, {"a1", "a2"}, before)
    sheets = ContactSheets(*(output / f"{name}.png" for name in ContactSheets._fields))
    write_contact_sheets(places, sheets, {}, before)
    write_page(places, None, [], output / "page", Settings("words.csv", "ABC", "align", 0.8, 20), before)
    files = {path.relative_to(output): path.read_bytes() for path in output.rglob("*") if path.is_file()}
    statistics = text_of(letters, before).replace(str(dataset), "")
    return replace(account), statistics, files


def edit(rows: Rows, chance: random.Random, step: int) -> set[str]:
    """Change some rows; returns their ids."""
    changed = set()
    for _ in range(chance.choice([0, 1, 1, 3])):
        row_id = chance.choice(sorted(rows)) if rows and chance.random() < 0.7 else f"{chance.choice('ab,/')}{step}"
        old = rows.get(row_id, [])
        new = [(chance.choice("ABCÉ"), round(chance.random(), 4), chance.randrange(256)) for _ in range(3)]
        if not old or chance.random() < 0.2:
            rows[row_id] = new
        elif chance.random() < 0.3:
            del rows[row_id]
        else:
            rows[row_id] = [chance.choice(pair) for pair in zip(old, new, strict=True)]
        changed.add(row_id)
    return changed


@pytest.mark.parametrize("seed", range(2))
def test_what_is_made_of_changes_is_what_is_made_of_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """After random edits, files that a person has deleted or added, a killed run, and without some of the notes."""
    monkeypatch.setattr(left, "FEW", 0)
    monkeypatch.setattr(kept, "SMALL", 0)
    monkeypatch.setattr(letter_columns, "BLOCK_BITS", 3)
    chance = random.Random(seed)
    batches = Batches(tmp_path)
    for number in range(40):
        batches.rows[f"a{number}"] = [(chance.choice("ABC"), round(chance.random(), 4), number) for _ in range(3)]
    for number in range(3):
        batches.write(number)
    notes = tmp_path / "notes"
    for step in range(8):
        for number in {sum(row_id.encode()) % 3 for row_id in edit(batches.rows, chance, step)}:
            batches.write(number)
        files = sorted((tmp_path / "kept/dataset").glob("*/*.png"))
        happens = chance.choice(["", "deleted", "added", "killed", "forgotten"]) if files else ""
        if happens == "deleted":
            chance.choice(files).unlink()
        elif happens == "added":
            (chance.choice(files).parent / "mine.png").write_bytes(b"")
        elif happens == "killed":
            with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
                patch.setattr(left.Left, "leave", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
                everything(batches, tmp_path / "kept", Kept(notes / "kept"), notes / "left")
        elif happens == "forgotten":
            chance.choice(sorted(path for path in notes.rglob("*") if path.is_file())).unlink()
        before = Kept(notes / "kept")
        found = everything(batches, tmp_path / "kept", before, notes / "left")
        before.forget_others()
        whole = everything(batches, tmp_path / f"whole{step}", None, None)
        assert found == whole, f"step {step}: {happens}"


def test_only_what_has_changed_is_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left, "FEW", 0)
    batches = Batches(tmp_path)
    batches.rows = {f"a{number}": [("A", 0.9, number), ("B", 0.3, number)] for number in range(30)}
    for number in range(3):
        batches.write(number)
    notes = tmp_path / "notes"
    for _ in range(2):
        assemble(batches.sizes, [], Split(), tmp_path / "dataset", Kept(notes / "kept"), notes / "left")
    looked_into = []
    listed = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looked_into.append(Path(path)) or listed(path))
    batches.rows["a7"] = [("A", 0.9, 99), ("B", 0.3, 7)]
    number = sum(b"a7") % 3
    batches.write(number)
    looked_into.clear()
    assemble(batches.sizes, [], Split(), tmp_path / "dataset", Kept(notes / "kept"), notes / "left")
    assert {path for path in looked_into if path.name == "A"} == {tmp_path / f"letters/{number}/A"}
    assert os.path.samefile(tmp_path / "dataset/A/a7_0.png", tmp_path / f"letters/{number}/A/a7_0.png")


def test_what_is_kept_is_made_again_by_other_code_and_if_it_is_damaged(tmp_path: Path) -> None:
    made = []

    def make() -> bytes:
        made.append(b"%d" % len(made))
        return made[-1]

    first = Kept(tmp_path, "code")
    assert [first.get(b"key", make), first.get(b"key", make)] == [b"0", b"0"]
    other = Kept(tmp_path, "other code")
    assert other.get(b"key", make) == b"1"
    other.forget_others()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert Kept(tmp_path, "other code").get(b"key", make) == b"2"
    assert Kept().get(b"key", make) == b"3"
