"""The networks in Keras: a small CNN, and VGG16 with pretrained weights.

Both take the output of ``Preprocessing.squares`` as (letters, side, side, 1), and return probabilities of the classes.
"""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import keras
from keras import layers
from keras.src.applications import vgg16

from lettermill.base.errors import InputError

log = logging.getLogger(__name__)

DROPPED = 0.4
"""Dropout rate before each dense layer."""

HIDDEN = 128
"""Units of the hidden dense layer."""

MEANS = (103.939, 116.779, 123.68)
"""Mean blue, green and red of the images that VGG16 was trained on; they are subtracted from its input."""

TUNED = {"last_block": ("head_", "block5"), "all": ()}
"""Config ``train: {vgg16: {fine_tune: {layers}}}`` -> ``Phase.trainable``."""

IMAGENET = "d9a27cc1fc7f975ef8cff49180e794ccd7c4bc868ebb49740803b3bbaa8dbefd"
"""Digest of the ImageNet weights, see ``base_digest``."""

ORIGIN = (
    "ImageNet weights of VGG16 by the Visual Geometry Group, University of Oxford, as distributed by Keras "
    "Applications, licence CC BY 4.0"
)


class Phase(NamedTuple):
    """A phase of training.

    trainable: name prefixes of the layers to train; empty for all layers. careful: the learning rate rises from zero
    over the first epoch, and gradients are clipped, because large first steps ruin a network without normalisation.
    """

    name: str
    epochs: int
    learning_rate: float
    trainable: tuple[str, ...] = ()
    careful: bool = False


def cnn(side: int, classes: int) -> keras.Model:
    """A CNN of three convolutional blocks and a dense layer, after LeCun et al. (Proc. IEEE 86(11), 1998), with
    rectified linear units, batch normalisation and dropout."""
    squares = keras.Input((side, side, 1), name="letters")
    values = layers.Rescaling(1 / 255, name="scale")(squares)
    for number, filters in enumerate([(32,), (64, 64), (128,)], start=1):
        for place, count in enumerate(filters, start=1):
            name = f"block{number}_conv{place}"
            values = layers.Conv2D(count, 3, padding="same", use_bias=False, name=name)(values)
            values = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(values)
            values = layers.Activation("relu", name=f"{name}_relu")(values)
        values = layers.MaxPooling2D(name=f"block{number}_pool")(values)
    values = layers.Flatten(name="flatten")(values)
    return keras.Model(squares, _head(values, classes), name="cnn")


def vgg16_on_letters(side: int, classes: int, weights: str | Path | None) -> keras.Model:
    """VGG16 (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", ICLR 2015)
    without its top, with a head for letters.

    weights: ``imagenet``, which Keras downloads; a file of such weights; or None for random weights. Raises InputError
    if the weights cannot be loaded.
    """
    squares = keras.Input((side, side, 1), name="letters")
    dark_on_light = layers.Rescaling(-1.0, offset=255.0, name="paper")(squares)
    channels = [layers.Rescaling(1.0, offset=-mean, name=f"channel{i}")(dark_on_light) for i, mean in enumerate(MEANS)]
    coloured = layers.Concatenate(name="colours")(channels)
    values = layers.GlobalAveragePooling2D(name="average")(_base(coloured, side, weights))
    # The features have means and variances of their own: without this, the head learns slowly.
    values = layers.BatchNormalization(momentum=0.9, name="head_norm")(values)
    return keras.Model(squares, _head(values, classes), name="vgg16_on_letters")


def _base(coloured: keras.KerasTensor, side: int, weights: str | Path | None) -> keras.KerasTensor:
    try:
        base = keras.applications.VGG16(include_top=False, weights=str(weights) if weights else None,
                                        input_shape=(side, side, 3))  # fmt: skip
    except Exception as error:  # errors of the network, the file or HDF5: Keras has no common class for them
        if weights is None:
            raise
        url = vgg16.WEIGHTS_PATH_NO_TOP
        raise InputError(
            f"The weights of VGG16 ({weights}) cannot be loaded: {error}\n"
            f"Download {url} on a machine with internet access, put the file beside your config, and set "
            f"`train: {{vgg16: {{weights: {url.rpartition('/')[2]}}}}}`. "
            "`train: {model: cnn}` needs no weights; `weights: none` trains VGG16 from random ones."
        ) from error
    values = coloured
    # Layer by layer, to get a flat model, whose layers can be named, frozen and exported.
    for layer in base.layers[1:]:
        values = layer(values)
    return values


def _head(values: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    values = layers.Dropout(DROPPED, name="head_drop1")(values)
    values = layers.Dense(HIDDEN, activation="relu", name="head_dense")(values)
    values = layers.Dropout(DROPPED, name="head_drop2")(values)
    return layers.Dense(classes, activation="softmax", name="head_classes")(values)


def base_digest(model: keras.Model) -> str:
    """SHA-256 of the values of VGG16's convolutions in ``model``, whatever file they come from."""
    digest = hashlib.sha256()
    for layer in model.layers:
        if layer.name.startswith("block"):
            for values in layer.get_weights():
                digest.update(values.astype("<f4").tobytes())
    return digest.hexdigest()


def set_trainable(model: keras.Model, prefixes: Sequence[str]) -> None:
    """Make only the layers trainable whose names begin with one of ``prefixes``; all layers if there are none."""
    for layer in model.layers:
        layer.trainable = not prefixes or layer.name.startswith(tuple(prefixes))
    log.info("training %d of %d weights", sum(w.numpy().size for w in model.trainable_weights), model.count_params())
