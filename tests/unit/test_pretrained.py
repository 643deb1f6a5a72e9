"""What training needs is said before anything is made."""

from pathlib import Path

import pytest

from lettermill.base.errors import InputError
from lettermill.fetch import pretrained
from lettermill.fetch.pretrained import HDF5, check_weights, downloaded_to, training_lines


@pytest.fixture(autouse=True)
def _no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "URL", "http://127.0.0.1:9/vgg16_notop.h5")  # nobody is there
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def test_the_url_is_that_of_keras() -> None:
    vgg16 = pytest.importorskip("keras.src.applications.vgg16", reason="Keras is not installed")
    assert vgg16.WEIGHTS_PATH_NO_TOP.endswith("/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5")


def test_weights_that_cannot_be_had_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"9/vgg16_notop\.h5 cannot be reached \(ConnectionError\)\.\nDownload .*cnn"):
        check_weights("imagenet")
    (tmp_path / "mine.h5").write_text("<html>")
    with pytest.raises(InputError, match=r"mine\.h5 is not an HDF5 file\.\nDownload http.*: vgg16_notop\.h5}}`\. `tra"):
        check_weights(tmp_path / "mine.h5")


def test_weights_that_are_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "mine.h5").write_bytes(HDF5)
    check_weights(tmp_path / "mine.h5")
    check_weights(None)
    downloaded_to().parent.mkdir(parents=True)
    downloaded_to().write_bytes(HDF5)
    check_weights("imagenet")


def test_validate_says_what_is_missing() -> None:
    lines = list(training_lines("vgg16", "imagenet", ["onnx"]))
    assert lines[:3] == [
        "\nTraining (target `train`): model vgg16",
        "           Not installed: onnx. Install what training needs:",
        "           pip install -r requirements-train.txt -c constraints.txt",
    ]
    assert "cannot be reached" in lines[3] and "model: cnn" in lines[-1]
    assert list(training_lines("cnn", None, [])) == [
        "\nTraining (target `train`): model cnn; its packages are installed"
    ]
    assert list(training_lines("vgg16", None, []))[1] == "           The weights (none) are there."
