"""Batches of letters for training, drawn and distorted differently in every epoch."""

import keras
import numpy as np

from lettermill.model.distort import distort
from lettermill.model.letter_data import LetterData


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of ``letters`` as (squares, one-hot targets).

    Shapes: (n, side, side, 1) and (n, classes), both float32. size: letters per batch. balance: see ``shares``. An
    epoch has as many letters as there are. Which ones, and how they are distorted, depends only on ``seed`` and the
    attribute ``epoch``, which the training loop sets, so that an interrupted training can be resumed with the same
    result.
    """

    def __init__(self, letters: LetterData, classes: int, size: int, balance: float, seed: int) -> None:
        super().__init__()
        self.epoch = 0
        self._letters, self._size, self._seed = letters, size, seed
        self._one_hot = np.eye(classes, dtype=np.float32)
        self._shares = shares(letters.targets, balance)
        self._chosen: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        return -(-len(self._letters.targets) // self._size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._of_epoch()[index * self._size : (index + 1) * self._size]
        squares = distort(self._letters.squares[chosen], np.random.default_rng((self._seed, self.epoch, index)))
        return squares[..., None].astype(np.float32), self._one_hot[self._letters.targets[chosen]]

    def _of_epoch(self) -> np.ndarray:
        """Indices of the letters of this epoch; cached, because drawing a million takes as long as a step.

        The draw is systematic: a letter with a share of k comes k times, rounded up or down at random.
        """
        if self._chosen is None or self._chosen[0] != self.epoch:
            random = np.random.default_rng((self._seed, self.epoch))
            order = random.permutation(len(self._shares))
            ends = np.floor(np.cumsum(self._shares[order]) + random.uniform()).astype(int)
            ends[-1] = len(order)  # whatever the sum was rounded to
            counts = np.diff(ends, prepend=0)
            self._chosen = self.epoch, random.permutation(np.repeat(order, counts))
        return self._chosen[1]


def shares(targets: np.ndarray, balance: float) -> np.ndarray:
    """How often each letter comes in an epoch on average, (n,) float64 with mean 1. targets: (n,) int.

    balance: how often a letter comes is proportional to the number of letters of its class to the power of minus
    ``balance``. With 0 all letters come as often, with 1 all classes.
    """
    often = np.maximum(np.bincount(targets), 1.0)[targets] ** -balance
    return np.asarray(often / often.mean())
