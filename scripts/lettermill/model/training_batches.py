"""Batches of letters for training, drawn and distorted differently in every epoch."""

import keras
import numpy as np

from lettermill.model.distort import distort
from lettermill.model.letter_data import LetterData

CALM = 0.3
"""How much letters are distorted in the last epoch, as a share of the distortion in the first half of the epochs. It
falls linearly in between. At the end, a model then sees letters as they are, which improves it on letters like its own
and costs little on others (cf. He et al., "Data augmentation revisited", arXiv:1909.09148)."""


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of ``letters`` as (squares, one-hot targets).

    Shapes: (n, side, side, 1) and (n, classes), both float32. size: letters per batch. balance: see ``shares``.
    epochs: of the training, see ``CALM``. An epoch has as many letters as there are. Which ones, and how they are
    distorted, depends only on ``seed``, ``epochs`` and the attribute ``epoch``, which the training loop sets, so that
    an interrupted training can be resumed with the same result.
    """

    def __init__(self, letters: LetterData, classes: int, size: int, balance: float, seed: int, epochs: int) -> None:
        super().__init__()
        self.epoch, self._epochs = 0, epochs
        self._letters, self._size, self._seed = letters, size, seed
        self._one_hot = np.eye(classes, dtype=np.float32)
        self._shares = shares(letters.targets, balance)
        self._chosen: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        return -(-len(self._letters.targets) // self._size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._of_epoch()[index * self._size : (index + 1) * self._size]
        random = np.random.default_rng((self._seed, self.epoch, index))
        squares = distort(self._letters.squares[chosen], random, strength(self.epoch, self._epochs))
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


def strength(epoch: int, epochs: int) -> float:
    """How much letters are distorted in epoch ``epoch``, counted from 0, of ``epochs``; see ``CALM``."""
    second_half = max(0.0, 2 * (epoch + 1) / epochs - 1)
    return 1 - (1 - CALM) * second_half


def shares(targets: np.ndarray, balance: float) -> np.ndarray:
    """How often each letter comes in an epoch on average, (n,) float64 with mean 1. targets: (n,) int.

    balance: how often a letter comes is proportional to the number of letters of its class to the power of minus
    ``balance``. With 0 all letters come as often, with 1 all classes.
    """
    often = np.maximum(np.bincount(targets), 1.0)[targets] ** -balance
    return np.asarray(often / often.mean())
