"""Paths: the best way to cut a word into exactly the letters of its transcription.

Dynamic programming over units and letters. A path goes through the units from left to right; each step either takes
a run of units as the next letter, at the price of how unlike that letter it looks, or skips a unit, at a price
that grows with its ink. The same lattice, summed instead of maximised (Rabiner, Proc. IEEE 77(2), 1989), tells how
sure a letter's place is.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lettermill.align.fragments import Candidate

NEVER = -1e9


class Alignment(NamedTuple):
    """chosen: the index of the candidate of each letter. posterior: for each letter, the share of all paths, by
    their weights, that take it there (0 to 1). score: log weight of the path, prices of skipped units included."""

    chosen: list[int]
    posterior: np.ndarray
    score: float


def skip_prices(area: np.ndarray) -> np.ndarray:
    """The price (log) of leaving each unit out, by its ink: (n,) float from (n,) int. Specks are cheap."""
    return 0.5 + 6 * np.minimum(1, area / max(float(np.median(area)), 1)) if len(area) else np.zeros(0)


def align(candidates: Sequence[Candidate], scores: np.ndarray, skips: np.ndarray) -> Alignment | None:
    """The best path, or None when there are too few candidates for the letters.

    candidates: ordered by start. scores: (candidates, letters) log probability that a candidate is the letter at
    this position. skips: (units,) price of leaving a unit out.
    """
    units, letters = len(skips), scores.shape[1]
    best = np.full((units + 1, letters + 1), NEVER)
    total = np.full((units + 1, letters + 1), NEVER)
    came = np.full((units + 1, letters + 1), -1)  # candidate by which the best path comes here; -1: a skip
    best[0, 0] = total[0, 0] = 0
    ends: dict[int, list[int]] = {}
    for index, candidate in enumerate(candidates):
        ends.setdefault(candidate.stop, []).append(index)
    for stop in range(1, units + 1):
        best[stop] = best[stop - 1] - skips[stop - 1]
        total[stop] = total[stop - 1] - skips[stop - 1]
        for index in ends.get(stop, ()):
            start = candidates[index].start
            taken = best[start, :-1] + scores[index]
            better = taken > best[stop, 1:]
            best[stop, 1:][better] = taken[better]
            came[stop, 1:][better] = index
            total[stop, 1:] = np.logaddexp(total[stop, 1:], total[start, :-1] + scores[index])
    if best[units, letters] < NEVER / 2:
        return None
    chosen: list[int] = []
    unit, letter = units, letters
    while unit > 0:
        index = came[unit, letter]
        if index < 0:
            unit -= 1
        else:
            chosen.append(int(index))
            unit, letter = candidates[index].start, letter - 1
    chosen.reverse()
    onward = _onward(candidates, scores, skips)
    taken = np.array(
        [
            total[candidates[index].start, letter] + scores[index, letter] + onward[candidates[index].stop, letter + 1]
            for letter, index in enumerate(chosen)
        ]
    )
    posterior = np.exp(np.minimum(0, taken - total[units, letters]))
    return Alignment(chosen, posterior, float(best[units, letters]))


def _onward(candidates: Sequence[Candidate], scores: np.ndarray, skips: np.ndarray) -> np.ndarray:
    """(units + 1, letters + 1) log weight of all ways from a unit and a letter to the end of both."""
    units, letters = len(skips), scores.shape[1]
    total = np.full((units + 1, letters + 1), NEVER)
    total[units, letters] = 0
    starts: dict[int, list[int]] = {}
    for index, candidate in enumerate(candidates):
        starts.setdefault(candidate.start, []).append(index)
    for start in range(units - 1, -1, -1):
        total[start] = total[start + 1] - skips[start]
        for index in starts.get(start, ()):
            stop = candidates[index].stop
            total[start, :-1] = np.logaddexp(total[start, :-1], scores[index] + total[stop, 1:])
    return total


def read(candidates: Sequence[Candidate], scores: np.ndarray, skips: np.ndarray) -> tuple[list[int], float]:
    """What stands there by itself: the best path whatever the letters, as (candidates, score).

    scores: (candidates,) log probability of each candidate's likeliest letter.
    """
    units = len(skips)
    best = np.zeros(units + 1)
    came = np.full(units + 1, -1)
    ends: dict[int, list[int]] = {}
    for index, candidate in enumerate(candidates):
        ends.setdefault(candidate.stop, []).append(index)
    for stop in range(1, units + 1):
        best[stop] = best[stop - 1] - skips[stop - 1]
        for index in ends.get(stop, ()):
            score = best[candidates[index].start] + scores[index]
            if score > best[stop]:
                best[stop], came[stop] = score, index
    chosen, unit = [], units
    while unit > 0:
        if came[unit] < 0:
            unit -= 1
        else:
            chosen.append(int(came[unit]))
            unit = candidates[came[unit]].start
    return chosen[::-1], float(best[units])
