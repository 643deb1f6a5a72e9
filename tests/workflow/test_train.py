"""train: a real training on a few letters, what comes of it, and what a change trains again."""

import csv
import json
import shutil
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.model.classifier import load_classifier
from lettermill.model.letter_data import load_dataset
from project import Project, digests

keras = pytest.importorskip("keras", reason="Keras is not installed (requirements-train.txt)")

SETTINGS = {"epochs": 3, "batch_size": 16}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """120 rows of the sample and a model trained on their letters. Not to be changed: copy it."""
    project = Project.of_sample(tmp_path_factory.mktemp("trained") / "project", 120, batches=2, train=dict(SETTINGS))
    project.run("--", "all", "train")
    return project


@pytest.fixture
def project(trained: Project, tmp_path: Path) -> Project:
    """A copy of the project with a model."""
    project = trained.copy(tmp_path / "project")
    project.settings["train"] = dict(SETTINGS)
    return project


def model_of(project: Project) -> Path:
    return project.folder / "results/model"


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_keras_and_onnx_say_the_same(trained: Project) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    folder = model_of(trained)
    classifier = load_classifier(folder / "model.onnx", folder / "model.json")
    how = classifier.preprocessing
    parts = load_dataset(trained.folder / "results/dataset/metadata.csv", how.classes, how.side, how.margin)
    squares = np.concatenate([letters.squares for letters in parts.values()])
    assert len(squares) > 400
    values = squares[..., None].astype(np.float32)
    by_keras = keras.saving.load_model(folder / "model.keras").predict(values, verbose=0)
    (by_onnxruntime,) = onnxruntime.InferenceSession(folder / "model.onnx").run(None, {"letters": values})
    assert np.abs(by_onnxruntime - by_keras).max() < 1e-4
    assert np.abs(classifier.probabilities(squares) - by_keras).max() < 1e-4
    described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert described["classes"] == sorted({letter["label"] for letter in trained.metadata()})


def test_the_loss_falls_and_the_figures_are_those_of_the_letters(trained: Project) -> None:
    folder, evaluation = model_of(trained), model_of(trained) / "evaluation"
    history = table(folder / "history.csv")
    assert [row["epoch"] for row in history] == ["1", "2", "3"]
    assert float(history[-1]["loss"]) < float(history[0]["loss"])
    test = [letter for letter in trained.metadata() if letter["split"] == "test"]
    sets = {row["set"]: row for row in table(evaluation / "accuracy.csv")}
    assert sets.keys() == {"validation", "test"} and int(sets["test"]["letters"]) == len(test)
    assert float(sets["test"]["accuracy"]) > 0.1  # of 26 letters, by chance one in 26
    mistakes = [row for row in table(evaluation / "mistakes.csv") if row["set"] == "test"]
    assert len(mistakes) == round(len(test) * (1 - float(sets["test"]["accuracy"])))
    confusion = table(evaluation / "confusion_test.csv")
    assert sum(int(value) for row in confusion for key, value in row.items() if key != "letter") == len(test)
    assert sum(int(row["letters"]) for row in table(evaluation / "classes.csv") if row["set"] == "test") == len(test)
    for picture in ("curves.png", "evaluation/mistakes.png", "evaluation/confusion_test.png"):
        assert cv2.imread(str(folder / picture)).std() > 1
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"| test | {len(test)} | {float(sets['test']['accuracy']):.2%} |" in card


@pytest.mark.slow
def test_a_training_that_was_killed_goes_on_to_the_same_bytes_and_so_does_one_on_one_core(
    trained: Project, project: Project
) -> None:
    shutil.rmtree(model_of(project))
    project.kill_when("results/training/*/train/epoch_00001", signal.SIGKILL, "-j", "1", "--", "train")
    assert not (model_of(project) / "model.keras").exists()
    project.run("--unlock")
    project.run("-j", "1", "--rerun-incomplete", "--", "train")
    assert "resuming after epoch" in (project.folder / "logs/fit.log").read_text(encoding="utf-8")
    assert digests(model_of(project)) == digests(model_of(trained))
    assert not (project.folder / "results/training").exists()


def test_a_change_trains_or_tests_again_and_a_plain_run_does_neither(project: Project) -> None:
    train = ("--", "train")
    assert project.planned(*train) == {}
    project.settings["train"]["test_on"] = [str(project.folder / "results/dataset")]
    assert project.planned(*train) == {"evaluate": 1, "model_card": 1, "train": 1}
    project.settings["train"]["epochs"] = 4
    assert project.planned(*train) == {"fit": 1, "evaluate": 1, "model_card": 1, "train": 1}
    assert project.planned() == {}
    project.settings["train"] = dict(SETTINGS)
    row_id = project.metadata()[0]["row_id"]
    del project.rows[row_id]
    assert project.planned()["cut"] == 1 and "fit" not in project.planned()
    assert project.planned(*train)["fit"] == 1
    project.settings["train"] = {"model": "vgg16", "vgg16": {"weights": "my.yaml"}}
    said = project.run("-n", *train, fails=True)
    assert "my.yaml is not an HDF5 file" in said and "`train: {model: cnn}` needs no weights" in said


def test_letters_from_elsewhere_are_a_set_of_their_own(project: Project) -> None:
    elsewhere = project.folder / "mine"
    for letter in project.metadata()[:60]:
        image = cv2.imread(str(project.folder / "results/dataset" / letter["file_name"]), cv2.IMREAD_GRAYSCALE)
        (elsewhere / letter["label"]).mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(elsewhere / letter["file_name"]), 255 - image)
    project.settings["train"]["test_on"] = ["mine"]
    project.run("--", "train")
    sets = {row["set"]: row for row in table(model_of(project) / "evaluation/accuracy.csv")}
    assert sets["mine"]["letters"] == "60" and float(sets["mine"]["accuracy"]) > 0.1
    assert (model_of(project) / "evaluation/confusion_mine.png").exists()
    project.settings["train"]["test_on"] = ["nowhere"]
    message = project.run("--", "train", fails=True)
    assert "my.yaml, line" in message and "`train.test_on: nowhere` does not exist. There is no folder" in message


def test_without_keras_nothing_begins_and_what_to_install_is_said(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['tensorflow'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    shutil.rmtree(project.folder / "results")
    said = project.run("--", "train", fails=True)
    assert "tensorflow is not installed, and fit needs it" in said and "Traceback" not in said
    assert "pip install -r requirements-train.txt" in said
    assert not list(project.folder.glob("results/downloaded/*"))
