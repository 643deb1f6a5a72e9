"""Reliability: confidences are judged by words that did not teach them, and words count, not letters."""

from collections.abc import Callable

import numpy as np
import pytest

from lettermill.align.reliability import Observed, cross_fitted, effective_number, reliability_of


def observed(right: list[bool], words: list[int], weight: float = 1.0) -> Observed:
    count = len(right)
    word = np.array(words)
    return Observed(np.zeros((count, 1)), np.array(right), np.full(count, weight), word, word % 3)


def test_no_word_is_judged_by_what_it_taught() -> None:
    """A model that knows its own words by heart says nothing of others."""
    letters = observed([number % 2 == 0 for number in range(60)], list(range(60)))
    letters = letters._replace(evidence=np.arange(60.0)[:, None])

    def by_heart(part: Observed) -> Callable[[np.ndarray], np.ndarray]:
        known = dict(zip(part.evidence[:, 0], part.right, strict=True))
        return lambda evidence: np.array([float(known.get(value, 0.5)) for value in evidence[:, 0]])

    assert (by_heart(letters)(letters.evidence) == letters.right).all()
    assert (cross_fitted(letters, by_heart) == 0.5).all()


def test_a_fold_that_alone_has_wrong_letters_is_not_judged() -> None:
    letters = observed([number != 3 for number in range(9)], list(range(9)))  # word 3 is of fold 0
    confidence = cross_fitted(letters, lambda part: lambda evidence: np.full(len(evidence), 0.9))
    assert np.isnan(confidence[letters.fold == 0]).all() and (confidence[letters.fold != 0] == 0.9).all()
    assert sum(line.letters for line in reliability_of(confidence, letters)) == 6


def test_letters_of_a_word_are_not_independent() -> None:
    """Ten words of five letters that are wrong together tell as much as ten letters; letters that are wrong at random
    as much as fifty."""
    words = [number // 5 for number in range(50)]
    together = observed([number // 5 % 2 == 0 for number in range(50)], words)
    assert effective_number(together) == pytest.approx(10)
    apart = observed(np.random.default_rng(0).permutation([True] * 25 + [False] * 25).tolist(), words)
    assert effective_number(apart) > 30
    assert effective_number(observed([True] * 50, words)) == pytest.approx(10)


def test_the_same_word_again_is_no_new_word() -> None:
    one = observed([True] * 20, list(range(20)))
    twice = observed([True] * 40, [*range(20), *range(20)], weight=0.5)
    assert effective_number(twice) == pytest.approx(effective_number(one)) == pytest.approx(20)
    confidence = np.full(40, 0.95)
    (line,) = reliability_of(confidence, twice)
    (other,) = reliability_of(confidence[:20], one)
    assert line == other and 0.8 < line.accuracy_low < 0.9 and line.accuracy_high == 1
