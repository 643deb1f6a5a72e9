"""Supervision: corrected letters as training examples for the recogniser."""

from collections.abc import Sequence

from lettermill.align.ground_truth import HandLetter
from lettermill.base.box import Box
from lettermill.corrections.apply import box_of, decide
from lettermill.corrections.correction import HAND, Correction
from lettermill.records.schemas import MatchedLetter, StoppedRow


def supervision_of(
    row: Sequence[MatchedLetter] | StoppedRow, corrections: Sequence[Correction], image: Box
) -> tuple[HandLetter, ...]:
    """The corrected letters of a row, with boxes in pixels of its cropped image.

    row: its matched letters, or a record that its boxes do not fit; in that case only corrections with a box count.
    image: box of the cropped image in pixels of the downloaded image, like all other boxes. Corrections that do not
    apply are ignored here; `cut` reports them.
    """
    if isinstance(row, StoppedRow):
        row, corrections = _with_boxes(row, corrections)
    decision = decide(row, corrections, image)
    return tuple(
        HandLetter(
            record.position,
            record.label,
            record.box.moved(-image.x, -image.y),
            record.position not in decision.left_out,
        )
        for record in decision.records
        if record.method == HAND
    )


def _with_boxes(row: StoppedRow, corrections: Sequence[Correction]) -> tuple[list[MatchedLetter], list[Correction]]:
    """The letters of ``row`` that have a box in a correction, and these corrections."""
    boxes: dict[int, Box] = {}
    for line in corrections:
        if box := line.value if line.action == "box" else line.box:
            boxes.setdefault(int(line.position), box_of(box))
    letters = [
        MatchedLetter(row.row_id, position, label, boxes[position], None, "", row.stage)
        for position, label in enumerate(row.letters)
        if position in boxes
    ]
    return letters, [line for line in corrections if int(line.position) in boxes]
