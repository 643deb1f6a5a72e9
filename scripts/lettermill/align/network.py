"""Networks: the probability of each letter for a candidate, by matrix products."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

FLOOR = 1e-6
"""Minimum probability of a class."""


class Layer(NamedTuple):
    """A dense layer. weights: (inputs, outputs) float32 values as float64, so that products need not convert them.
    bias: (outputs,) the same."""

    weights: np.ndarray
    bias: np.ndarray


class Network(NamedTuple):
    """A multilayer perceptron from features to classes, with rectified linear units."""

    layers: tuple[Layer, ...]

    def log_probabilities(self, features: np.ndarray) -> np.ndarray:
        """Log probabilities (n, classes) float64 of features (n, COUNT) float32."""
        # float64: rounding depends on the number of candidates, but stays far below the precision of a confidence.
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

    A letter that the recogniser has not learnt gets an equal share of the probability of being a letter.
    """
    columns = [letters.find(letter) for letter in word]
    scores: np.ndarray = log_probabilities.take(columns, axis=1)
    if -1 in columns:
        unknown = np.log1p(-np.minimum(np.exp(log_probabilities[:, -1]), 1 - FLOOR)) - np.log(len(letters))
        scores[:, np.array(columns) < 0] = unknown[:, None]
    return scores
