"""The networks in Keras: a small CNN, and VGG16 with pretrained weights.

Both take the output of ``Preprocessing.squares`` as (letters, side, side, 1), and return probabilities of the classes.
"""

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

LAST_BLOCK = "block5"
"""The block of VGG16 that is fine-tuned after the head has been trained."""


class Phase(NamedTuple):
    """A phase of training. trainable: name prefixes of the layers to train; empty for all layers."""

    name: str
    epochs: int
    learning_rate: float
    trainable: tuple[str, ...] = ()


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
            "To train from random weights instead, set `weights: none`."
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


def set_trainable(model: keras.Model, prefixes: Sequence[str]) -> None:
    """Make only the layers trainable whose names begin with one of ``prefixes``; all layers if there are none."""
    for layer in model.layers:
        layer.trainable = not prefixes or layer.name.startswith(tuple(prefixes))
    log.info("training %d of %d weights", sum(w.numpy().size for w in model.trainable_weights), model.count_params())
