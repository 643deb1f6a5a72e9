"""The recogniser: how likely a candidate is each letter, and how sure an aligned letter is.

Three small neural networks and a logistic regression, as plain matrix products. Rows are dealt
into three folds by their id, and a row is only ever judged by the network that has not learnt from its fold: a
wrong transcription cannot vouch for itself, and confidences mean the same for old rows and for new ones.
"""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.errors import CorruptedFileError
from lettermill.files import write_bytes

FOLDS = 3

FLOOR = 1e-6
"""Least probability of a class: no candidate is impossible."""

FORMAT = 2
"""Of the file; other formats are not read."""


class Layer(NamedTuple):
    """weights: (inputs, outputs) float32. bias: (outputs,) float32."""

    weights: np.ndarray
    bias: np.ndarray


class Network(NamedTuple):
    """A multilayer perceptron from features to classes, with rectified linear units in between."""

    layers: tuple[Layer, ...]

    def log_probabilities(self, features: np.ndarray) -> np.ndarray:
        """(n, features) float32 to (n, classes) float64."""
        # float64: sums must not depend on how many rows there are in a batch.
        values = features.astype(np.float64)
        *inner, last = self.layers
        for layer in inner:
            values = np.maximum(values @ layer.weights + layer.bias, 0)
        logits = values @ last.weights + last.bias
        logits -= logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        return np.log(np.maximum(probabilities, FLOOR))


class Confidence(NamedTuple):
    """A logistic regression from the evidence for an aligned letter to the probability that it is right."""

    weights: np.ndarray  # (evidence,) float64
    bias: float

    def of(self, evidence: np.ndarray) -> np.ndarray:
        """(n, evidence) float64 to (n,) probabilities, rounded to 4 places."""
        return np.round(1 / (1 + np.exp(-(evidence @ self.weights + self.bias))), 4)


@dataclass(frozen=True)
class Recogniser:
    """letters: the classes of the networks; one more class stands for what is no letter.
    networks: one for each fold, each learnt from the other folds."""

    letters: str
    networks: tuple[Network, ...]
    confidence: Confidence

    def log_probabilities(self, features: np.ndarray, row_id: str) -> np.ndarray:
        """How likely candidates of the row are each class: (n, features) float32 to (n, letters + 1) float64."""
        return self.networks[fold_of(row_id)].log_probabilities(features)

    def save(self, path: Path) -> None:
        """Write the recogniser to ``path``, the same bytes for the same recogniser."""
        arrays = {"format": np.array(FORMAT), "letters": np.array(self.letters), "weights": self.confidence.weights}
        arrays["bias"] = np.array(self.confidence.bias)
        arrays["layers"] = np.array(len(self.networks[0].layers) if self.networks else 0)
        for fold, network in enumerate(self.networks):
            for number, layer in enumerate(network.layers):
                arrays |= {f"{name}{fold}.{number}": values for name, values in layer._asdict().items()}
        content = io.BytesIO()
        np.savez_compressed(content, **arrays)
        write_bytes(path, content.getvalue())


def load(path: Path) -> Recogniser | None:
    """The recogniser in the file ``path``; None when it says that none could be learnt."""
    try:
        with np.load(path) as arrays:
            if int(arrays["format"]) != FORMAT:
                raise ValueError("another version has written it")
            letters = str(arrays["letters"])
            if not letters:
                return None
            networks = tuple(
                Network(
                    tuple(
                        Layer(*(arrays[f"{name}{fold}.{number}"] for name in Layer._fields))
                        for number in range(int(arrays["layers"]))
                    )
                )
                for fold in range(FOLDS)
            )
            return Recogniser(letters, networks, Confidence(arrays["weights"], float(arrays["bias"])))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CorruptedFileError(f"{path} is no recogniser: {error}. Learn again: snakemake -R learn.") from error


def nothing_learnt(path: Path) -> None:
    """Write to ``path`` that no recogniser could be learnt."""
    Recogniser("", (), Confidence(np.zeros(0), 0.0)).save(path)


def fold_of(row_id: str) -> int:
    """The fold of a row, by its id alone."""
    return hashlib.sha256(f"fold {row_id}".encode()).digest()[0] % FOLDS


def letter_scores(log_probabilities: np.ndarray, letters: str, word: Sequence[str]) -> np.ndarray:
    """(candidates, letters + 1) log probabilities to (candidates, positions of ``word``).

    A letter that the recogniser has not learnt gets an even share of what is left to letters.
    """
    index = {letter: position for position, letter in enumerate(letters)}
    unknown = np.log1p(-np.minimum(np.exp(log_probabilities[:, -1]), 1 - FLOOR)) - np.log(len(letters))
    columns = [log_probabilities[:, index[letter]] if letter in index else unknown for letter in word]
    return np.stack(columns, axis=1)
