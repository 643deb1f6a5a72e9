"""The effect of corrections: how confident a recogniser is of the corrected letters without them, and with them."""

from collections.abc import Iterable

from lettermill.align.ground_truth import SAME_PLACE, GroundTruthWord
from lettermill.align.recogniser import Recogniser
from lettermill.records.schemas import CorrectionEffect


def effects_of(
    words: Iterable[GroundTruthWord], before: Recogniser | None, after: Recogniser
) -> list[CorrectionEffect]:
    """The effect on the letters of ``words`` that a person has decided about: their confidences by a recogniser that
    has been trained without these decisions, and by one with them.

    A word is read by networks that have not been trained on its row, so what shows is the effect of other rows.
    """
    effects = []
    for word in words:
        old, new = (_confidences(word, recogniser) for recogniser in (before, after))
        for letter in word.by_hand:
            position, label = letter.position, word.word[letter.position]
            verdict = "right" if letter.right and letter.label == label else "wrong"
            effects.append(
                CorrectionEffect(word.row_id, position, label, verdict, old.get(position), new.get(position))
            )
    return effects


def _confidences(word: GroundTruthWord, recogniser: Recogniser | None) -> dict[int, float]:
    """Position -> confidence of the letters of ``word`` that are cut where a person has decided about them."""
    if recogniser is None:
        return {}
    aligned = recogniser.align(word.row_id, word.area, word.candidates, word.appearance, word.word)
    if aligned is None:
        return {}
    confidences = recogniser.confidence.of(aligned.evidence).tolist()
    boxes = [word.candidates[index].box for index in aligned.chosen]
    return {
        letter.position: confidences[letter.position]
        for letter in word.by_hand
        if letter.candidate >= 0 and boxes[letter.position].overlap(word.candidates[letter.candidate].box) > SAME_PLACE
    }
