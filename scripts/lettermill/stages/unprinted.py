"""Words to train on, counted again without what their forms print."""

from collections.abc import Iterable, Iterator

from lettermill.align.ground_truth import Example
from lettermill.image.hypotheses import UNPRINTED
from lettermill.image.print_forms import PrintForms, learn_print
from lettermill.stages.match import match_word
from lettermill.stages.segment import boxes_of

SAMPLE = 600
"""Number of images in which print is looked for."""


def print_of(examples: Iterable[Example]) -> PrintForms:
    """What the forms of the examples print."""
    return learn_print([example.load().layers[0] for example in examples])


def counted_again(examples: Iterable[Example], forms: PrintForms) -> Iterator[Example]:
    """``examples``, whose images know ``forms``, with the boxes that fit when its print is left out.

    Words whose boxes are partly print lose their boxes.
    """
    for example in examples:
        yield _again(example, forms) if forms and not example.by_hand else example


def _again(example: Example, forms: PrintForms) -> Example:
    image = example.load()
    print_boxes = forms.found(image.layers[0])
    beside = all(box.overlap(other) == 0 for box in example.boxes for other in print_boxes)
    if not print_boxes or (example.boxes and beside):
        return example
    unprinted = (one for one in image.voted() if one.name.startswith(UNPRINTED))
    for found in boxes_of(unprinted):
        # Both are from left to right, which the order of a match need not be.
        if not isinstance(match_word(found.boxes, example.word), str):
            return example._replace(boxes=found.boxes, hypothesis=found.hypothesis)
    return example._replace(boxes=[], hypothesis="")
