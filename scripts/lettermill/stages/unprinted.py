"""Words to train on, counted again without what their forms print."""

from collections.abc import Iterable, Iterator, Sequence

from lettermill.align.ground_truth import Example
from lettermill.base.box import Box
from lettermill.image.hypotheses import UNPRINTED, WordImage
from lettermill.paper.print_forms import PrintForms, learn_print
from lettermill.records.schemas import Printed
from lettermill.stages.match import match_word
from lettermill.stages.segment import boxes_of

SAMPLE = 600
"""Number of images in which print is looked for."""


def print_of(examples: Iterable[Example]) -> PrintForms:
    """What the forms of the examples print."""
    return learn_print([example.load().as_scanned for example in examples])


class CountedAgain:
    """``examples``, whose images know ``forms``, with the boxes that fit when its print is left out.

    Words whose boxes are partly print lose their boxes. Can be iterated once. Then ``printed`` has the words that were
    looked at, and ``fitting`` and ``letters`` are the numbers of words with boxes and of their letters.
    """

    def __init__(self, examples: Iterable[Example], forms: PrintForms) -> None:
        self._examples, self._forms = examples, forms
        self.printed: list[Printed] = []
        self.fitting = self.letters = 0

    def __iter__(self) -> Iterator[Example]:
        for example in self._examples:
            counted = example
            if self._forms and not example.by_hand:
                image = example.load()
                print_boxes = self._forms.found(image.as_scanned)
                counted = _again(example, image, print_boxes)
                self.printed.append(Printed(example.row_id, int(bool(print_boxes))))
            else:
                self.printed.append(Printed(example.row_id, 0))
            self.fitting += bool(counted.boxes)
            self.letters += len(counted.boxes)
            yield counted


def _again(example: Example, image: WordImage, print_boxes: Sequence[Box]) -> Example:
    beside = all(box.overlap(other) == 0 for box in example.boxes for other in print_boxes)
    if not print_boxes or (example.boxes and beside):
        return example
    unprinted = (one for one in image.voted() if one.name.startswith(UNPRINTED))
    for found in boxes_of(unprinted):
        # Both are from left to right, which the order of a match need not be.
        if not isinstance(match_word(found.boxes, example.word), str):
            return example._replace(boxes=found.boxes, hypothesis=found.hypothesis)
    return example._replace(boxes=[], hypothesis="")
