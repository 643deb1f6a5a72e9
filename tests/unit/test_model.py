"""What a model is trained and tested with, without any training."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.model.classifier import Preprocessing, load_classifier, load_preprocessing
from lettermill.model.evaluate import names_of
from lettermill.model.letter_data import NO_CLASS, load_folder
from lettermill.model.metrics import accuracy, by_class, confusion, share_of


def test_metrics_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    targets, chosen = random.integers(0, 4, (2, 300))
    counts = confusion(targets, chosen, 4)
    assert (counts == confusion_matrix(targets, chosen)).all()
    assert accuracy(counts).value == (targets == chosen).mean()
    precision, recall, f1, letters = precision_recall_fscore_support(targets, chosen)
    for number, found in enumerate(by_class(counts, ("A", "B", "C", "D"))):
        assert np.allclose(
            [found.precision.value, found.recall.value, found.f1.value], [precision[number], recall[number], f1[number]]
        )
        assert found.recall.total == letters[number]
        assert found.f1.low < found.f1.value < found.f1.high


@pytest.mark.parametrize(("hits", "total"), [(0, 7), (7, 7), (1, 3), (970, 1000)])
def test_intervals_are_those_of_scipy(hits: int, total: int) -> None:
    share, known = share_of(hits, total), binomtest(hits, total).proportion_ci(method="wilson")
    assert np.allclose(share[:3], [hits / total, known.low, known.high], atol=1e-6)


def test_of_nothing_there_is_no_share() -> None:
    assert np.isnan(share_of(0, 0).value)
    assert share_of(0, 0)[1:] == (0.0, 1.0, 0)


def test_letters_of_no_class_are_not_counted() -> None:
    assert confusion(np.array([0, NO_CLASS, 1]), np.array([0, 1, 0]), 2).tolist() == [[1, 0], [1, 0]]


def letter() -> np.ndarray:
    """An L, dark on light."""
    image = np.full((20, 14), 240, np.uint8)
    image[2:18, 2:5] = image[15:18, 2:12] = 30
    return image


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def test_folders_from_elsewhere_may_be_light_on_dark(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"dark/L/{number}.png", letter())
        write(tmp_path / f"light/L/{number}.png", 255 - letter())
    dark, light = (load_folder(tmp_path / name, ("I", "L"), 28, 4) for name in ("dark", "light"))
    assert dark.targets.tolist() == [1, 1, 1]
    assert dark.squares.any() and (dark.squares == light.squares).all()


def test_labels_that_are_no_class_are_told_apart_and_other_files_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "Ä/1.png", letter())
    write(tmp_path / "L/1.png", letter())
    (tmp_path / "L/notes.txt").write_text("mine")
    (tmp_path / "README").write_text("mine")
    found = load_folder(tmp_path, ("I", "L"), 28, 4)
    assert dict(zip((path.parent.name for path in found.files), found.targets.tolist(), strict=True)) == {
        "L": 1, "Ä": NO_CLASS,
    }  # fmt: skip


def test_a_folder_without_letters_is_an_error_that_says_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "L").mkdir()
    with pytest.raises(InputError, match=r"contains no letter images\. Put the images of each letter into a subfolder"):
        load_folder(tmp_path, ("L",), 28, 4)


def test_sets_of_the_same_name_get_numbers() -> None:
    assert names_of([Path("a/mine"), Path("b/mine"), Path("test"), Path("c/mine")]) == [
        "mine", "mine_2", "test_2", "mine_3",
    ]  # fmt: skip


def test_what_a_model_needs_to_know_is_kept(tmp_path: Path) -> None:
    known = Preprocessing(("A", "É"), 28, 4)
    known.save(tmp_path / "model.json")
    assert load_preprocessing(tmp_path / "model.json") == known
    assert known.squares([letter(), letter()[:9]]).shape == (2, 28, 28)
    assert known.squares([]).shape == (0, 28, 28)


@pytest.mark.parametrize("content", ["", "[]", '{"format": 0}', '{"format": 1, "classes": ["A"]}'])
def test_a_file_that_describes_no_model_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(
        CorruptedFileError, match=r"model.json cannot be read as the description of a model: .*Rerun the rule `fit`"
    ):
        load_preprocessing(tmp_path / "model.json")


def test_a_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(CorruptedFileError, match=r"model.onnx cannot be read as an ONNX model: .*Rerun the rule `fit`"):
        load_classifier(tmp_path / "model.onnx", tmp_path / "model.json")
