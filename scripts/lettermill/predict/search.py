"""Search: the most likely texts of a word, and their probabilities."""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from lettermill.predict.letter_lattice import LetterLattice, all_texts, weight_of
from lettermill.predict.ngrams import END, Prior
from lettermill.predict.word_list import WordList

BEAM = 48
"""Maximum number of texts kept at each cut (beam width)."""

WIDTH = 10.0
"""Texts are only kept at a cut if their log weight is at most this much below that of the heaviest one there."""

TOP = 6
"""Number of letters tried for a candidate, the most likely ones."""

Weights = dict[str, float]
"""Text -> log of its weight."""


class Reading(NamedTuple):
    """A text and the probability that it is right. In a lattice, texts are letters from left to right."""

    text: str
    probability: float


def read_lattice(
    lattice: LetterLattice,
    count: int,
    words: WordList | None = None,
    other_words: float = 0.0,
    prior: Prior | None = None,
) -> list[Reading]:
    """Up to ``count`` texts, the most likely first. Probabilities are shares of the weight of all possible texts.

    words: the word list; None for any text. other_words: with a prior, the share of texts that come from elsewhere than
    the list, see ``_priors``; without one, the weight of any text that is not in the list, where each word of the list
    has 1. With 0 only words of the list are read. prior: multiplies the weight of each text; the sum over all texts is
    then that over the texts which the search has kept. The result can be empty, and never contains an empty text.
    """
    if words is None:
        kept = _search(lattice, prior)
        total = all_texts(lattice) if prior is None else _total(kept.values())
        return _shares(_exact(lattice, kept, count, prior), total, count)
    listed, other = words.weights(lattice), math.log(other_words) if other_words else -math.inf
    if prior is not None:
        priors, other = _priors(prior, words, other_words)
        listed = listed + priors
    heaviest = np.argsort(-listed, kind="stable")[:count].tolist()
    weights = {words.words[index]: float(listed[index]) for index in heaviest if np.isfinite(listed[index])}
    if not weights and not other_words:
        return []
    total = float(np.logaddexp.reduce(listed))
    if other_words:
        kept = {text: weight for text, weight in _search(lattice, prior).items() if text not in words.spellings}
        if prior is None:
            everything = all_texts(lattice)
            unlisted = everything + math.log(max(-math.expm1(min(0.0, total - everything)), 1e-12))
        else:
            unlisted = _total(kept.values())
        total = float(np.logaddexp(total, unlisted + other))
        for text, weight in _exact(lattice, kept, count, prior).items():
            weights[text] = weight + other
    return _shares(weights, total, count)


def free_texts(lattice: LetterLattice, count: int, prior: Prior | None = None) -> Weights:
    """Up to ``count`` texts with the highest weights. The weights are exact."""
    return _exact(lattice, _search(lattice, prior), count, prior)


def _search(lattice: LetterLattice, prior: Prior | None) -> Weights:
    """The texts of highest weight, ``BEAM`` at most, with about their weights.

    A prefix beam search (Hannun et al., arXiv:1408.2873) from left to right. At each cut of the word it keeps the texts
    up to there, each with the weight of the paths that read it. The prior of a letter, which depends on the whole text
    before it, counts as soon as the letter is read.
    """
    ends, last = lattice.paths.ending, len(lattice.skips)
    likeliest = np.argsort(-lattice.scores, axis=1, kind="stable")[:, :TOP]
    scores = np.take_along_axis(lattice.scores, likeliest, axis=1).tolist()
    choices = [
        [(lattice.letters[letter], score) for letter, score in zip(*row, strict=True)]
        for row in zip(likeliest.tolist(), scores, strict=True)
    ]
    beams: list[Weights] = [{"": 0.0}]
    for stop, skip in enumerate(lattice.skips.tolist(), start=1):
        found = {text: weight - skip for text, weight in beams[-1].items()}
        lowest = -math.inf if stop == last else max(found.values()) - WIDTH
        for index, start in ends[stop]:
            for text, weight in beams[start].items():
                for letter, score in choices[index]:
                    added = weight + score
                    if added < lowest:
                        break  # the other letters are less likely, and priors are not positive
                    if prior is not None:
                        added += prior.after(text, letter)
                    longer = text + letter
                    before = found.get(longer)
                    found[longer] = added if before is None else _sum(before, added)
                    if stop < last and added - WIDTH > lowest:
                        lowest = added - WIDTH
        beams.append(dict(_heaviest({text: weight for text, weight in found.items() if weight >= lowest}, BEAM)))
    found.pop("", None)
    if prior is not None:
        found = {text: weight + prior.after(text, END) for text, weight in found.items()}
    return dict(_heaviest(found, BEAM))


def _exact(lattice: LetterLattice, kept: Weights, count: int, prior: Prior | None) -> Weights:
    """The ``count`` heaviest of ``kept``, with their exact weights, to which also the paths count that were dropped."""
    weights = {
        text: weight_of(lattice, text) + (0.0 if prior is None else prior.word(text))
        for text, _ in _heaviest(kept, 2 * count)
    }
    return dict(_heaviest(weights, count))


@lru_cache(maxsize=2)
def _priors(prior: Prior, words: WordList, other_words: float) -> tuple[np.ndarray, float]:
    """(words,) float64: the log prior of each word of the list; and what is added to that of any other text.

    A text is one of the list with a probability of 1 - ``other_words``, and any text otherwise, a mixture of two models
    (Jelinek and Mercer, "Interpolated estimation of Markov source parameters from sparse data", 1980). In both the
    n-grams decide which one. So a list of words that the n-grams have learnt changes little, and one of words that are
    new to them much.
    """
    likely = np.array([prior.ngrams.word(word) for word in words.words])
    with np.errstate(divide="ignore"):
        of_list, any_text = np.log1p(-other_words), np.log(other_words)
    known = np.logaddexp.reduce(likely, initial=-np.inf)
    boost = np.logaddexp(of_list - known, any_text)
    return prior.weight * (likely + boost), float(prior.weight * any_text)


def _total(weights: Iterable[float]) -> float:
    return float(np.logaddexp.reduce(list(weights), initial=-math.inf))


def _shares(weights: Weights, total: float, count: int) -> list[Reading]:
    return [Reading(text, math.exp(min(0.0, weight - total))) for text, weight in _heaviest(weights, count)]


def _heaviest(weights: Weights, count: int) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:count]


def _sum(first: float, second: float) -> float:
    """log(exp(first) + exp(second))."""
    high, low = (first, second) if first > second else (second, first)
    return high + math.log1p(math.exp(low - high))
