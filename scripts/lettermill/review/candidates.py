"""Select the letters and words to review."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from lettermill.records.schemas import ReviewLetter, ReviewWord, Suspect

KINDS = ("corrected", "disagreement", "least_confident", "rejected")
"""Reasons for review: corrected before; the recogniser reads another letter than the label; delivered with a low
confidence; rejected for its confidence."""

LOW_CONFIDENCE = "low_confidence"

MAX_WORDS = 1_000
"""How many words the view of words shows at most."""

_NEVER_FIXED = frozenset({"blank_image", "no_letters"})
"""Rejection reasons that no correction of the transcription can fix. These words come last."""

Key = tuple[str, int]
"""(row id, position) of a letter."""


class Candidate(NamedTuple):
    """A letter to review. kind: one of ``KINDS``. order: sort key within the kind."""

    order: tuple[float, str, int]
    kind: str
    letter: ReviewLetter


def candidate(letter: ReviewLetter, review_confidence: float, corrected: Collection[Key]) -> Candidate | None:
    """``letter`` as a candidate; None if there is no reason to review it.

    review_confidence: delivered letters with at least this confidence need no review. corrected: letters that were
    corrected before.
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
    """The candidates among the letters of all batches, sorted by kind in the order of ``KINDS``, most uncertain first.

    max_letters: limit, not counting letters corrected before, which have the same limit. Memory holds at most twice as
    many letters per kind, and the letters of one batch.
    """
    kinds: dict[str, list[Candidate]] = {kind: [] for kind in KINDS}
    for letters in batches:
        for letter in letters:
            chosen = candidate(letter, review_confidence, corrected)
            if chosen:
                kinds[chosen.kind].append(chosen)
        for kind, found in kinds.items():
            if len(found) > 2 * max_letters:
                kinds[kind] = sorted(found)[:max_letters]
    kinds = {kind: sorted(found)[:max_letters] for kind, found in kinds.items()}
    shares = share_out(max_letters, [len(kinds[kind]) for kind in KINDS[1:]])
    return kinds["corrected"] + [
        chosen for kind, share in zip(KINDS[1:], shares, strict=True) for chosen in kinds[kind][:share]
    ]


def share_out(total: int, counts: Sequence[int]) -> list[int]:
    """Distribute ``total`` evenly over kinds with these counts. What a kind cannot use goes to the others."""
    shares = [0] * len(counts)
    left = total
    for done, kind in enumerate(sorted(range(len(counts)), key=lambda kind: counts[kind])):
        shares[kind] = min(counts[kind], left // (len(counts) - done))
        left -= shares[kind]
    return shares


def best_words(
    batches: Iterable[Iterable[ReviewWord]], suspects: Sequence[Suspect], max_words: int, corrected: Collection[str]
) -> list[str]:
    """The ids of at most ``max_words`` rows for the view of words: corrected rows, suspect rows in their order, then
    rejected rows, first those that a correction of the transcription may fix.

    Only rows among the words of ``batches`` are selected.
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
        if len(chosen) == max_words:
            found = [each for each in found if chosen and each < chosen[-1]]
        if found:
            chosen = sorted(chosen + found)[:max_words]
    return [row_id for *_, row_id in chosen]
