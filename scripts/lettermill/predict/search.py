"""Search: the most likely texts of a word, and their probabilities."""

import math
from typing import NamedTuple

import numpy as np

from lettermill.predict.letter_lattice import LetterLattice, all_texts, weight_of
from lettermill.predict.word_list import WordList

BEAM = 48
"""Number of texts kept at each cut (beam width)."""

TOP = 6
"""Number of letters tried for a candidate, the most likely ones."""

Weights = dict[str, float]
"""Text -> log of its weight."""


class Reading(NamedTuple):
    """A text and the probability that it is right. In a lattice, texts are letters from left to right."""

    text: str
    probability: float


def read_lattice(
    lattice: LetterLattice, count: int, words: WordList | None = None, other_words: float = 0.0
) -> list[Reading]:
    """Up to ``count`` texts, the most likely first. Probabilities are shares of the weight of all possible texts.

    words: the word list; None for any text. other_words: prior weight of any text that is not in the list, where each
    word of the list has 1; with 0 only words of the list are read. The result can be empty, and never contains an empty
    text.
    """
    if words is None:
        return _shares(free_texts(lattice, count), all_texts(lattice), count)
    listed = words.weights(lattice)
    heaviest = np.argsort(-listed, kind="stable")[:count].tolist()
    weights = {words.words[index]: float(listed[index]) for index in heaviest if np.isfinite(listed[index])}
    if not weights and not other_words:
        return []
    total = float(np.logaddexp.reduce(listed))
    if other_words:
        everything = all_texts(lattice)
        unlisted = everything + math.log(max(-math.expm1(min(0.0, total - everything)), 1e-12))
        total = float(np.logaddexp(total, unlisted + math.log(other_words)))
        for text, weight in free_texts(lattice, count).items():
            if text not in words.spellings:
                weights[text] = weight + math.log(other_words)
    return _shares(weights, total, count)


def free_texts(lattice: LetterLattice, count: int) -> Weights:
    """Up to ``count`` texts with the highest weights.

    A prefix beam search (Hannun et al., arXiv:1408.2873) from left to right. At each cut of the word it keeps the texts
    up to there, each with the weight of the paths that read it. The weights of the final texts are exact.
    """
    ends = lattice.paths.ending
    likeliest = np.argsort(-lattice.scores, axis=1, kind="stable")[:, :TOP]
    choices = [
        [(lattice.letters[letter], scores[letter]) for letter in row]
        for row, scores in zip(likeliest.tolist(), lattice.scores.tolist(), strict=True)
    ]
    beams: list[Weights] = [{"": 0.0}]
    for stop, skip in enumerate(lattice.skips.tolist(), start=1):
        found = {text: weight - skip for text, weight in beams[-1].items()}
        for index, start in ends[stop]:
            for text, weight in beams[start].items():
                for letter, score in choices[index]:
                    longer, added = text + letter, weight + score
                    before = found.get(longer)
                    found[longer] = added if before is None else _sum(before, added)
        beams.append(dict(_heaviest(found, BEAM)))
    beams[-1].pop("", None)
    weights = {text: weight_of(lattice, text) for text, _ in _heaviest(beams[-1], 2 * count)}
    return dict(_heaviest(weights, count))


def _shares(weights: Weights, total: float, count: int) -> list[Reading]:
    return [Reading(text, math.exp(min(0.0, weight - total))) for text, weight in _heaviest(weights, count)]


def _heaviest(weights: Weights, count: int) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:count]


def _sum(first: float, second: float) -> float:
    """log(exp(first) + exp(second))."""
    high, low = (first, second) if first > second else (second, first)
    return high + math.log1p(math.exp(low - high))
