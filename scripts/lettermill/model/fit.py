"""Fit: train a network on the letters of a dataset, and write it down for Keras and for everybody else."""

import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # it greets with warnings

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
"""Pixels of the squares that our own network is given, as in MNIST."""

MARGIN_SHARE = 7
"""The margin of a square is its side by that: 4 of 28, as in MNIST."""

SMOOTHING = 0.05
"""Share of a label's certainty that is spread over all classes: some labels are wrong."""

DECAY = 1e-3
"""Weight decay."""

THREADS = 4
"""Of TensorFlow, whatever the machine has: sums in another number of parts differ in their last digits, and so do
all weights after them."""


class Training(NamedTuple):
    """How to train; every value comes from config ``train``, whose schema describes it."""

    model: str
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    balance: float
    seed: int
    vgg16: Mapping


class Outputs(NamedTuple):
    """Where the results go."""

    keras: Path
    onnx: Path
    preprocessing: Path
    history: Path
    curves: Path


def fit(metadata: Path, training: Training, weights: str | Path | None, code: str, work: Path, output: Outputs) -> None:
    """Train a model on the dataset whose table of letters is ``metadata``, the part ``train`` of its split.

    weights: see ``vgg16_on_letters``. work: a folder for checkpoints; when it has some of a training with the same
    letters, settings and ``code``, that one is gone on with. Raises InputError when there is too little to train on.
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
    """The network that is wanted, and how it is trained."""
    if training.model == "cnn":
        return cnn(side, classes), (Phase("train", training.epochs, training.learning_rate),)
    head = Phase("head", training.epochs, training.learning_rate, ("head_",))
    tuned = training.vgg16["fine_tune"]
    both = Phase("fine_tune", tuned["epochs"], tuned["learning_rate"], ("head_", LAST_BLOCK))
    return vgg16_on_letters(side, classes, weights), (head, both) if both.epochs else (head,)


def run_phase(
    model: keras.Model, phase: Phase, parts: Mapping[str, LetterData], training: Training, folder: Path
) -> list[dict[str, float]]:
    """Train ``model`` as ``phase`` says; it is left with the best weights. Returns the history, a row an epoch.

    parts: ``train``, and ``validation``, which may have no letters: then all epochs are run. folder: for checkpoints;
    what is there is gone on with.
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
        shuffle=False,  # the batches come shuffled, in a way that does not depend on what came before
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
    """Checkpoints of other trainings are of no use any more."""
    for path in work.glob("*"):
        if path != folder:
            shutil.rmtree(path)
    if folder.exists():
        log.info("found checkpoints of this training")
