"""Training the networks of a recogniser on candidates.

Each epoch augments each candidate differently.
"""

import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from lettermill.align.features import Appearance
from lettermill.align.folds import FOLDS
from lettermill.align.network import Layer, Network
from lettermill.image.augment import augment

HIDDEN = (256, 128)
"""Neurons of the hidden layers."""

STEPS, BATCH = 60, (64, 256)
"""Number of steps per epoch, as far as the examples per step can be within these limits. Few examples need as many
steps as many do; larger steps take less time."""

EPOCHS, RATE, DECAY = 20, 2e-3, 1e-3
"""Number of epochs, initial learning rate (it decreases linearly), and weight of the L2 penalty."""

CHUNK = 256
"""Candidates that are augmented at a time, with random numbers of their own."""

PLACE_SCALE = 0.1
"""Maximum variation of the place features, as a share of them."""


def train(
    appearance: Appearance, targets: np.ndarray, folds: np.ndarray, classes: int, jobs: int
) -> tuple[Network, ...]:
    """Train a network for every fold on the candidates of the other folds.

    targets, folds: (n,) int, class and fold of each candidate. jobs: threads; they do not change the result.
    """
    smallest, largest = BATCH
    batch = min(max(smallest, len(targets) // STEPS), largest, len(targets) // 2)
    networks = [
        MLPClassifier(
            HIDDEN,
            alpha=DECAY,
            batch_size=batch,
            max_iter=1,
            warm_start=True,
            random_state=fold,
        )
        for fold in range(FOLDS)
    ]

    def fit(fold: int, features: np.ndarray, number: int) -> None:
        rate = RATE * (1 - number / EPOCHS)
        networks[fold].set_params(learning_rate_init=rate, random_state=FOLDS * number + fold)
        networks[fold].fit(features[folds != fold], targets[folds != fold])

    with warnings.catch_warnings(), ThreadPoolExecutor(jobs) as threads:
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is fixed
        for number in range(EPOCHS):
            features = _in_chunks(appearance, number, threads.map) if number else appearance.features()
            list(threads.map(lambda fold: fit(fold, features, number), range(FOLDS)))  # noqa: B023
    return tuple(_network(network, classes) for network in networks)


def _in_chunks(appearance: Appearance, number: int, run: Callable) -> np.ndarray:
    """Features of the candidates, augmented for epoch ``number``."""

    def chunk(first: int) -> np.ndarray:
        part = Appearance(*(values[first : first + CHUNK] for values in appearance))
        return augment_appearance(part, np.random.default_rng((number, first))).features()

    return np.concatenate(list(run(chunk, range(0, len(appearance.places), CHUNK))))


def augment_appearance(appearance: Appearance, random: np.random.Generator) -> Appearance:
    """``appearance``, augmented at random."""
    pictures = augment(appearance.pictures, random)
    places = appearance.places * random.uniform(1 - PLACE_SCALE, 1 + PLACE_SCALE, (len(pictures), 1)).astype(np.float32)
    return Appearance(pictures, places)


def _network(network: MLPClassifier, classes: int) -> Network:
    *inner, (weights, bias) = zip(network.coefs_, network.intercepts_, strict=True)
    if len(network.classes_) == 2:  # there is only one output: the second class against the first
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.append(0.0, bias)
    # A class that the other folds lack (this can only be the class for no letter) gets a very low probability.
    output, output_bias = np.zeros((len(weights), classes)), np.full(classes, -20.0)
    output[:, network.classes_], output_bias[network.classes_] = weights, bias
    layers = [*inner, (output, output_bias)]
    return Network(
        tuple(Layer(*(values.astype(np.float32).astype(np.float64) for values in layer)) for layer in layers)
    )
