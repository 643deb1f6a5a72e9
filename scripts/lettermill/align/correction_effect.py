"""The effect of corrections: confidences of the corrected letters by a recogniser trained without and with them."""

from collections.abc import Iterable

from lettermill.align.ground_truth import SAME_PLACE, GroundTruthWord
from lettermill.align.recogniser import Recogniser
from lettermill.records.schemas import CorrectionEffect


def effects_of(
    words: Iterable[GroundTruthWord], before: Recogniser | None, after: Recogniser
) -> list[CorrectionEffect]:
    """The effect of corrections on the corrected letters of ``words``.

    before, after: recognisers trained without and with the corrections. Each word is read by the network that was not
    trained on its row, so this is the effect of the corrections of other rows.
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
    """Position -> confidence, for the corrected letters of ``word`` that are cut in the same place."""
    if recogniser is None:
        return {}
    found = recogniser.align(word.row_id, word.views(), word.word)
    if found is None:
        return {}
    view, aligned = found
    confidences = recogniser.confidence.of(aligned.evidence).tolist()
    boxes = [view.candidates[index].box for index in aligned.chosen]
    return {
        letter.position: confidences[letter.position]
        for letter in word.by_hand
        if letter.candidate >= 0 and boxes[letter.position].overlap(word.box(letter.candidate)) > SAME_PLACE
    }
