"""Training: the networks of a recogniser, from what candidates look like.

Every epoch shows each candidate anew, turned, sheared, scaled and shifted a little, thicker or thinner, so that a
few thousand letters teach what letters may look like (Simard et al., "Best practices for convolutional neural
networks applied to visual document analysis", ICDAR 2003).
"""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from lettermill.align.features import CHUNK, SIDE, Looks
from lettermill.align.folds import FOLDS
from lettermill.align.network import Layer, Network

HIDDEN = (256, 128)
"""Units of the hidden layers."""

EPOCHS, RATE, DECAY = 20, 2e-3, 1e-3
"""Passes over the candidates, learning rate of the first (it falls evenly), and weight of the L2 penalty."""

TURN, SHEAR, SCALE, SHIFT = 8.0, 0.2, 0.12, 1.5
"""Most by which a picture is varied: degrees, share of its height, logarithm of a factor, pixels."""

THICKER, THINNER = 0.2, 0.2
"""Shares of the pictures whose strokes are made a pixel wider, or narrower."""

PLACE_SCALE = 0.1
"""Most by which the features of place are varied, as a share of them."""


def train(looks: Looks, targets: np.ndarray, folds: np.ndarray, classes: int, jobs: int) -> tuple[Network, ...]:
    """A network for every fold, each learnt from the candidates of the other folds.

    targets, folds: (n,) int, the class and the fold of each candidate. jobs: threads, which do not change the result.
    """
    networks = [
        MLPClassifier(HIDDEN, alpha=DECAY, batch_size=256, max_iter=1, warm_start=True, random_state=fold)
        for fold in range(FOLDS)
    ]

    def fit(fold: int, features: np.ndarray, number: int) -> None:
        rate = RATE * (1 - number / EPOCHS)
        networks[fold].set_params(learning_rate_init=rate, random_state=FOLDS * number + fold)
        networks[fold].fit(features[folds != fold], targets[folds != fold])

    with warnings.catch_warnings(), ThreadPoolExecutor(jobs) as threads:
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is chosen
        for number in range(EPOCHS):
            features = _in_chunks(looks, number, threads.map) if number else looks.features()
            list(threads.map(lambda fold: fit(fold, features, number), range(FOLDS)))  # noqa: B023
    return tuple(_network(network, classes) for network in networks)


def _in_chunks(looks: Looks, number: int, run: Callable) -> np.ndarray:
    """Features of the candidates as they look in epoch ``number``."""

    def chunk(first: int) -> np.ndarray:
        part = Looks(*(values[first : first + CHUNK] for values in looks))
        return vary(part, np.random.default_rng((number, first))).features()

    return np.concatenate(list(run(chunk, range(0, len(looks.places), CHUNK))))


def vary(looks: Looks, random: np.random.Generator) -> Looks:
    """``looks`` as other hands might have written them."""
    count = len(looks.places)
    turn = np.deg2rad(random.uniform(-TURN, TURN, count))
    shear = random.uniform(-SHEAR, SHEAR, count)
    scale = np.exp(random.uniform(-SCALE, SCALE, (2, count)))
    shift = random.uniform(-SHIFT, SHIFT, (count, 2))
    thickness = random.uniform(size=count)
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shaping = np.array([[scale[0], shear], [np.zeros(count), scale[1]]])
    linear = np.einsum("ijn,jkn->nik", turning, shaping)
    centre = np.full(2, (SIDE - 1) / 2)
    moves = np.concatenate([linear, (centre - linear @ centre + shift)[:, :, None]], axis=2)
    pictures = np.empty_like(looks.pictures)
    stroke = np.ones((2, 2), np.uint8)
    for index, (picture, move) in enumerate(zip(looks.pictures, moves, strict=True)):
        varied = cv2.warpAffine(picture, move, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        if thickness[index] < THICKER:
            varied = cv2.dilate(varied, stroke)
        elif thickness[index] > 1 - THINNER:
            varied = cv2.erode(varied, stroke)
        pictures[index] = varied
    places = looks.places * random.uniform(1 - PLACE_SCALE, 1 + PLACE_SCALE, (count, 1)).astype(np.float32)
    return Looks(pictures, places)


def _network(network: MLPClassifier, classes: int) -> Network:
    *inner, (weights, bias) = zip(network.coefs_, network.intercepts_, strict=True)
    if len(network.classes_) == 2:  # then there is one output, for the second class against the first
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.append(0.0, bias)
    # A class that the other folds do not have (only that of no letter can be) is as unlikely as can be.
    output, output_bias = np.zeros((len(weights), classes)), np.full(classes, -20.0)
    output[:, network.classes_], output_bias[network.classes_] = weights, bias
    layers = [*inner, (output, output_bias)]
    return Network(tuple(Layer(*(values.astype(np.float32) for values in layer)) for layer in layers))
