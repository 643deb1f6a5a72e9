"""What corrections of letters teach the recogniser."""

from collections.abc import Sequence

from lettermill.align.ground_truth import HandLetter
from lettermill.base.box import Box
from lettermill.corrections.apply import box_of, decide
from lettermill.corrections.correction import HAND, Correction
from lettermill.records.schemas import Matched


def supervision_of(records: Sequence[Matched], corrections: Sequence[Correction], image: Box) -> tuple[HandLetter, ...]:
    """What people have decided about the letters of a row, their boxes in pixels of its cropped image.

    records: its letters as matched, or one that says why its boxes do not fit; then only corrections that name a box
    teach anything. image: the cropped image, in pixels of the downloaded one, as the boxes of the others are.
    Corrections that do not fit teach nothing, and `cut` is where that is reported.
    """
    if records[0].reason:
        records, corrections = _with_boxes(records[0], corrections)
    decision = decide(records, corrections, image)
    return tuple(
        HandLetter(
            record.position,
            record.label,
            Box(record.x, record.y, record.width, record.height).moved(-image.x, -image.y),
            record.position not in decision.left_out,
        )
        for record in decision.records
        if record.method == HAND
    )


def _with_boxes(word: Matched, corrections: Sequence[Correction]) -> tuple[list[Matched], list[Correction]]:
    """The letters of ``word`` where corrections say that they are, and these corrections."""
    boxes = {}
    for line in corrections:
        if box := line.value if line.action == "box" else line.box:
            boxes.setdefault(int(line.position), box_of(box))
    nowhere = (None, None, None, None)
    letters = [
        Matched(word.row_id, position, label, *boxes.get(position, nowhere), None, "", word.method, "", "")
        for position, label in enumerate(word.label)
    ]
    return letters, [line for line in corrections if int(line.position) in boxes]
