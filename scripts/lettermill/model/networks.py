"""The networks, in Keras: a small one of our own, and VGG16, which was trained on other images.

Both take letters as ``Preprocessing.squares`` makes them, (side, side, 1), and give probabilities of the classes.
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
"""Share of the values before each dense layer that is left out while training."""

HIDDEN = 128
"""Units of the dense layer before the last."""

MEANS = (103.939, 116.779, 123.68)
"""Blue, green and red of the images that VGG16 was trained on, on average: it is given differences from these."""

LAST_BLOCK = "block5"
"""The block of VGG16 that is trained too, once there is a head for it."""


class Phase(NamedTuple):
    """A part of the training. trainable: prefixes of the names of the layers that are trained; none: all are."""

    name: str
    epochs: int
    learning_rate: float
    trainable: tuple[str, ...] = ()


def cnn(side: int, classes: int) -> keras.Model:
    """Three blocks of convolutions and a dense layer, as LeCun et al. (Proc. IEEE 86(11), 1998), with what has come
    since: rectified linear units, batch normalisation, dropout."""
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

    weights: ``imagenet``, which Keras fetches; a file of such weights; or None, for random ones. Raises InputError
    that says what to get, and where to put it, when there are none.
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
    except Exception as error:  # of the network, of the file, of HDF5: Keras has no kind of its own for them
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
    # Layer by layer, so that the model is a flat one: its layers can be named, frozen and exported.
    for layer in base.layers[1:]:
        values = layer(values)
    return values


def _head(values: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    values = layers.Dropout(DROPPED, name="head_drop1")(values)
    values = layers.Dense(HIDDEN, activation="relu", name="head_dense")(values)
    values = layers.Dropout(DROPPED, name="head_drop2")(values)
    return layers.Dense(classes, activation="softmax", name="head_classes")(values)


def set_trainable(model: keras.Model, prefixes: Sequence[str]) -> None:
    """Train the layers whose names begin with one of ``prefixes``, and no others; all when there are none."""
    for layer in model.layers:
        layer.trainable = not prefixes or layer.name.startswith(tuple(prefixes))
    log.info("training %d of %d weights", sum(w.numpy().size for w in model.trainable_weights), model.count_params())
