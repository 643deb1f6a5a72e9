"""Letters of right-to-left scripts are counted from the right, at every stage.

Hebrew words are drawn with the letters of the sample: what its images show from left to right is read from right to
left. So every stage must give what it gives for the words as they are, at mirrored positions.
"""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.align.recogniser import load_recogniser, trained_recogniser
from lettermill.api import align_word
from lettermill.base.alphabet import Alphabet, word
from lettermill.base.split import Split
from lettermill.corrections.correction import Correction
from lettermill.image.crop import Cropping
from lettermill.image.segmentation import Tolerances
from lettermill.model.classifier import load_classifier
from lettermill.predict.evaluate_words import evaluate_words
from lettermill.predict.models import Models
from lettermill.predict.read import Reader, order_of
from lettermill.predict.tables import ReadRow
from lettermill.predict.word_list import list_of
from lettermill.records.csv_files import read_records, read_results, write_records, write_results
from lettermill.records.schemas import CorrectionEffect, Downloaded, MatchedLetter, StoppedRow, Suspect
from lettermill.stages.align import align_batch
from lettermill.stages.crop import crop_batch
from lettermill.stages.learn import LearningOutput, LearningSource, learn_recogniser
from lettermill.stages.match import match_batch
from lettermill.stages.segment import segment_batch
from models import write_model
from project import SAMPLE

LATIN = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
HEBREW = Alphabet("".join(map(chr, range(0x5D0, 0x5EA))))
AS_HEBREW = str.maketrans("".join(LATIN.letters), "".join(HEBREW.letters))


def hebrew(text: str) -> str:
    """The text that Hebrew readers see where others see ``text``."""
    return text[::-1].translate(AS_HEBREW)


Batch = tuple[Path, list[tuple[str, str]]]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """A folder with the cropped and segmented images of the sample, and (row id, transcription)."""
    folder = tmp_path_factory.mktemp("direction")
    with open(SAMPLE / "words.csv", encoding="utf-8", newline="") as file:
        rows = [(Path(row["image"]).stem, LATIN.pattern(row["text"])) for row in csv.DictReader(file)]
    rows = [(row_id, word(pattern)) for row_id, pattern in rows if word(pattern)]
    status = [
        Downloaded(row_id, "ok", "", "", f"{SAMPLE}/images/{row_id}.jpg", None, None, "", None, None)
        for row_id, _ in rows
    ]
    write_records(folder / "downloaded/status.csv", Downloaded, status)
    crop_batch(folder / "downloaded", folder / "cropped", Cropping())
    segment_batch(folder / "cropped", folder / "segmented.csv", Tolerances())
    for name, patterns in patterns_of(rows).items():
        match_batch(folder / "segmented.csv", patterns, folder / f"{name}.csv")
    return folder, rows


def patterns_of(rows: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    return {
        "latin": [(row_id, LATIN.pattern(text)) for row_id, text in rows],
        "hebrew": [(row_id, HEBREW.pattern(hebrew(text))) for row_id, text in rows],
    }


def mirrored(results: list[MatchedLetter | StoppedRow]) -> list[MatchedLetter | StoppedRow]:
    """Results of the sample's words, as those of Hebrew words."""
    found: dict[str, list[MatchedLetter | StoppedRow]] = {}
    for result in results:
        found.setdefault(result.row_id, []).append(result)
    turned: list[MatchedLetter | StoppedRow] = []
    for row in found.values():
        for result in reversed(row):
            if isinstance(result, StoppedRow):
                letters = hebrew(result.letters)
                detail = result.detail.replace(f"letters of {result.letters}", f"letters of {letters}")
                turned.append(result._replace(letters=letters, detail=detail))
            else:
                label, seen = (text.translate(AS_HEBREW) for text in (result.label, result.predicted_label))
                position = len(row) - 1 - result.position
                turned.append(result._replace(position=position, label=label, predicted_label=seen))
    return turned


def test_boxes_are_counted_from_the_right(batch: Batch) -> None:
    folder, _ = batch
    latin, found = (read_results(folder / f"{name}.csv", MatchedLetter) for name in ("latin", "hebrew"))
    assert sum(isinstance(result, MatchedLetter) for result in found) > 500
    assert found == mirrored(latin)


def test_learning_does_not_depend_on_the_direction(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lettermill.align.train.EPOCHS", 2)
    monkeypatch.setattr("lettermill.align.learn.LEAST_ACCURACY", 0.0)
    folder, _ = batch
    latin = [row for row in read_results(folder / "latin.csv", MatchedLetter) if isinstance(row, MatchedLetter)]
    length = {row.row_id: row.position + 1 for row in latin}
    corrections: dict[str, list[Correction]] = {"latin": [], "hebrew": []}
    for row in latin[::40]:
        position = {"latin": row.position, "hebrew": length[row.row_id] - 1 - row.position}
        label = {"latin": row.label, "hebrew": row.label.translate(AS_HEBREW)}
        for name, lines in corrections.items():
            lines.append(Correction(row.row_id, str(position[name]), label[name], "", "accept", ""))
    for name, lines in corrections.items():
        source = LearningSource(folder / f"{name}.csv", folder / "cropped")
        learn_recogniser([source], 250, 1, lines, LearningOutput.of(tmp_path / name), jobs=2)
    first, second = (load_recogniser(tmp_path / name / "recogniser.npz") for name in corrections)
    assert first and second and second.letters == first.letters.translate(AS_HEBREW)
    assert list(second.lexicon.words) == [word.translate(AS_HEBREW) for word in first.lexicon.words]
    for one, other in zip(first.networks, second.networks, strict=True):
        for ours, theirs in zip(one.layers, other.layers, strict=True):
            assert all(np.array_equal(*values) for values in zip(ours, theirs, strict=True))
    assert np.array_equal(first.confidence.weights, second.confidence.weights)
    effects = {name: read_records(tmp_path / name / "lessons.csv", CorrectionEffect) for name in corrections}
    assert len(effects["latin"]) == len(corrections["latin"]) > 10
    assert effects["hebrew"] == [
        effect._replace(position=length[effect.row_id] - 1 - effect.position, label=effect.label.translate(AS_HEBREW))
        for effect in effects["latin"]
    ]


@pytest.fixture(scope="module")
def recognisers(sample_recogniser: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The recogniser of the sample, and the one that knows its letters as Hebrew ones."""
    latin = trained_recogniser(sample_recogniser)
    lexicon = type(latin.lexicon)([text.translate(AS_HEBREW) for text in latin.lexicon.words], latin.lexicon.counts)
    path = tmp_path_factory.mktemp("hebrew") / "recogniser.npz"
    replace(latin, letters=latin.letters.translate(AS_HEBREW), lexicon=lexicon).save(path)
    return {"latin": sample_recogniser, "hebrew": path}


def test_alignment_begins_at_the_right(batch: Batch, recognisers: dict[str, Path], tmp_path: Path) -> None:
    folder, rows = batch
    rows = rows[:60]
    rows[0] = (rows[0][0], "MARGUERITE")  # a wrong transcription
    for name, patterns in patterns_of(rows).items():
        match_batch(folder / "segmented.csv", patterns_of(batch[1])[name], tmp_path / "all.csv")
        wanted = {row_id for row_id, _ in rows}
        matched = [row for row in read_results(tmp_path / "all.csv", MatchedLetter) if row.row_id in wanted]
        write_results(tmp_path / "matched.csv", MatchedLetter, matched)
        output, suspected = (tmp_path / f"{name}{kind}.csv" for kind in ("", "_suspected"))
        align_batch(recognisers[name], tmp_path / "matched.csv", folder / "cropped", patterns, output, suspected)
    latin, found = (read_results(tmp_path / f"{name}.csv", MatchedLetter) for name in recognisers)
    assert found == mirrored(latin) and len(found) > 250
    latin_suspects, suspects = (read_records(tmp_path / f"{name}_suspected.csv", Suspect) for name in recognisers)
    assert suspects and suspects == [
        suspect._replace(transcription=hebrew(suspect.transcription), reading=hebrew(suspect.reading))
        for suspect in latin_suspects
    ]
    row_id, text = rows[5]
    image = SAMPLE / f"images/{row_id}.jpg"
    one, other = (
        align_word(image, letters, recognisers[name], cropping=Cropping())
        for name, letters in (("latin", text), ("hebrew", hebrew(text)))
    )
    assert other == [letter._replace(letter=letter.letter.translate(AS_HEBREW)) for letter in reversed(one)]


@pytest.fixture(scope="module")
def models(recognisers: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Models]:
    folder = tmp_path_factory.mktemp("model")
    write_model(folder)
    latin = load_classifier(folder / "model.onnx", folder / "model.json")
    classes = tuple(letter.translate(AS_HEBREW) for letter in latin.classes)
    classifiers = {
        "latin": latin,
        "hebrew": replace(latin, preprocessing=replace(latin.preprocessing, classes=classes)),
    }
    return {name: Models(trained_recogniser(path), classifiers[name]) for name, path in recognisers.items()}


@pytest.mark.parametrize("listed", [False, True])
def test_lines_are_read_from_the_right(models: dict[str, Models], listed: bool) -> None:
    images = [cv2.imread(str(SAMPLE / f"images/word_{number:04}.jpg"), cv2.IMREAD_GRAYSCALE) for number in (2, 4)]
    line = np.hstack([image[:36, 75:240] for image in images])
    names = {"latin": ["AZIZ", "PAUL", "ANNA"], "hebrew": [hebrew(text) for text in ("AZIZ", "PAUL", "ANNA")]}
    lists = {name: list_of(names[name], alphabet) for name, alphabet in (("latin", LATIN), ("hebrew", HEBREW))}
    one, other = (Reader(models[name], lists[name] if listed else None, 0.01).writing(line) for name in models)
    assert " " in one.best.text and other.best.text == hebrew(one.best.text)
    assert [letter.letter for letter in other.letters] == [hebrew(letter.letter) for letter in reversed(one.letters)]
    assert [letter.box for letter in other.letters] == [letter.box for letter in reversed(one.letters)]
    assert [letter.word for letter in other.letters] == sorted(letter.word for letter in other.letters)
    assert {letter.word for letter in other.letters} == {letter.word for letter in one.letters}


def test_words_of_a_line_have_the_order_of_its_direction() -> None:
    for seen, order in (
        (["AB", "CD"], [0, 1]),
        (["בא", "גד"], [1, 0]),
        (["AB", "12", "בא"], [2, 0, 1]),  # a Latin name with a number in a Hebrew line
        (["בא", "12", "גד"], [2, 1, 0]),
        ([], []),
    ):
        assert order_of(seen) == order


@pytest.mark.parametrize("listed", [False, True])
def test_rows_are_evaluated_as_they_are_read(
    batch: Batch, models: dict[str, Models], listed: bool, tmp_path: Path
) -> None:
    folder, rows = batch
    found = {}
    for (name, patterns), alphabet in zip(patterns_of(rows[:60]).items(), (LATIN, HEBREW), strict=True):
        files = tmp_path / f"{name}.csv", tmp_path / f"{name}.json"
        texts = [text if name == "latin" else hebrew(text) for _, text in rows[:30]]
        words = list_of(texts, alphabet) if listed else None
        evaluate_words([(folder / "cropped", patterns)], models[name], Split(0.5, 0.1, 0.4), words, 0.01, *files)
        found[name] = read_records(files[0], ReadRow)
    assert sum(row.reading == row.transcription for row in found["hebrew"]) > len(found["hebrew"]) / 2 > 5
    assert any(row.in_list for row in found["hebrew"]) == listed
    texts_of = ("transcription", "reading", "reading_with_list")
    assert found["hebrew"] == [
        row._replace(**{key: hebrew(getattr(row, key)) for key in texts_of}) for row in found["latin"]
    ]
