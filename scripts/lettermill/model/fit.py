"""Fit: train a network on the letters of a dataset, and write it in the Keras format and as ONNX."""

import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # suppress its warnings at start

import keras
import tensorflow as tf

from lettermill.base.errors import InputError
from lettermill.model.checkpoints import Checkpoints
from lettermill.model.classifier import Preprocessing
from lettermill.model.keras_files import save_keras, save_onnx
from lettermill.model.letter_data import LetterData, labels_of, load_dataset, write_table
from lettermill.model.networks import LAST_BLOCK, Phase, cnn, set_trainable, vgg16_on_letters
from lettermill.model.training_batches import Batches
from lettermill.model.training_plots import draw_curves

log = logging.getLogger(__name__)

SIDE = 28
"""Side in pixels of the inputs of the `cnn` model, as in MNIST."""

MARGIN_SHARE = 7
"""Side of an input divided by its margin: 28 / 4, as in MNIST."""

SMOOTHING = 0.05
"""Label smoothing, because some labels are wrong."""

DECAY = 1e-3
"""Weight decay."""

THREADS = 4
"""Number of threads of TensorFlow, the same on every machine: sums over another number of threads differ in their last
digits, and therefore all weights do."""


class Training(NamedTuple):
    """The values of config ``train``, described in its schema."""

    model: str
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    balance: float
    seed: int
    vgg16: Mapping


class Outputs(NamedTuple):
    """The files to write."""

    keras: Path
    onnx: Path
    preprocessing: Path
    history: Path
    curves: Path


def fit(metadata: Path, training: Training, weights: str | Path | None, code: str, work: Path, output: Outputs) -> None:
    """Train a model on the ``train`` split of the dataset with the table of letters ``metadata``.

    weights: see ``vgg16_on_letters``. work: folder for checkpoints. If it has checkpoints of a training with the same
    letters, settings and ``code``, that training is resumed. Raises InputError if the split has fewer than two classes.
    """
    side = SIDE if training.model == "cnn" else training.vgg16["side"]
    preprocessing = Preprocessing(labels_of(metadata), side, side // MARGIN_SHARE)
    classes = len(preprocessing.classes)
    parts = load_dataset(metadata, preprocessing.classes, side, preprocessing.margin, ("train", "validation"))
    trained_on = len(set(parts["train"].targets.tolist()))
    if trained_on < 2:
        raise InputError(
            f"{metadata}: the split `train` contains {trained_on} of the at least two classes that a classifier "
            "needs. Add rows, or change config `split`."
        )
    log.info(", ".join(f"{len(letters.targets)} letters in {part}" for part, letters in parts.items()))
    folder = work / _digest(metadata, training, weights, code, parts)
    _remove_others(work, folder)
    _be_deterministic(training.seed)
    model, phases = _model(training, side, classes, weights)
    history = []
    for phase in phases:
        history += [(phase.name, row) for row in run_phase(model, phase, parts, training, folder)]
    preprocessing.save(output.preprocessing)
    save_keras(model, output.keras)
    save_onnx(model, output.onnx)
    names = list(history[0][1])
    rows = [(name, number, *row.values()) for number, (name, row) in enumerate(history, start=1)]
    write_table(output.history, ["phase", "epoch", *names], rows)
    draw_curves(history, output.curves)
    shutil.rmtree(work)


def _model(
    training: Training, side: int, classes: int, weights: str | Path | None
) -> tuple[keras.Model, tuple[Phase, ...]]:
    """The network to train, and the phases of its training."""
    if training.model == "cnn":
        return cnn(side, classes), (Phase("train", training.epochs, training.learning_rate),)
    head = Phase("head", training.epochs, training.learning_rate, ("head_",))
    tuned = training.vgg16["fine_tune"]
    both = Phase("fine_tune", tuned["epochs"], tuned["learning_rate"], ("head_", LAST_BLOCK))
    return vgg16_on_letters(side, classes, weights), (head, both) if both.epochs else (head,)


def run_phase(
    model: keras.Model, phase: Phase, parts: Mapping[str, LetterData], training: Training, folder: Path
) -> list[dict[str, float]]:
    """Train ``model`` for one phase, and load its best weights. Returns the history, one row per epoch.

    parts: the splits ``train`` and ``validation``. If the latter is empty, there is no early stopping. folder: for
    checkpoints; an interrupted phase is resumed.
    """
    classes = model.output_shape[1]
    set_trainable(model, phase.trainable)
    batches = Batches(parts["train"], classes, training.batch_size, training.balance, training.seed)
    steps = phase.epochs * len(batches)
    model.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(phase.learning_rate, steps), weight_decay=DECAY
        ),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=SMOOTHING),
        metrics=["accuracy"],
    )
    validation, monitor, stopping = None, "loss", None
    held = parts["validation"]
    if len(held.targets):
        squares = held.squares[..., None].astype("float32")
        validation, monitor = (squares, keras.utils.to_categorical(held.targets, classes)), "val_loss"
        stopping = keras.callbacks.EarlyStopping(monitor, patience=training.patience, mode="min")
    checkpoints = Checkpoints(
        folder / phase.name, batches, stopping, monitor, lambda line: log.info("%s: %s", phase.name, line)
    )
    model.fit(
        batches,
        epochs=phase.epochs,
        shuffle=False,  # the batches are shuffled already, by epoch
        validation_data=validation,
        callbacks=[*([stopping] if stopping else []), checkpoints],
        verbose=1 if sys.stdout.isatty() else 2,
    )
    checkpoints.load_best()
    return checkpoints.history


def _be_deterministic(seed: int) -> None:
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    if tf.config.threading.get_intra_op_parallelism_threads() != THREADS:
        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def _digest(
    metadata: Path, training: Training, weights: str | Path | None, code: str, parts: Mapping[str, LetterData]
) -> str:
    digest = hashlib.sha256(f"{training} {weights} {code}".encode())
    for file in (metadata, weights):
        if isinstance(file, Path):
            digest.update(file.read_bytes())
    for letters in parts.values():
        digest.update(letters.squares.tobytes())
    return digest.hexdigest()[:16]


def _remove_others(work: Path, folder: Path) -> None:
    """Delete the checkpoints of other trainings."""
    for path in work.glob("*"):
        if path != folder:
            shutil.rmtree(path)
    if folder.exists():
        log.info("found checkpoints of this training")
