"""Batches of letters for training, shuffled and augmented differently in every epoch."""

import keras
import numpy as np

from lettermill.image.augment import augment
from lettermill.model.letter_data import LetterData


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of ``letters`` as (squares, one-hot targets, weights).

    Shapes: (n, side, side, 1), (n, classes) and (n,), all float32. size: letters per batch. balance: see
    ``class_weights``. Order and augmentation depend only on ``seed`` and the attribute ``epoch``, which the training
    loop sets, so that an interrupted training can be resumed with the same result.
    """

    def __init__(self, letters: LetterData, classes: int, size: int, balance: float, seed: int) -> None:
        super().__init__()
        self.epoch = 0
        self._letters, self._size, self._seed = letters, size, seed
        self._one_hot = np.eye(classes, dtype=np.float32)
        self._weights = class_weights(letters.targets, classes, balance)
        self._order: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        return -(-len(self._letters.targets) // self._size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        chosen = self._ordered()[index * self._size : (index + 1) * self._size]
        squares = augment(self._letters.squares[chosen], np.random.default_rng((self._seed, self.epoch, index)))
        targets = self._letters.targets[chosen]
        return squares[..., None].astype(np.float32), self._one_hot[targets], self._weights[targets]

    def _ordered(self) -> np.ndarray:
        """The order of the letters in this epoch; cached, because shuffling a million takes as long as a step."""
        if self._order is None or self._order[0] != self.epoch:
            random = np.random.default_rng((self._seed, self.epoch))
            self._order = self.epoch, random.permutation(len(self._letters.targets))
        return self._order[1]


def class_weights(targets: np.ndarray, classes: int, balance: float) -> np.ndarray:
    """Class weights (classes,) float32, with mean 1 over ``targets``, (n,) int.

    balance: weights are proportional to the number of letters of a class to the power of minus ``balance``. With 0 all
    letters have the same weight, with 1 all classes.
    """
    counts = np.bincount(targets, minlength=classes)
    weights = np.where(counts, np.maximum(counts, 1.0) ** -balance, 0.0)
    return np.asarray(weights * counts.sum() / (weights * counts).sum(), np.float32)
