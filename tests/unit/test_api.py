"""The way in from Python: words of the sample are read and aligned by a recogniser that has been trained on it."""

import csv
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.align.recogniser import write_untrained
from lettermill.api import AlignedLetter, ReadWord, align_word, read_word
from lettermill.base.box import Box
from lettermill.base.errors import InputError
from lettermill.image.crop import Cropping
from lettermill.predict.cer import cer
from lettermill.predict.ngrams import learn_ngrams
from models import write_model
from project import ROOT, SAMPLE

AUTO = Cropping()


def words() -> dict[str, str]:
    """Image -> transcription of rows of the sample."""
    with open(SAMPLE / "words.csv", encoding="utf-8", newline="") as file:
        rows = [row for _, row in zip(range(12), csv.DictReader(file), strict=False)]
    return {f"{SAMPLE}/{row['image']}": row["text"] for row in rows}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_model(folder)
    return folder


def test_words_are_read(model: Path, sample_recogniser: Path) -> None:
    listed = [text for text in words().values() if text]
    free, by_list = [], []
    for image, text in words().items():
        found = read_word(image, model, sample_recogniser, cropping=AUTO)
        assert isinstance(found, ReadWord) and found.text.replace(" ", "") == "".join(
            letter.letter for letter in found.letters
        )
        assert found.text == found.alternatives[0].text and 0 < found.probability <= 1
        free.append((found.text, text))
        by_list.append((read_word(image, model, sample_recogniser, listed, cropping=AUTO).text, text))
    assert cer(by_list) <= cer(free) < 0.2


def test_lines_are_read_from_top_to_bottom(model: Path, sample_recogniser: Path) -> None:
    images = [cv2.imread(image, cv2.IMREAD_GRAYSCALE)[:, 75:] for image in list(words())[:3]]
    alone = [read_word(image, model, sample_recogniser) for image in images]
    width = max(image.shape[1] for image in images)
    rows = [np.pad(image, ((8, 8), (0, width - image.shape[1])), constant_values=255) for image in images]
    page = read_word(np.concatenate(rows), model, sample_recogniser)
    assert page.text.split() == [text for found in alone for text in found.text.split()]
    assert [letter.line for letter in page.letters] == [
        number for number, found in enumerate(alone) for _ in found.letters
    ]
    assert [letter.word for letter in page.letters] == sorted(letter.word for letter in page.letters)
    tops = [[letter.box.y for letter in page.letters if letter.line == number] for number in range(3)]
    assert max(tops[0]) < min(tops[1]) and max(tops[1]) < min(tops[2])
    specks = np.concatenate([rows[1], np.full((30, width), 255, np.uint8)])
    specks[-18:-14, 20:100:8] = 0
    assert read_word(specks, model, sample_recogniser).text == alone[1].text


def test_n_grams_decide_between_letters_that_look_alike(model: Path, sample_recogniser: Path, tmp_path: Path) -> None:
    for file in model.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    image = next(iter(words()))
    without = read_word(image, tmp_path, sample_recogniser, cropping=AUTO)
    learn_ngrams({"XQ" * 4: 1}).save(tmp_path / "ngrams.arpa")
    (tmp_path / "reading.json").write_text('{"recogniser": 0.6, "classifier": 0.4, "ngrams": 20}', encoding="utf-8")
    assert read_word(image, tmp_path, sample_recogniser, cropping=AUTO).text != without.text
    assert read_word(image, tmp_path, sample_recogniser, cropping=AUTO, ngrams=False) == without


def test_words_are_aligned_where_they_are_read(model: Path, sample_recogniser: Path) -> None:
    for image, text in list(words().items())[:6]:
        letters = align_word(image, text, sample_recogniser, cropping=AUTO)
        assert all(isinstance(letter, AlignedLetter) for letter in letters)
        assert "".join(letter.letter for letter in letters) == text
        assert [letter.box.x for letter in letters] == sorted(letter.box.x for letter in letters)
        pixels = cv2.imread(image, cv2.IMREAD_GRAYSCALE)
        whole = Box(0, 0, pixels.shape[1], pixels.shape[0])
        assert all(letter.box.joined(whole) == whole and 0 <= letter.confidence <= 1 for letter in letters)
        assert align_word(pixels, text.lower() + "-", sample_recogniser, cropping=AUTO) == letters


def test_the_example_of_the_module_runs(
    model: Path, sample_recogniser: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it but the values, which are of another word."""
    import lettermill.api

    image, text = next(iter(words().items()))
    (tmp_path / "results/recogniser").mkdir(parents=True)
    (tmp_path / "results/recogniser/recogniser.npz").write_bytes(sample_recogniser.read_bytes())
    (tmp_path / "results/model").symlink_to(model)
    (tmp_path / "word.png").write_bytes(Path(image).read_bytes())
    monkeypatch.chdir(tmp_path)
    example = [line[4:] for line in lettermill.api.__doc__.splitlines() if line.startswith(">>> ")]
    assert len(example) == 5
    for line in example:
        exec(line.replace('"Anna"', repr(text)), globals())


@pytest.mark.parametrize(
    ("image", "text", "message"),
    [
        (np.full((30, 90), 255, np.uint8), "ANNA", "has too few fragments of ink for the 4 letters of ANNA"),
        (np.full((30, 90), 255, np.uint8), "12", "'12' has no letter of the alphabet"),
        (np.zeros((30, 90, 3), np.uint8), "ANNA", r"The image array is \(30, 90, 3\) uint8\. Convert it"),
        ("nowhere.png", "ANNA", "nowhere.png cannot be read: No such file"),
        (__file__, "ANNA", "test_api.py cannot be read: it is a text that"),
    ],
)
def test_what_cannot_be_aligned_is_told(sample_recogniser: Path, image: object, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        align_word(image, text, sample_recogniser)


def test_missing_and_untrained_models_are_told(model: Path, sample_recogniser: Path, tmp_path: Path) -> None:
    image = np.full((30, 90), 255, np.uint8)
    assert read_word(image, model, sample_recogniser).reason == "blank_image"
    with pytest.raises(InputError, match=r"model.onnx cannot be read: No such file .*snakemake train"):
        read_word(image, tmp_path, sample_recogniser)
    write_untrained(tmp_path / "recogniser.npz")
    with pytest.raises(InputError, match="contains no trained recogniser"):
        align_word(image, "ANNA", tmp_path / "recogniser.npz")


def test_importing_lettermill_alone_loads_no_library() -> None:
    code = "import sys, lettermill; sys.exit(len({'numpy', 'cv2', 'sklearn', 'pandas'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", check=True)
