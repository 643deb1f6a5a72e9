"""Printed labels that recur over a table."""

from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
import pytest

from lettermill.paper.print_forms import PrintForms, learn_print

HEIGHT, WIDTH = 44, 300
Draw = Callable[[np.ndarray, int], None]


def text(image: np.ndarray, words: str, x: int, y: int, size: float = 0.5) -> None:
    cv2.putText(image, words, (x, y), cv2.FONT_HERSHEY_DUPLEX, size, 0, 1, cv2.LINE_AA)


def scribble(image: np.ndarray, number: int, left: int = 120) -> None:
    """Some strokes that are different in each image."""
    random = np.random.default_rng(number)
    for x in range(left, left + 120, 24):
        points = np.stack([x + random.integers(0, 18, 5), random.integers(12, 36, 5)], axis=1).astype(np.int32)
        cv2.polylines(image, [points], False, 20, 2, cv2.LINE_AA)


def table(label: Draw, rows: int = 60, noise: float = 2, writing: Draw = scribble) -> tuple[list[np.ndarray], ...]:
    """Images with a label and writing, and the same with only the writing."""
    both, alone = [], []
    for number in range(rows):
        random = np.random.default_rng(1000 + number)
        paper = np.full((HEIGHT, WIDTH), 250, np.uint8)
        writing(paper, number)
        labelled = paper.copy()
        label(labelled, number)
        for image, images in ((labelled, both), (paper, alone)):
            images.append((image + random.normal(0, noise, image.shape)).clip(0, 255).astype(np.uint8))
    return both, alone


def surname(image: np.ndarray, number: int) -> None:
    text(image, "Surname", 5, 30)


def ink(image: np.ndarray) -> np.ndarray:
    mask: np.ndarray = image < 150
    return mask


def removes(forms: PrintForms, image: np.ndarray, alone: np.ndarray) -> bool:
    """Whether the print of ``image`` is gone, and the writing is not."""
    clean = ink(forms.without(image))
    return np.count_nonzero(clean & ~ink(alone)) <= 5 and np.count_nonzero(ink(alone) & ~clean) <= 5


@pytest.mark.parametrize(
    "label",
    [
        surname,
        lambda image, number: text(image, "FAMILY NAME", 3, 28, 0.4),
        lambda image, number: text(image, "Given name", 12, 10, 0.4),
        lambda image, number: text(image, "Name :", 4, 30),
        lambda image, number: text(image, "Surname", 5 + number % 9, 26 + number % 7),
        lambda image, number: text(image, ("Surname", "First name")[number % 2], 5, 30),
    ],
    ids=["mixed case", "capitals", "above", "colon", "moved", "two wordings"],
)
def test_a_label_of_any_wording_and_place_is_removed(label: Draw) -> None:
    both, alone = table(label)
    forms = learn_print(both)
    assert sum(removes(forms, *pair) for pair in zip(both, alone, strict=True)) >= 58


def test_many_labels_are_found_in_one_table() -> None:
    wordings = "Surname", "First name", "Place of birth", "Roll No.", "Signature", "Marks", "DATE"
    both, alone = table(lambda image, number: text(image, wordings[number % 7], 3, 30, 0.4), rows=140)
    forms = learn_print(both)
    assert sum(removes(forms, *pair) for pair in zip(both, alone, strict=True)) >= 133


def test_a_label_in_photographs_is_removed() -> None:
    both, alone = table(surname, noise=0)

    def photographed(image: np.ndarray, number: int) -> np.ndarray:
        random = np.random.default_rng(number)
        scale = random.uniform(1.94, 2.06)
        image = cv2.GaussianBlur(cv2.resize(image, None, fx=scale, fy=scale), (0, 0), random.uniform(0.6, 1.1))
        image = (image - 20 + random.normal(0, 5, image.shape)).clip(0, 255).astype(np.uint8)
        return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_GRAYSCALE)

    both = [photographed(image, number) for number, image in enumerate(both)]
    alone = [photographed(image, number) for number, image in enumerate(alone)]
    forms = learn_print(both)
    clean = [ink(forms.without(image)) for image in both]
    left = sum(np.count_nonzero(one[:, :180]) for one in clean)
    assert left <= 0.05 * sum(np.count_nonzero(ink(image)[:, :180]) for image in both)
    kept = [np.count_nonzero(one & ink(other)) for one, other in zip(clean, alone, strict=True)]
    assert sum(kept) >= 0.97 * sum(np.count_nonzero(ink(image)) for image in alone)


def test_writing_through_the_label_keeps_its_ink_beside_it() -> None:
    both, _ = table(surname)
    forms = learn_print(both)
    image = both[0].copy()
    cv2.line(image, (20, 2), (40, 42), 0, 2)
    clean = forms.without(image)
    assert ink(clean)[2:16, 18:34].sum() >= 0.9 * ink(image)[2:16, 18:34].sum()
    assert not ink(clean)[20:31, 50:75].any()


def test_nothing_is_learnt_from_writing() -> None:
    both, alone = table(surname)
    assert learn_print(both)
    assert not learn_print(alone)


def test_a_printed_word_that_is_the_only_ink_is_the_word() -> None:
    def city(image: np.ndarray, number: int) -> None:
        text(image, ("Paris", "Lyon", "Berlin")[number % 3], 5, 30)

    both, _ = table(city, writing=lambda image, number: None)
    assert not learn_print(both)
    forms = learn_print(table(surname)[0])
    alone = table(surname, rows=1, writing=lambda image, number: None)[0][0]
    assert forms.without(alone) is alone
    assert forms.found(alone) == []


def test_a_syllable_of_a_table_in_print_is_no_label() -> None:
    syllables = "bra", "ked", "lom", "nus", "pfi", "ghe", "xto", "wyz", "cha", "dru"

    def word(image: np.ndarray, number: int) -> None:
        random = np.random.default_rng(number)
        text(image, "ton" + "".join(random.choice(syllables, 3)), 5, 30)

    assert not learn_print(table(word, writing=lambda image, number: None)[0])


def test_a_label_in_few_images_is_not_learnt() -> None:
    assert not learn_print(table(lambda image, number: surname(image, 0) if number < 7 else None, rows=40)[0])
    assert not learn_print(table(lambda image, number: surname(image, 0) if number < 11 else None, rows=160)[0])
    assert learn_print(table(lambda image, number: surname(image, 0) if number < 16 else None, rows=160)[0])


def test_an_image_without_print_is_returned_as_it_is() -> None:
    both, alone = table(surname)
    forms = learn_print(both)
    assert forms.without(alone[3]) is alone[3]
    assert forms.found(alone[3]) == []
    blank = np.full((HEIGHT, WIDTH), 250, np.uint8)
    assert forms.without(blank) is blank
    tiny = np.array([[0, 255]], np.uint8)
    assert forms.without(tiny) is tiny
    before = both[0].copy()
    forms.without(both[0])
    assert (both[0] == before).all()


def test_the_box_of_the_print() -> None:
    both, _ = table(surname)
    (box,) = learn_print(both).found(both[0])
    dark = ink(both[0])[:, :100]
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    assert abs(box.x - columns[0]) <= 1 and abs(box.right - columns[-1] - 1) <= 1
    assert abs(box.y - rows[0]) <= 1 and abs(box.bottom - rows[-1] - 1) <= 1


def test_the_order_of_the_images_does_not_matter() -> None:
    both, _ = table(surname, rows=230)
    one, other = learn_print(both).arrays(), learn_print(both[::-1]).arrays()
    assert one.keys() == other.keys()
    assert all((one[name] == other[name]).all() for name in one)


def test_what_was_learnt_is_saved_as_arrays() -> None:
    both, _ = table(surname)
    forms = learn_print(both)
    file = BytesIO()
    np.savez(file, **forms.arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = PrintForms.from_arrays(arrays)
    for image in both:
        assert (again.without(image) == forms.without(image)).all()
    assert again.without(both[0]) is not both[0]


def test_no_images() -> None:
    assert not learn_print([])
    assert not learn_print([np.full((5, 5), 255, np.uint8)] * 20)
    assert not PrintForms.from_arrays({})
