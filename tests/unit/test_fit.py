"""Trainings of a second or two on letters drawn with OpenCV's fonts: other alphabets, and the phases of VGG16."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
keras = pytest.importorskip("keras", reason="Keras is not installed (requirements-train.txt)")

from lettermill.base.box import Box  # noqa: E402
from lettermill.base.file_names import folded, letter_folders  # noqa: E402
from lettermill.export.labelled_letters import classes_of, idx_labels  # noqa: E402
from lettermill.model import fit as fitting  # noqa: E402
from lettermill.model.classifier import Classifier, load_classifier  # noqa: E402
from lettermill.model.evaluate import evaluate  # noqa: E402
from lettermill.model.letter_data import load_folder  # noqa: E402
from lettermill.model.model_card import Results, model_card  # noqa: E402
from lettermill.model.networks import ORIGIN, TUNED, set_trainable  # noqa: E402
from lettermill.records.csv_files import write_records  # noqa: E402
from lettermill.records.schemas import Delivered  # noqa: E402

FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
SETTINGS: dict[str, Any] = {
    "model": "cnn", "epochs": 5, "patience": 5, "batch_size": 16, "learning_rate": 0.003, "balance": 0.5, "seed": 0,
    "vgg16": {},
}  # fmt: skip
VGG16 = {
    "model": "vgg16", "vgg16": {"side": 32, "weights": "none", "head": {"epochs": 2},
                                "fine_tune": {"layers": "all", "epochs": 2, "learning_rate": 0.0001}},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _threads_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow's threads cannot be set once it has worked, and other tests of this process have used it."""
    monkeypatch.setattr(fitting, "_be_deterministic", keras.utils.set_random_seed)


def drawn(folder: Path, alphabet: str, each: int) -> Path:
    """A dataset of ``each`` letters of ``alphabet``, named as the workflow does. Returns its table."""
    random, folders, letters = np.random.default_rng(0), letter_folders(alphabet), []
    for label in alphabet:
        for number in range(each):
            image = np.full((44, 44), 235, np.uint8)
            size = random.uniform(0.9, 1.1)
            cv2.putText(image, label, (8, 30), FONTS[number % len(FONTS)], size, 40, int(random.integers(1, 4)))
            rows, columns = (np.flatnonzero((image < 128).any(axis=axis)) for axis in (1, 0))
            path = folder / folders.get(label, label) / f"{number}_0.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(path), image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
            part = ("train", "train", "train", "train", "validation", "test")[number % 6]
            name = path.relative_to(folder).as_posix()
            letters.append(Delivered(name, label, f"{label}{number}", 0, Box(0, 0, 9, 9), 0.99, "align", part))
    write_records(folder / "metadata.csv", Delivered, letters)
    return folder / "metadata.csv"


def trained(metadata: Path, folder: Path, changes: Mapping[str, Any], weights: Any = None) -> Classifier:
    """A model, trained and evaluated, in ``folder``."""
    folder.mkdir()
    output = fitting.Outputs(
        *(folder / name for name in ("model.keras", "model.onnx", "model.json", "history.csv", "curves.png"))
    )
    training = fitting.Training(**{**SETTINGS, **changes})
    fitting.fit(metadata, training, weights, "code", folder / "work", output)
    evaluate(output.onnx, output.preprocessing, metadata, [metadata.parent], folder / "evaluation")
    return load_classifier(output.onnx, output.preprocessing)


def accuracy(model: Classifier, letters: Path) -> float:
    """On all letters of the folder."""
    found = load_folder(letters, model.classes, model.preprocessing.side, model.preprocessing.margin)
    return float((model.probabilities(found.squares).argmax(axis=1) == found.targets).mean())


def test_digits_are_learnt_as_letters_are(tmp_path: Path) -> None:
    metadata = drawn(tmp_path / "digits", "0123456789", 24)
    model = trained(metadata, tmp_path / "model", {})
    assert model.classes == tuple("0123456789") and accuracy(model, metadata.parent) > 0.8
    assert idx_labels(classes_of("0123456789"))["7"] == 7


def test_both_cases_are_classes_on_disks_that_ignore_case_too(tmp_path: Path) -> None:
    metadata = drawn(tmp_path / "letters", "ABDEGabdeg", 24)
    names = [path.name for path in metadata.parent.iterdir()]
    assert len({folded(name) for name in names}) == len(names) == 11 and "a_lower" in names
    model = trained(metadata, tmp_path / "model", {})
    assert model.classes == tuple("ABDEGabdeg") and accuracy(model, metadata.parent) > 0.8
    assert ",0\n" in (tmp_path / "model/evaluation/accuracy.csv").read_text().splitlines(keepends=True)[-1]
