"""Trainings of a second or two on letters drawn with OpenCV's fonts: other alphabets, and the phases of VGG16."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
keras = pytest.importorskip("keras", reason="Keras is not installed (requirements-train.txt)")

from lettermill.base.box import Box  # noqa: E402
from lettermill.base.errors import InputError  # noqa: E402
from lettermill.base.file_names import folded, letter_folders  # noqa: E402
from lettermill.model import fit as fitting  # noqa: E402
from lettermill.model.classifier import Classifier, load_classifier  # noqa: E402
from lettermill.model.evaluate import evaluate  # noqa: E402
from lettermill.model.letter_data import load_dataset, load_folder  # noqa: E402
from lettermill.model.model_card import Results, model_card  # noqa: E402
from lettermill.model.networks import ORIGIN, Phase, cnn, set_trainable  # noqa: E402
from lettermill.records.csv_files import write_records  # noqa: E402
from lettermill.records.schemas import Delivered  # noqa: E402

FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
SETTINGS: dict[str, Any] = {
    "model": "cnn", "epochs": 8, "patience": 8, "batch_size": 16, "learning_rate": 0.002, "balance": 0.5, "seed": 0,
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


def slim(*_: Any, input_shape: tuple[int, int, int], **__: Any) -> keras.Model:
    """VGG16's layers with a sixteenth of their width, and random weights."""
    values = image = keras.Input(input_shape)
    for block, (count, width) in enumerate(((2, 4), (2, 8), (3, 16), (3, 32), (3, 32)), start=1):
        for number in range(1, count + 1):
            name = f"block{block}_conv{number}"
            values = keras.layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(values)
        values = keras.layers.MaxPooling2D(name=f"block{block}_pool")(values)
    return keras.Model(image, values)


def test_digits_are_learnt_as_letters_are(tmp_path: Path) -> None:
    metadata = drawn(tmp_path / "digits", "0123456789", 24)
    model = trained(metadata, tmp_path / "model", {})
    found = load_folder(metadata.parent, model.classes, model.preprocessing.side, model.preprocessing.margin)
    right = (model.probabilities(found.squares).argmax(axis=1) == found.targets).mean()
    assert model.classes == tuple("0123456789") and right > 0.5  # by chance 0.1
    sets = [line.split(",") for line in (tmp_path / "model/evaluation/accuracy.csv").read_text().splitlines()]
    assert [(line[0], line[1], line[-1]) for line in sets[1:]] == [
        ("validation", "40", "0"), ("test", "40", "0"), ("digits", "240", "0"),
    ]  # fmt: skip


def test_both_cases_are_classes_also_by_the_folders_for_disks_that_ignore_case(tmp_path: Path) -> None:
    metadata = drawn(tmp_path / "letters", "AGRagr", 24)
    names = [path.name for path in metadata.parent.iterdir()]
    assert len({folded(name) for name in names}) == len(names) == 7 and "a_lower" in names
    parts, folder = load_dataset(metadata, tuple("AGRagr"), 28, 4), load_folder(metadata.parent, tuple("AGRagr"), 28, 4)
    by_table = {file: target for part in parts.values() for file, target in zip(part.files, part.targets, strict=True)}
    assert by_table == dict(zip(folder.files, folder.targets, strict=True))
    training = fitting.Training(**SETTINGS)
    history = fitting.run_phase(cnn(28, 6), Phase("train", 8, 0.002), parts, training, tmp_path / "work")
    assert max(row["val_accuracy"] for row in history) > 0.5  # by chance 1/6


def test_too_few_letters_are_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="contains 1 of the at least two classes that a classifier needs"):
        trained(drawn(tmp_path / "letters", "A", 6), tmp_path / "model", {})


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(tmp_path_factory.mktemp("few") / "letters", "ABC", 12)


def card_of(model: Path, metadata: Path, settings: Mapping[str, Any]) -> str:
    results = Results(model / "model.json", model / "history.csv", model / "evaluation", metadata)
    return model_card(results, "words.csv", "align", settings)


def test_vgg16_trains_its_head_and_then_the_layers_that_are_to_be_tuned(
    few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``fit`` does it, with a slim VGG16: where its weights come from and what they are is another test."""
    monkeypatch.setattr("keras.applications.VGG16", slim)
    file = tmp_path / "mine.h5"
    file.write_bytes(b"slim has its own")
    model = tmp_path / "model"
    classifier = trained(few, model, VGG16, file)
    squares = np.random.default_rng(0).integers(0, 256, (8, 32, 32)).astype(np.uint8)
    by_keras = keras.saving.load_model(model / "model.keras").predict(squares[..., None], verbose=0)
    assert np.abs(classifier.probabilities(squares) - by_keras).max() < 1e-4
    phases = [line.split(",")[0] for line in (model / "history.csv").read_text().splitlines()[1:]]
    assert phases == ["head"] * 2 + ["fine_tune"] * 2
    card = card_of(model, few, {"vgg16": {**VGG16["vgg16"], "weights": str(file)}})
    assert "`mine.h5` (SHA-256 of the values: " in card and "which are not the ImageNet weights" in card
    assert str(tmp_path) not in card and "only" not in card.partition("## Limitations")[2]


def test_random_weights_are_trained_all_at_once(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keras.applications.VGG16", slim)
    training = fitting.Training(**{**SETTINGS, **VGG16})
    model, (phase,) = fitting._model(training, 32, 3, None)
    set_trainable(model, phase.trainable)
    assert {"block1_conv1", "head_classes"} <= {weight.path.split("/")[0] for weight in model.trainable_weights}
    assert (phase.name, phase.epochs, phase.learning_rate) == ("train", 8, 0.0001)


def test_the_card_names_imagenet_and_says_which_weights_were_kept(few: Path, tmp_path: Path) -> None:
    (tmp_path / "evaluation").mkdir()
    for name in ("accuracy.csv", "classes.csv"):
        (tmp_path / "evaluation" / name).write_text("set\n")
    described = {"initial_weights": ORIGIN, "weights_of_phase": "head"}
    content = {"format": 1, "classes": ["A", "B", "C"], "side": 32, "margin": 4, "training": described}
    (tmp_path / "model.json").write_text(json.dumps(content))
    (tmp_path / "history.csv").write_text("phase,epoch\nhead,1\nfine_tune,2\n")
    card = card_of(tmp_path, few, {})
    assert "Oxford" in card and "CC BY 4.0" in card
    assert "`fine_tune` did not lower the loss, so the weights are those of `head`" in card
