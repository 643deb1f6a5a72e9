"""Networks and their training in Keras, as far as that can be seen without training one for long."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
keras = pytest.importorskip("keras", reason="Keras is not installed (requirements-train.txt)")

from lettermill.base.errors import InputError  # noqa: E402
from lettermill.model.checkpoints import Checkpoints  # noqa: E402
from lettermill.model.distort import distort  # noqa: E402
from lettermill.model.fit import Training, run_phase, run_phases  # noqa: E402
from lettermill.model.letter_data import LetterData  # noqa: E402
from lettermill.model.networks import TUNED, Phase, cnn, set_trainable, vgg16_on_letters  # noqa: E402
from lettermill.model.training_batches import CALM, Batches, shares, strength  # noqa: E402


def letters(count: int) -> LetterData:
    random = np.random.default_rng(0)
    squares = random.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return LetterData(squares, np.arange(count) % 3, [Path(f"{number}.png") for number in range(count)])


def tiny() -> keras.Model:
    """A network that is trained in no time."""
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Rescaling(1 / 255), keras.layers.AveragePooling2D(7), keras.layers.Flatten()]
    return keras.Sequential([keras.Input((28, 28, 1)), *layers, keras.layers.Dense(3, "softmax", name="head_classes")])


def test_every_letter_comes_once_an_epoch_and_another_time_otherwise() -> None:
    batches = Batches(letters(10), classes=3, size=4, balance=0, seed=0, epochs=8)
    assert len(batches) == 3
    first = [batches[index] for index in range(3)]
    assert [len(squares) for squares, _ in first] == [4, 4, 2]
    assert sum(targets for _, targets in first for targets in targets).tolist() == [4, 3, 3]
    batches.epoch = 1
    assert not np.array_equal(batches[0][0], first[0][0])
    batches.epoch = 0
    assert all(np.array_equal(now, then) for now, then in zip(batches[2], first[2], strict=True))


def test_letters_of_rare_classes_come_more_often_as_far_as_balance_says() -> None:
    targets = np.repeat([0, 1], [90, 10])
    assert shares(targets, 0).tolist() == [1] * 100
    by_class = shares(targets, 1)
    assert np.isclose(by_class[:90].sum(), by_class[90:].sum()) and np.isclose(by_class.mean(), 1)
    assert np.isclose(shares(targets, 0.5)[-1] / shares(targets, 0.5)[0], 3)
    squares = np.zeros((100, 28, 28), np.uint8)
    batches = Batches(LetterData(squares, targets, []), classes=2, size=7, balance=1, seed=0, epochs=8)
    drawn = np.concatenate([batches[index][1] for index in range(len(batches))])
    assert len(drawn) == 100 and 45 <= drawn[:, 1].sum() <= 55


def test_letters_are_distorted_and_stay_inside() -> None:
    square = np.zeros((28, 28), np.uint8)
    square[6:22, 9:12] = square[18:22, 9:20] = 255
    distorted = distort(np.repeat(square[None], 60, 0), np.random.default_rng(0))
    assert distorted.shape == (60, 28, 28) and distorted.dtype == np.uint8
    assert len(np.unique(distorted.reshape(60, -1), axis=0)) == 60
    ink = (distorted > 127).sum(axis=(1, 2))
    assert ink.min() > 20 and ink.std() > 15
    assert np.array_equal(distorted, distort(np.repeat(square[None], 60, 0), np.random.default_rng(0)))


def test_letters_are_distorted_less_towards_the_end() -> None:
    assert [strength(epoch, 4) for epoch in range(4)] == pytest.approx([1, 1, 1 - (1 - CALM) / 2, CALM])
    assert strength(0, 1) == pytest.approx(CALM)
    square = np.zeros((28, 28), np.uint8)
    square[6:22, 9:12] = square[18:22, 9:20] = 255
    batches = Batches(LetterData(np.repeat(square[None], 60, 0), np.zeros(60, int), []), 1, 60, 0, 0, 8)

    def change() -> float:
        return float(np.abs(batches[0][0][..., 0] - square).mean())

    first = change()
    batches.epoch = 7
    assert change() < 0.8 * first


def test_a_network_gives_probabilities_of_the_classes() -> None:
    likely = cnn(28, 5).predict(letters(4).squares[..., None], verbose=0)
    assert likely.shape == (4, 5) and np.allclose(likely.sum(axis=1), 1, atol=1e-5)


def test_a_training_that_had_stopped_early_is_not_gone_on_with(tmp_path: Path) -> None:
    """Killed while its results were written, say."""
    training = Training("cnn", 50, 1, 8, 0.01, 0.5, 0, {})
    noise = {"train": letters(12), "validation": letters(9)._replace(targets=np.full(9, 2))}
    first, second = tiny(), tiny()
    history = run_phase(first, Phase("train", 50, 0.01), noise, training, tmp_path)
    assert 2 <= len(history) < 50
    assert run_phase(second, Phase("train", 50, 0.01), noise, training, tmp_path) == history
    for ours, theirs in zip(first.get_weights(), second.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


def test_without_validation_letters_every_epoch_is_run(tmp_path: Path) -> None:
    training = Training("cnn", 3, 1, 8, 0.01, 0.5, 0, {})
    parts = {"train": letters(12), "validation": letters(0)}
    assert len(run_phase(tiny(), Phase("train", 3, 0.01), parts, training, tmp_path)) == 3


def test_a_phase_that_ruins_a_network_leaves_it_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    training = Training("cnn", 2, 9, 8, 0.01, 0, 0, {})
    parts = {"train": letters(12), "validation": letters(12)}
    head, wild = Phase("head", 2, 0.01, ("head_",)), Phase("fine_tune", 2, 1e4)
    model = tiny()
    history, kept = run_phases(model, (head, wild), parts, training, tmp_path)
    assert [name for name, _ in history] == ["head", "head", "fine_tune", "fine_tune"] and kept == "head"
    assert "does not beat" in caplog.text and "keeping the weights of `head`" in caplog.text
    best = min(row["val_loss"] for name, row in history if name == "head")
    squares, targets = parts["validation"].squares[..., None] / 1.0, np.eye(3)[parts["validation"].targets]
    assert model.evaluate(squares, targets, verbose=0)[0] == pytest.approx(best, rel=1e-4)
    assert "fit: head: epoch 1 of 2: " in (said := capsys.readouterr().out) and "at most " in said
    gentle = Phase("fine_tune", 2, 1e-4, careful=True)
    assert run_phases(tiny(), (head, gentle), parts, training, tmp_path / "again")[1] == "fine_tune"


def test_a_resumed_phase_takes_no_epochs_from_the_next(tmp_path: Path) -> None:
    training = Training("cnn", 2, 9, 8, 0.01, 0, 0, {})
    parts = {"train": letters(12), "validation": letters(12)}
    head, fine = Phase("head", 2, 0.01, ("head_",)), Phase("fine_tune", 2, 1e-4, careful=True)
    run_phase(tiny(), head, parts, training, tmp_path)  # and then it is interrupted
    history, _ = run_phases(tiny(), (head, fine), parts, training, tmp_path)
    assert [name for name, _ in history] == ["head", "head", "fine_tune", "fine_tune"]


def no_link(source: Path, target: Path) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted", target)


@pytest.mark.parametrize("links", [True, False], ids=["hard-links", "no-hard-links"])
def test_the_best_weights_are_kept_on_any_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr("os.link", no_link)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    checkpoints = Checkpoints(tmp_path, Batches(letters(3), 3, 3, 0.5, 0, 1), None, "loss", lambda line: None)
    checkpoints.set_model(model)
    checkpoints.set_params({"epochs": 4})
    for epoch, loss in enumerate((3.0, 1.0, 2.0, 2.5)):
        model.set_weights([np.full((2, 1), loss), np.zeros(1)])
        checkpoints.on_epoch_end(epoch, {"loss": loss})
    checkpoints.load_best()
    assert model.get_weights()[0].tolist() == [[1.0], [1.0]]
    assert [row["loss"] for row in checkpoints.history] == [3.0, 1.0, 2.0, 2.5]


@pytest.mark.slow
def test_weights_of_vgg16_come_from_a_file_and_only_what_should_learns(tmp_path: Path) -> None:
    """The file is one as Keras fetches it, with random weights: the way from there is the same."""
    from keras.src.legacy.saving import legacy_h5_format

    random = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    import h5py

    path = tmp_path / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, random)
    model = vgg16_on_letters(32, 3, path)
    for layer in random.layers[1:]:
        for ours, theirs in zip(model.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True):
            assert np.array_equal(ours, theirs)
    set_trainable(model, ("head_",))
    assert {weight.path.split("/")[0] for weight in model.trainable_weights} == {
        "head_norm",
        "head_dense",
        "head_classes",
    }
    set_trainable(model, TUNED["last_block"])
    learning = {weight.path.split("/")[0] for weight in model.trainable_weights}
    assert learning == {"head_norm", "head_dense", "head_classes", *(f"block5_conv{number}" for number in (1, 2, 3))}
    assert model.predict(np.zeros((2, 32, 32, 1)), verbose=0).shape == (2, 3)


def test_without_its_weights_vgg16_says_what_to_get_and_where_to_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "weights.h5"
    broken.write_bytes(b"no weights")
    with pytest.raises(
        InputError, match=r"weights.h5\) cannot be loaded: .*\nDownload https://.*notop.h5 on .*`train: "
    ):
        vgg16_on_letters(32, 3, broken)
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody is there: as on a machine without a network
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    with pytest.raises(InputError, match=r"\(imagenet\) cannot be loaded: .*\nDownload https://"):
        vgg16_on_letters(32, 3, "imagenet")
