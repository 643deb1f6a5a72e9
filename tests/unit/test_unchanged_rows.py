"""Stages take over the results of unchanged rows, and end in the bytes that they would make from nothing."""

import csv
import random
import shutil
from pathlib import Path

import pytest

from lettermill.base.alphabet import Alphabet
from lettermill.image.crop import Cropping
from lettermill.image.segmentation import Tolerances
from lettermill.records.csv_files import write_records
from lettermill.records.row_store import FOLDER
from lettermill.records.schemas import Downloaded
from lettermill.stages import align, crop, letter_images, segment
from lettermill.stages.cut import BatchFiles, cut_batch
from lettermill.stages.match import match_batch
from project import SAMPLE, digests

SETTINGS = "settings and code"

ALPHABET = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

WORK = {"crop": (crop, "_crop"), "segment": (segment, "_segment"), "align": (align, "_align")}
"""Stage -> the function that works on one row."""


class Batch:
    """A batch of rows in a folder: row id -> (name of the image, text)."""

    def __init__(self, folder: Path, rows: dict[str, tuple[str, str]], recogniser: Path, depends_on: str):
        self.results, self.rows = folder / "results", rows
        self._recogniser, self._depends_on = recogniser, depends_on

    def run(self, confidence: float = 0.9) -> None:
        """All stages, with empty outputs as Snakemake leaves them."""
        for path in self.results.iterdir() if self.results.exists() else ():
            if path.name != FOLDER:
                shutil.rmtree(path)
        patterns = [(row_id, ALPHABET.pattern(text)) for row_id, (_, text) in sorted(self.rows.items())]
        downloaded, cropped = self.results / "downloaded/1of2", self.results / "cropped/1of2"
        segmented, matched, aligned = (
            self.results / f"{name}/1of2.csv" for name in ("segmented", "matched", "aligned")
        )
        downloaded.mkdir(parents=True)
        about = (None, None, "", None, None)
        status = [Downloaded(row_id, "ok", "", "", f"{row_id}.jpg", *about) for row_id, _ in patterns]
        for row in status:
            shutil.copyfile(SAMPLE / self.rows[row.row_id][0], downloaded / row.file)
        write_records(downloaded / "status.csv", Downloaded, status)
        crop.crop_batch(downloaded, cropped, Cropping(), self._depends_on)
        segment.segment_batch(cropped, segmented, Tolerances(), self._depends_on)
        match_batch(segmented, patterns, matched)
        suspected = self.results / "suspected/1of2.csv"
        align.align_batch(self._recogniser, matched, cropped, patterns, aligned, suspected, self._depends_on)
        files = BatchFiles(downloaded, cropped, segmented, aligned, suspected)
        letters = self.results / "letters/1of2"
        cut_batch(files, patterns, letters, True, confidence, 0.95, depends_on=self._depends_on)

    def digests(self) -> dict[str, str]:
        """Digests of all results."""
        return {name: found for name, found in digests(self.results).items() if not name.startswith(FOLDER)}


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Stage -> number of rows it has worked on since it was set to 0."""
    counts = dict.fromkeys([*WORK, "cut"], 0)

    def counting(stage: str, function: object) -> object:
        def work(*arguments: object) -> object:
            counts[stage] += 1
            return function(*arguments)

        return work

    for stage, (module, name) in WORK.items():
        monkeypatch.setattr(module, name, counting(stage, getattr(module, name)))
    monkeypatch.setattr(letter_images, "cut_letters", counting("cut", letter_images.cut_letters))
    return counts


def test_random_edits_work_on_their_rows_only(tmp_path: Path, sample_recogniser: Path, worked: dict[str, int]) -> None:
    with open(SAMPLE / "words.csv", encoding="utf-8", newline="") as file:
        table = [(row["image"], row["text"]) for row in csv.DictReader(file) if ALPHABET.pattern(row["text"])]
    draw = random.Random(0)
    rows = {str(number): table[number] for number in range(6)}
    kept = Batch(tmp_path / "kept", rows, sample_recogniser, SETTINGS)
    kept.run()
    last = 0.9
    for step in range(5):
        before, changed, confidence = dict(rows), draw.choice(sorted(rows)), 0.9
        match step % 4:
            case 0:
                rows[changed] = (rows[changed][0], "".join(draw.sample(rows[changed][1], len(rows[changed][1]))))
            case 1:
                rows[f"added {step}"] = draw.choice(table)
                del rows[changed]
            case 2:
                rows[changed] = draw.choice(table)
            case 3:
                confidence = draw.random()
        new_images = sum(rows[row_id][0] != before.get(row_id, ("",))[0] for row_id in rows)
        new_rows = sum(rows[row_id] != before.get(row_id) for row_id in rows)
        worked.update(dict.fromkeys(worked, 0))
        kept.run(confidence)
        assert worked["crop"] == worked["segment"] == new_images
        assert worked["align"] == new_rows
        if confidence == last:  # otherwise other letters are delivered, under other names
            assert worked["cut"] <= new_rows
        last = confidence
        again = Batch(tmp_path / f"again {step}", rows, sample_recogniser, "")
        again.run(confidence)
        assert kept.digests() == again.digests()
