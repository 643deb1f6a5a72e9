"""Supervision by hand: the letters that corrections give the recogniser to train on."""

from collections.abc import Sequence

from lettermill.align.ground_truth import HandLetter
from lettermill.base.box import Box
from lettermill.corrections.apply import box_of, decide
from lettermill.corrections.correction import HAND, Correction
from lettermill.records.schemas import MatchedLetter, StoppedRow


def supervision_of(
    row: Sequence[MatchedLetter] | StoppedRow, corrections: Sequence[Correction], image: Box
) -> tuple[HandLetter, ...]:
    """What people have decided about the letters of a row, their boxes in pixels of its cropped image.

    row: its letters as matched, or that its boxes do not fit; then only corrections that name a box count.
    image: the cropped image, in pixels of the downloaded one, as the boxes of the others are. Corrections that do not
    fit have no effect, and `cut` is where that is reported.
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
    """The letters of ``row`` of which corrections say where they are, and these corrections."""
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
