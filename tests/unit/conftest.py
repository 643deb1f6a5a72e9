"""Fixtures of the unit tests: what is dear to make is made once a session."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from lettermill.base.alphabet import Alphabet
from lettermill.image.crop import Cropping
from lettermill.image.segmentation import Tolerances
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Downloaded
from lettermill.stages.crop import crop_batch
from lettermill.stages.learn import LearningOutput, LearningSource, learn_recogniser
from lettermill.stages.match import match_batch
from lettermill.stages.segment import segment_batch
from project import SAMPLE


@pytest.fixture(scope="session")
def sample_recogniser(run_once: Callable) -> Path:
    """A recogniser that has been trained on 250 words of the sample."""
    return run_once("sample_recogniser", trained_recogniser)


def trained_recogniser(folder: Path) -> Path:
    alphabet = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    with open(SAMPLE / "words.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    patterns = [(Path(row["image"]).stem, alphabet.pattern(row["text"])) for row in rows]
    status = [
        Downloaded(row_id, "ok", "", "", f"{SAMPLE}/images/{row_id}.jpg", None, None, "", None, None)
        for row_id, pattern in patterns
        if pattern
    ]
    write_records(folder / "downloaded/status.csv", Downloaded, status)
    crop_batch(folder / "downloaded", folder / "cropped", Cropping())
    segment_batch(folder / "cropped", folder / "segmented.csv", Tolerances())
    match_batch(folder / "segmented.csv", patterns, folder / "matched.csv")
    output = LearningOutput.of(folder)
    source = LearningSource(folder / "matched.csv", folder / "cropped")
    learn_recogniser([source], max_words=250, rounds=1, corrections=[], output=output, jobs=2)
    return output.recogniser
