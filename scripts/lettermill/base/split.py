"""The split of the dataset into train, validation and test."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

PARTS = ("train", "validation", "test")


class Split(NamedTuple):
    """Shares of the rows, which add up to 1. ``seed`` changes which rows they are. See config ``split``.

    same_as: row id -> id of another row, in whose part it is: they have the same image.
    """

    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1
    seed: int = 0
    same_as: Mapping[str, str] = MappingProxyType({})

    def part_of(self, row_id: str) -> str:
        """train, validation or test. It does not depend on rows with other images."""
        digest = hashlib.sha256(f"{self.seed} {self.same_as.get(row_id, row_id)}".encode()).digest()
        draw = int.from_bytes(digest[:8], "big") / 2**64
        if draw < self.train:
            return "train"
        return "validation" if draw < self.train + self.validation else "test"
