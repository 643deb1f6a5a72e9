"""`predict` and `evaluate_words`: images that are in no table, and rows that the models are not trained on."""

import csv
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.base.split import Split
from lettermill.predict.cer import cer
from models import write_model
from project import SAMPLE, Project, digests

pytest.importorskip("keras", reason="Keras is not installed (requirements-train.txt)")

READ = {"word_0001.jpg", "colour.png", "large.png", "line.png"}


@pytest.fixture(scope="module")
def trained(aligned: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The aligned sample, images to read, and what has been read of them. Not to be changed: copy it.

    The classifier is trained for one epoch, which shows that it is made when it is missing, and then replaced by one
    that reads well and costs nothing.
    """
    project = aligned.copy(tmp_path_factory.mktemp("trained") / "project")
    project.settings |= {"train": {"epochs": 1, "batch_size": 64}, "predict": {"images": "mine"}}
    make_images(project.folder / "mine")
    assert project.ran("predict", "evaluate_words") == {"fit": 1, "tune_reading": 1, "predict": 1, "evaluate_words": 1}
    write_model(project.folder / "results/model")
    assert project.ran("predict", "evaluate_words") == {"tune_reading": 1, "predict": 1, "evaluate_words": 1}
    return project


@pytest.fixture
def project(trained: Project, tmp_path: Path) -> Project:
    return trained.copy(tmp_path / "project")


def sample_image(number: int) -> np.ndarray:
    return cv2.imread(str(SAMPLE / f"images/word_{number:04}.jpg"), cv2.IMREAD_GRAYSCALE)


def boxes_of(number: int) -> np.ndarray:
    with open(SAMPLE / "boxes.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["row_id"] == f"word_{number:04}"]
    return np.array([[int(row[side]) for side in ("x0", "y0", "x1", "y1")] for row in rows])


def make_images(folder: Path) -> None:
    """A row of the table as it is, in colour with alpha, enlarged under uneven light; a line of two words; and files
    that cannot be read."""
    folder.mkdir()
    image = sample_image(1)
    shutil.copy(SAMPLE / "images/word_0001.jpg", folder)
    colour = np.dstack([image, image, np.maximum(image, 120), np.where(image < 200, 255, 0).astype(np.uint8)])
    cv2.imwrite(str(folder / "colour.png"), colour)
    large = cv2.resize(image, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC) * np.linspace(0.6, 1, image.shape[1] * 8)
    noise = np.random.default_rng(0).normal(0, 5, large.shape)
    cv2.imwrite(str(folder / "large.png"), np.clip(large + noise, 0, 255).astype(np.uint8))
    cv2.imwrite(str(folder / "line.png"), line_of(1, 1))
    cv2.imwrite(str(folder / "blank.png"), np.full((40, 200), 250, np.uint8))
    cv2.imwrite(str(folder / "blank.jpg"), np.full((40, 200), 250, np.uint8))
    (folder / "broken.png").write_bytes(b"no image")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "notes.txt").write_text("not taken for an image", encoding="utf-8")


def line_of(*numbers: int) -> np.ndarray:
    """The words of rows of the sample beside each other, on one line."""
    words = []
    for number in numbers:
        image, boxes = sample_image(number), boxes_of(number)
        left, top, right, bottom = *boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)
        word = np.full((40, right - left + 40), 255, np.uint8)
        word[10 : 10 + bottom - top, 20 : 20 + right - left] = image[top:bottom, left:right]
        words.append(word)
    return np.hstack(words)


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def predictions(project: Project) -> dict[str, dict[str, str]]:
    return {row["image"]: row for row in table(project.folder / "results/predictions/predictions.csv")}


def transcription(number: int) -> str:
    with open(SAMPLE / "words.csv", encoding="utf-8", newline="") as file:
        return next(row["text"] for row in csv.DictReader(file) if f"word_{number:04}" in row["image"])


def test_images_of_all_kinds_are_read(trained: Project) -> None:
    read = predictions(trained)
    word = transcription(1)
    assert {image: read[image]["text"] for image in READ} == {
        image: f"{word} {word}" if image == "line.png" else word for image in READ
    }
    assert all(0 < float(read[image]["probability"]) <= 1 for image in READ)
    assert read["line.png"]["words"] == "2"


def test_images_that_cannot_be_read_are_told_and_do_no_harm(trained: Project) -> None:
    read = predictions(trained)
    assert {image: row["reason"] for image, row in read.items() if image not in READ} == {
        "blank.png": "blank_image",
        "blank.jpg": "blank_image",
        "broken.png": "not_an_image",
        "empty.jpg": "not_an_image",
    }
    assert not any(read[image]["text"] or read[image]["probability"] for image in read if image not in READ)


def test_boxes_are_in_pixels_of_the_image(trained: Project) -> None:
    letters = table(trained.folder / "results/predictions/letters.csv")
    for image, factor in (("word_0001.jpg", 1), ("large.png", 8)):
        found = [letter for letter in letters if letter["image"] == image]
        assert "".join(letter["letter"] for letter in found) == transcription(1)
        assert [letter["position"] for letter in found] == [str(position) for position in range(len(found))]
        for letter, (left, top, right, bottom) in zip(found, boxes_of(1) * factor, strict=True):
            x, y, width, height = (int(letter[side]) for side in ("x", "y", "width", "height"))
            common = max(0, min(x + width, right) - max(x, left)) * max(0, min(y + height, bottom) - max(y, top))
            assert common / (width * height + (right - left) * (bottom - top) - common) > 0.5


def test_alternatives_begin_with_the_text_and_come_by_probability(trained: Project) -> None:
    read = predictions(trained)
    others = table(trained.folder / "results/predictions/alternatives.csv")
    assert {row["image"] for row in others} == READ
    for image in READ:
        rows = [row for row in others if row["image"] == image]
        assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]
        assert (rows[0]["text"], rows[0]["probability"]) == (read[image]["text"], read[image]["probability"])
        shares = [float(row["probability"]) for row in rows]
        assert shares == sorted(shares, reverse=True) and sum(shares) <= 1.001
        assert len({row["text"] for row in rows}) == 5


def test_every_image_has_a_picture_of_its_own(trained: Project) -> None:
    pictures = trained.folder / "results/predictions/pictures"
    names = {path.name for path in pictures.glob("*.png")}
    assert names == {f"{name}.png" for name in (*READ, "blank.png", "blank.jpg")}
    for name in READ:
        picture = cv2.imread(str(pictures / f"{name}.png"))
        assert (picture == (200, 80, 0)).all(axis=2).sum() > 100  # the blue of every other box


def test_rows_of_the_test_part_are_read(trained: Project) -> None:
    rows = table(trained.folder / "results/model/words.csv")
    expected = {row_id for row_id in trained.rows if Split().part_of(row_id) == "test"}
    assert len(rows) > 20 and {row["row_id"] for row in rows} <= expected
    figures = json.loads((trained.folder / "results/model/words.json").read_text(encoding="utf-8"))
    for kind, column in (("without_list", "reading"), ("with_list", "reading_with_list")):
        rate = cer([(row[column], row["transcription"]) for row in rows])
        assert figures[kind]["cer"] == pytest.approx(rate, abs=1e-4)
        assert figures[kind]["cer_low"] <= rate <= figures[kind]["cer_high"]
        assert rate < 0.12
    assert figures["rows"] == len(rows) and figures["list"] == "training rows"
    assert figures["rows_not_in_list"] == sum(row["in_list"] == "0" for row in rows)


def test_the_same_images_give_the_same_bytes(project: Project) -> None:
    before = digests(project.folder / "results/predictions")
    project.run("predict", "-R", "predict")
    after = digests(project.folder / "results/predictions")
    hidden = {name for name in before if ".snakemake" in name}
    assert {name: after[name] for name in before if name not in hidden} == {
        name: before[name] for name in before if name not in hidden
    }


def test_a_word_list_gives_its_spelling_and_only_its_words(project: Project) -> None:
    word = transcription(1)
    (project.folder / "names.txt").write_text(f"{word.title()}\nXaxa\n", encoding="utf-8")
    project.settings["predict"] |= {"word_list": "names.txt", "other_words": 0}
    assert project.ran("predict") == {"predict": 1}
    assert predictions(project)["word_0001.jpg"]["text"] == word.title()
    assert predictions(project)["line.png"]["text"] == f"{word.title()} {word.title()}"
    (project.folder / "names.txt").write_text("Xaxa\nQuqu\n", encoding="utf-8")
    assert project.ran("predict") == {"predict": 1}
    assert predictions(project)["word_0001.jpg"]["text"] in ("Xaxa", "Ququ")
    project.settings["predict"]["other_words"] = 0.003
    project.run("predict")
    assert predictions(project)["word_0001.jpg"]["text"] == word


def test_what_is_wrong_is_told_before_anything_runs(project: Project) -> None:
    project.settings["predict"] = {"images": None}
    said = project.run("predict", fails=True)
    assert "snakemake -j 2 predict --config 'predict={images: my-words}'" in said and "Traceback" not in said
    project.settings["predict"] = {"images": "no-words"}
    assert "`predict.images: no-words` does not exist" in project.run("predict", fails=True)
    project.settings["predict"] = {"images": "mine", "word_list": "no-names.txt"}
    assert "`predict.word_list: no-names.txt` does not exist" in project.run("predict", fails=True)
    (project.folder / "names.txt").write_text("Anna\n12\n", encoding="utf-8")
    project.settings["predict"] = {"images": "mine", "word_list": "names.txt"}
    assert "names.txt, line 2: '12' has no letter" in project.run("predict", fails=True)


def test_images_may_be_given_on_the_command_line(project: Project) -> None:
    project.settings.pop("predict")
    project.run("predict", "--config", "predict={images: mine/large.png}")
    assert list(predictions(project)) == ["large.png"]
    pictures = project.folder / "results/predictions/pictures"
    assert [path.name for path in pictures.glob("*.png")] == ["large.png.png"]


@pytest.mark.slow
def test_too_few_letters_to_train_on_are_told(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 12, batches=1, predict={"images": "images"}, train={"epochs": 1})
    said = project.run("predict", fails=True)
    assert "contains no trained recogniser" in said and "Traceback" not in said
