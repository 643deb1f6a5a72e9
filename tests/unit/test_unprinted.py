"""Words to train on are counted again without what their forms print."""

from functools import partial

import cv2
import numpy as np
import pytest

from lettermill.align.ground_truth import Example, HandLetter
from lettermill.base.box import Box
from lettermill.image.hypotheses import UNPRINTED, WordImage, whole
from lettermill.paper.print_forms import PrintForms
from lettermill.records.schemas import Printed
from lettermill.stages.segment import boxes_of
from lettermill.stages.unprinted import CountedAgain, print_of

LABEL = "Name"
"""Printed at the left of each word: as many boxes as letters."""


def load(number: int, label: str = LABEL) -> WordImage:
    """A word of four letters, each a random shape 14 pixels high, with a printed label in front of it."""
    random = np.random.default_rng(number)
    image = np.full((44, 220), 250, np.uint8)
    cv2.putText(image, label, (5, 30), cv2.FONT_HERSHEY_DUPLEX, 0.5, 0, 1, cv2.LINE_AA)
    for x, y, width, height in letters(number):
        image[y : y + height, x : x + 3] = 20
        upper = y + int(random.integers(height - 3))
        image[upper : upper + 3, x : x + width] = image[y + height - 2 : y + height, x : x + width] = 20
    return whole((image + random.normal(0, 1, image.shape)).clip(0, 255).astype(np.uint8))


def letters(number: int) -> list[Box]:
    """The boxes of the letters of the word."""
    random = np.random.default_rng(1000 + number)
    return [Box(100 + 24 * place + int(random.integers(5)), 16, int(random.integers(6, 13)), 14) for place in range(4)]


def example(number: int, word: str = "ABCD", label: str = LABEL) -> Example:
    return Example(f"row {number}", partial(load, number, label), word, [])


@pytest.fixture(scope="module")
def forms() -> PrintForms:
    return print_of(example(number) for number in range(40))


def again(example: Example, forms: PrintForms) -> Example:
    known = example._replace(load=lambda: example.load()._replace(forms=forms))
    (counted,) = CountedAgain([known], forms)
    return counted


def test_a_label_beside_the_word_does_not_count(forms: PrintForms) -> None:
    counted = again(example(50), forms)
    assert counted.boxes == letters(50) and counted.hypothesis.startswith(UNPRINTED)
    assert (counted.row_id, counted.word) == ("row 50", "ABCD")


def test_boxes_on_the_label_are_replaced(forms: PrintForms) -> None:
    """The label has as many letters as the word."""
    every = boxes_of(whole(load(50).layers[0][:, :80]).voted())
    print_boxes = next(found.boxes for found in every if len(found.boxes) == 4)
    wrong = example(50)._replace(boxes=print_boxes, hypothesis="0.0.50.0")
    assert again(wrong, forms).boxes == letters(50)


def test_boxes_that_are_partly_print_are_lost_if_no_others_fit(forms: PrintForms) -> None:
    """The word has five letters, of which two touch: its boxes fit by chance."""
    print_box = boxes_of(whole(load(50).layers[0][:, :80]).voted())[0].boxes[-1]
    wrong = example(50, "ABCDE")._replace(boxes=[print_box, *letters(50)], hypothesis="0.0.50.0")
    counted = again(wrong, forms)
    assert counted.boxes == [] and counted.hypothesis == ""
    assert counted.word == "ABCDE"


def test_boxes_beside_the_label_stay(forms: PrintForms) -> None:
    fits = example(50)._replace(boxes=[box.moved(0, 1) for box in letters(50)], hypothesis="0.0.50.0")
    counted = again(fits, forms)
    assert (counted.boxes, counted.hypothesis) == (fits.boxes, "0.0.50.0")


def test_where_nothing_is_printed_boxes_stay(forms: PrintForms) -> None:
    without = example(50, label="")
    assert again(without, forms).boxes == []
    fits = without._replace(boxes=letters(50), hypothesis="0.0.50.0")
    assert again(fits, forms).boxes == letters(50)


def test_corrected_words_stay(forms: PrintForms) -> None:
    corrected = example(50)._replace(by_hand=(HandLetter(0, "A", letters(50)[0], True),))
    assert again(corrected, forms).boxes == []


def test_without_known_print_no_image_is_read() -> None:
    def unread() -> WordImage:
        raise AssertionError

    one = example(50)._replace(load=unread)
    assert list(CountedAgain([one], PrintForms())) == [one]


def test_boxes_are_from_left_to_right_in_every_script(forms: PrintForms) -> None:
    assert again(example(50, "דגבא"), forms).boxes == letters(50)


def test_what_was_found_is_counted(forms: PrintForms) -> None:
    fits = example(51, "ABC", label="")._replace(boxes=letters(51)[:3])
    unfit = example(52, "ABCDE")._replace(boxes=[])
    known = [one._replace(load=lambda one=one: one.load()._replace(forms=forms)) for one in (example(50), fits, unfit)]
    counted = CountedAgain(known, forms)
    assert len(list(counted)) == 3
    assert counted.printed == [Printed("row 50", 1), Printed("row 51", 0), Printed("row 52", 1)]
    assert (counted.fitting, counted.letters) == (2, 7)
    nothing = CountedAgain(known, PrintForms())
    list(nothing)
    assert [found.printed for found in nothing.printed] == [0, 0, 0] and nothing.letters == 3
