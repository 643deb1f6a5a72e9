"""Networks: how likely a candidate is each letter, as plain matrix products."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

FLOOR = 1e-6
"""Least probability of a class: no candidate is impossible."""


class Layer(NamedTuple):
    """weights: (inputs, outputs) float32. bias: (outputs,) float32."""

    weights: np.ndarray
    bias: np.ndarray


class Network(NamedTuple):
    """A multilayer perceptron from features to classes, with rectified linear units in between."""

    layers: tuple[Layer, ...]

    def log_probabilities(self, features: np.ndarray) -> np.ndarray:
        """(n, features) float32 to (n, classes) float64."""
        # float64: what rounding differs with the number of candidates is far below what is kept of a confidence.
        values = features.astype(np.float64)
        *inner, last = self.layers
        for layer in inner:
            values = np.maximum(values @ layer.weights + layer.bias, 0)
        logits = values @ last.weights + last.bias
        logits -= logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        log_probabilities: np.ndarray = np.log(np.maximum(probabilities, FLOOR))
        return log_probabilities


def letter_scores(log_probabilities: np.ndarray, letters: str, word: Sequence[str]) -> np.ndarray:
    """(candidates, letters + 1) log probabilities to (candidates, positions of ``word``).

    A letter that the recogniser has not learnt gets an even share of what is left to letters.
    """
    index = {letter: position for position, letter in enumerate(letters)}
    unknown = np.log1p(-np.minimum(np.exp(log_probabilities[:, -1]), 1 - FLOOR)) - np.log(len(letters))
    columns = [log_probabilities[:, index[letter]] if letter in index else unknown for letter in word]
    return np.stack(columns, axis=1)
