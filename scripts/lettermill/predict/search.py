"""Search: the texts that a word most likely reads, whatever they are.

A prefix beam search, as Graves and others decode sequences (Hannun et al., arXiv:1408.2873): from left to right, with
the texts that can stand up to each cut of the word, each with the weight of all paths that read it. What is left at the
end is weighed exactly.
"""

import math
from typing import NamedTuple

import numpy as np

from lettermill.predict.lattice import Lattice, all_texts, weight_of

BEAM = 48
"""Texts that are kept at each cut."""

TOP = 6
"""Letters that a candidate is tried as, the likeliest."""


class Reading(NamedTuple):
    """A text and the probability that it is what stands there."""

    text: str
    probability: float


def free_texts(lattice: Lattice, count: int) -> list[tuple[str, float]]:
    """Up to ``count`` texts with the log of their weights, the heaviest first; the empty text is none."""
    ends = lattice.ending_at()
    likeliest = np.argsort(-lattice.scores, axis=1, kind="stable")[:, :TOP]
    choices = [
        [(lattice.letters[letter], float(scores[letter])) for letter in row]
        for row, scores in zip(likeliest.tolist(), lattice.scores, strict=True)
    ]
    beams: list[dict[str, float]] = [{"": 0.0}]
    for stop in range(1, len(lattice.skips) + 1):
        skip = float(lattice.skips[stop - 1])
        found = {text: weight - skip for text, weight in beams[-1].items()}
        for index in ends[stop]:
            for text, weight in beams[lattice.candidates[index].start].items():
                for letter, score in choices[index]:
                    longer, added = text + letter, weight + score
                    before = found.get(longer)
                    found[longer] = added if before is None else _sum(before, added)
        beams.append(dict(_heaviest(found, BEAM)))
    beams[-1].pop("", None)
    texts = [text for text, _ in _heaviest(beams[-1], 2 * count)]
    return _heaviest({text: weight_of(lattice, text) for text in texts}, count)


def read_freely(lattice: Lattice, count: int) -> list[Reading]:
    """The ``count`` likeliest texts, the likeliest first. Their probabilities are shares of all texts there are."""
    total = all_texts(lattice)
    return [Reading(text, math.exp(min(0.0, weight - total))) for text, weight in free_texts(lattice, count)]


def _heaviest(weights: dict[str, float], count: int) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:count]


def _sum(first: float, second: float) -> float:
    """log(exp(first) + exp(second))."""
    high, low = (first, second) if first > second else (second, first)
    return high + math.log1p(math.exp(low - high))
