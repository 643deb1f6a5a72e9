"""Fit: train a network on the letters of a dataset, and write it in the Keras format and as ONNX."""

import hashlib
import logging
import math
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # suppress its warnings at start
# TensorFlow uses oneDNN by default on some processors only. Fine-tuning VGG16 takes a third of the time with it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import tensorflow as tf

from lettermill.base.errors import InputError
from lettermill.model.checkpoints import Checkpoints
from lettermill.model.classifier import Preprocessing
from lettermill.model.keras_files import save_keras, save_onnx
from lettermill.model.letter_data import LetterData, labels_of, load_dataset, write_table
from lettermill.model.networks import IMAGENET, ORIGIN, TUNED, Phase, base_digest, cnn, set_trainable, vgg16_on_letters
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

LONGEST_STEP = 1.0
"""Norm that gradients are clipped to in careful phases."""

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
    initial = _describe(model, training, weights)
    history, kept = run_phases(model, phases, parts, training, folder)
    preprocessing.save(output.preprocessing, {"initial_weights": initial, "weights_of_phase": kept})
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
    network, settings = vgg16_on_letters(side, classes, weights), training.vgg16
    tuned = settings["fine_tune"]
    if weights is None:
        return network, (Phase("train", training.epochs, tuned["learning_rate"], careful=True),)
    head = Phase("head", settings["head"]["epochs"], training.learning_rate, ("head_",))
    fine = Phase("fine_tune", tuned["epochs"], tuned["learning_rate"], TUNED[tuned["layers"]], careful=True)
    return network, (head, fine) if fine.epochs else (head,)


def _describe(model: keras.Model, training: Training, weights: str | Path | None) -> str:
    """What ``model`` starts from, for the log and the model card."""
    if training.model == "cnn" or weights is None:
        return "random"
    digest = base_digest(model)
    name = weights.name if isinstance(weights, Path) else weights
    if digest == IMAGENET:
        text = f"{ORIGIN} (SHA-256 of their values: {digest})"
        log.info("initial weights: %s", text)
    else:
        text = (
            f"`{name}` (SHA-256 of the values: {digest}), which are not the ImageNet weights of VGG16 that Keras "
            "Applications distributes; their origin and licence are not known to Lettermill"
        )
        log.warning("initial weights: %s", text)
    return text


def run_phases(
    model: keras.Model, phases: Sequence[Phase], parts: Mapping[str, LetterData], training: Training, folder: Path
) -> tuple[list[tuple[str, dict[str, float]]], str]:
    """Train ``model`` for ``phases``, see ``run_phase``; no phase leaves it worse than it found it.

    Returns the history, (phase, row) of every epoch, and the name of the phase whose weights were kept.
    """
    history: list[tuple[str, dict[str, float]]] = []
    best, kept = math.inf, phases[0].name
    for number, phase in enumerate(phases):
        before = model.get_weights()
        rows = run_phase(model, phase, parts, training, folder)
        history += [(phase.name, row) for row in rows]
        monitor = monitor_of(parts)
        value = min(row[monitor] for row in rows)
        if number and not value < best:  # NaN is not
            log.warning("%s: %s %s does not beat %s: keeping the weights of `%s`", phase.name, monitor, f"{value:.4f}",
                        f"{best:.4f}", kept)  # fmt: skip
            model.set_weights(before)
        else:
            best, kept = value, phase.name
    return history, kept


def monitor_of(parts: Mapping[str, LetterData]) -> str:
    """The metric to minimise: the loss on the split ``validation``, on ``train`` if that is empty."""
    return "val_loss" if len(parts["validation"].targets) else "loss"


def run_phase(
    model: keras.Model, phase: Phase, parts: Mapping[str, LetterData], training: Training, folder: Path
) -> list[dict[str, float]]:
    """Train ``model`` for one phase, and load its best weights. Returns the history, one row per epoch.

    parts: the splits ``train`` and ``validation``. If the latter is empty, there is no early stopping. folder: for
    checkpoints; an interrupted phase is resumed.
    """
    classes = model.output_shape[1]
    set_trainable(model, phase.trainable)
    batches = Batches(parts["train"], classes, training.batch_size, training.balance, training.seed, phase.epochs)
    warm_up = len(batches) if phase.careful and phase.epochs > 1 else 0
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else phase.learning_rate,
        phase.epochs * len(batches) - warm_up,
        warmup_target=phase.learning_rate if warm_up else None,
        warmup_steps=warm_up,
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(
            rate, weight_decay=DECAY, global_clipnorm=LONGEST_STEP if phase.careful else None
        ),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=SMOOTHING),
        metrics=["accuracy"],
    )
    validation, monitor, stopping = None, monitor_of(parts), None
    held = parts["validation"]
    if len(held.targets):
        squares = held.squares[..., None].astype("float32")
        validation = (squares, keras.utils.to_categorical(held.targets, classes))
        stopping = keras.callbacks.EarlyStopping(monitor, patience=training.patience, mode="min")
    checkpoints = Checkpoints(
        folder / phase.name, batches, stopping, monitor, lambda line: _say(f"{phase.name}: {line}")
    )
    model.fit(
        batches,
        epochs=phase.epochs,
        shuffle=False,  # the batches are shuffled already, by epoch
        validation_data=validation,
        callbacks=[*([stopping] if stopping else []), checkpoints],
        verbose=1 if sys.stdout.isatty() else 0,
    )
    checkpoints.load_best()
    return checkpoints.history


def _say(line: str) -> None:
    log.info(line)
    print(f"fit: {line}", flush=True)


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
