"""The split of the dataset into train, validation and test."""

import hashlib
from typing import NamedTuple

PARTS = ("train", "validation", "test")


class Split(NamedTuple):
    """Shares of the rows, which add up to 1. ``seed`` changes which rows they are. See config ``split``."""

    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1
    seed: int = 0

    def part_of(self, row_id: str) -> str:
        """train, validation or test. It does not depend on other rows."""
        digest = hashlib.sha256(f"{self.seed} {row_id}".encode()).digest()
        draw = int.from_bytes(digest[:8], "big") / 2**64
        if draw < self.train:
            return "train"
        return "validation" if draw < self.train + self.validation else "test"
