"""Candidates: the letters and words of a dataset that are most worth a person's look."""

import heapq
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from lettermill.records.schemas import ReviewLetter, ReviewWord, Suspect

KINDS = ("corrected", "disagreement", "least_confident", "rejected")
"""Why a letter is shown: somebody has corrected it; the recogniser takes it for another letter than its label; it is
delivered, but not with much confidence; it is rejected for its confidence."""

LOW_CONFIDENCE = "low_confidence"

MAX_WORDS = 1_000
"""Words on the page that are shown as such, at most."""

_NEVER_FIXED = frozenset({"blank_image", "no_letters"})
"""Reasons of words that no other transcription would bring to letters: they come last."""

Key = tuple[str, int]
"""(row id, position) of a letter."""


class Candidate(NamedTuple):
    """A letter that is worth a look, and why (one of ``KINDS``). order: lower ones come first, within their kind."""

    order: tuple[float, str, int]
    kind: str
    letter: ReviewLetter


def candidate(letter: ReviewLetter, review_confidence: float, corrected: Collection[Key]) -> Candidate | None:
    """``letter`` as a candidate; None when there is no reason to look at it but that its word has others.

    review_confidence: confidence from which a delivered letter is not worth a look. corrected: letters that somebody
    has corrected.
    """
    key = (letter.row_id, letter.position)
    confidence = -1.0 if letter.confidence is None else letter.confidence
    if key in corrected:
        return Candidate((0.0, *key), "corrected", letter)
    if letter.reason:
        return Candidate((-confidence, *key), "rejected", letter) if letter.reason == LOW_CONFIDENCE else None
    if letter.predicted_label not in ("", letter.label):
        return Candidate((confidence, *key), "disagreement", letter)
    if letter.confidence is not None and letter.confidence < review_confidence:
        return Candidate((confidence, *key), "least_confident", letter)
    return None


def best_letters(
    batches: Iterable[Iterable[ReviewLetter]], max_letters: int, review_confidence: float, corrected: Collection[Key]
) -> list[Candidate]:
    """The candidates among the letters of all batches, by kind in the order of ``KINDS``, the worthiest first.

    max_letters: of them at most; those that somebody has corrected come on top, as many. No more of each kind are held
    at any time, and of letters no more than those of a batch.
    """
    kinds: dict[str, list[Candidate]] = {kind: [] for kind in KINDS}
    for letters in batches:
        found: dict[str, list[Candidate]] = {kind: [] for kind in KINDS}
        for letter in letters:
            chosen = candidate(letter, review_confidence, corrected)
            if chosen:
                found[chosen.kind].append(chosen)
        for kind in KINDS:
            kinds[kind] = heapq.nsmallest(max_letters, kinds[kind] + found[kind])
    shares = share_out(max_letters, [len(kinds[kind]) for kind in KINDS[1:]])
    return kinds["corrected"] + [
        chosen for kind, share in zip(KINDS[1:], shares, strict=True) for chosen in kinds[kind][:share]
    ]


def share_out(total: int, counts: Sequence[int]) -> list[int]:
    """How many of each kind are taken so that all are ``total`` at most: the same number of each, give or take one, and
    where a kind has not as many, the others get what it leaves."""
    shares = [0] * len(counts)
    left = total
    for done, kind in enumerate(sorted(range(len(counts)), key=lambda kind: counts[kind])):
        shares[kind] = min(counts[kind], left // (len(counts) - done))
        left -= shares[kind]
    return shares


def best_words(
    batches: Iterable[Iterable[ReviewWord]], suspects: Sequence[Suspect], max_words: int, corrected: Collection[str]
) -> list[str]:
    """The ids of the rows that are shown as words, at most so many: those whose transcription somebody has corrected,
    suspects in their order, then rows that gave no letter, those first that another transcription may fix.

    Rows are only taken when they are among the words of ``batches``.
    """
    places = {suspect.row_id: place for place, suspect in enumerate(suspects)}
    chosen: list[tuple[int, int, str]] = []
    for words in batches:
        found = []
        for word in words:
            if word.row_id in corrected:
                found.append((0, 0, word.row_id))
            elif word.row_id in places:
                found.append((1, places[word.row_id], word.row_id))
            elif word.reason:
                found.append((2, int(word.reason in _NEVER_FIXED), word.row_id))
        chosen = heapq.nsmallest(max_words, chosen + found)
    return [row_id for *_, row_id in chosen]
