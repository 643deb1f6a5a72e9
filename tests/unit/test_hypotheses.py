"""Ink hypotheses: which sets of ink of an image may be the word, in which order, and how many agree."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from lettermill.base.box import Box
from lettermill.image.hypotheses import (
    LEVELS,
    MAX_HYPOTHESES,
    UNPRINTED,
    InkHypothesis,
    WordImage,
    layer_of,
    whole,
)
from lettermill.paper.ink import Components, components
from lettermill.paper.print_forms import PrintForms, learn_print

Paper = Callable[..., np.ndarray]

LABEL = [(8 + 9 * i, 14, 6, 10) for i in range(5)]
WORD = [(100, 12, 9, 14), (116, 12, 8, 14), (131, 12, 10, 14)]
REGION = Box(80, 0, 120, 36)


def seen(hypothesis: InkHypothesis) -> list[Box]:
    """The boxes, in the word image, of the components in the band of the word."""
    top, bottom = hypothesis.band
    inside = [box for box in hypothesis.parts.boxes if box.y < bottom and box.bottom > top]
    return [box.moved(*hypothesis.origin) for box in inside]


def boxes(*groups: Sequence[tuple[int, int, int, int]]) -> list[Box]:
    return [Box(*box) for group in groups for box in group]


def names(image: WordImage, first: str = "") -> list[str]:
    return [hypothesis.name for hypothesis in image.hypotheses(first)]


@pytest.fixture
def two_lines(paper: Paper) -> WordImage:
    """A dark label, and in the region two lines: a paler word, and a smaller one below it."""
    image = paper((60, 200), *LABEL)
    for x, y, width, height in WORD:
        image[y : y + height, x : x + width] = 120
        image[y + 24 : y + 34, x : x + width] = 60
    return WordImage((image, cv2.GaussianBlur(image, (3, 3), 0)), Box(80, 0, 120, 60), None)


def test_the_ink_of_plain_paper_is_one_hypothesis_with_all_votes(paper: Paper) -> None:
    image = whole(paper((36, 200), *WORD))
    (only,) = image.hypotheses()
    (voted,) = image.voted()
    assert seen(only) == seen(voted) == boxes(WORD)
    assert voted.name == only.name and voted.votes == len(LEVELS)
    assert only.band == (12, 26) and only.origin == (0, 0)


def test_equal_sets_of_ink_appear_once(paper: Paper) -> None:
    image = paper((36, 200), *WORD)
    everywhere = Box(0, 0, 200, 36)
    (voted,) = WordImage((image, image.copy()), everywhere, None).voted()
    assert voted.votes == 2 * len(LEVELS)
    other = paper((36, 200), *WORD[:2], (131, 12, 18, 14))
    assert [seen(one) for one in WordImage((image, other), everywhere, None).hypotheses()] == [
        boxes(WORD),
        boxes([*WORD[:2], (131, 12, 18, 14)]),
    ]


def test_a_pixel_more_or_less_is_no_other_set_of_ink(paper: Paper) -> None:
    image, wider = paper((36, 200), *WORD), paper((36, 200), *WORD[:2], (130, 12, 11, 14))
    assert len(list(WordImage((image, wider), Box(0, 0, 200, 36), None).hypotheses())) == 1


def test_specks_are_no_other_set_of_ink(paper: Paper) -> None:
    image, speck = paper((36, 200), *WORD), paper((36, 200), *WORD, (125, 20, 1, 1))
    assert len(list(WordImage((image, speck), Box(0, 0, 200, 36), None).hypotheses())) == 1


def test_the_region_comes_first_then_the_whole_image(paper: Paper) -> None:
    image = WordImage((paper((36, 200), *LABEL, *WORD),), REGION, None)
    inside, everything = image.hypotheses()
    assert seen(inside) == boxes(WORD) and inside.origin == (80, 0) and inside.image.shape == (36, 120)
    assert seen(everything) == boxes(LABEL, WORD) and everything.image.shape == (36, 200)


def test_a_word_that_is_not_in_the_region_is_found(paper: Paper) -> None:
    image = WordImage((paper((36, 200), *WORD),), Box(0, 0, 60, 36), None)
    assert boxes(WORD) in [seen(one) for one in image.hypotheses()]


def test_faint_ink_beside_dark_ink_is_in_another_hypothesis(paper: Paper) -> None:
    image = paper((36, 200), *WORD[:2], (60, 8, 20, 22), ink=0)
    image[12:26, 131:141] = 170
    found = [seen(one) for one in whole(image).hypotheses()]
    assert found[0] == boxes([(60, 8, 20, 22)], WORD[:2])
    assert boxes([(60, 8, 20, 22)], WORD) in found


def test_a_second_line_of_writing_is_a_hypothesis(paper: Paper) -> None:
    lower = [(x, y + 24, width, height - 2) for x, y, width, height in WORD]
    first, second = whole(paper((60, 200), *WORD, *lower)).voted()
    assert (seen(first), first.band, seen(second), second.band) == (boxes(WORD), (12, 26), boxes(lower), (36, 48))
    assert first.votes == second.votes == len(LEVELS)


@pytest.mark.parametrize("top", [0, 8])
def test_the_line_that_crosses_the_word_decides_which_line_comes_first(two_lines: WordImage, top: int) -> None:
    region = Box(80, top, 120, 60 - top)
    first = [next(two_lines._replace(region=region, line=line).hypotheses()) for line in (20, 24, 38, 44)]
    assert [one.band[0] + top for one in first] == [12, 12, 36, 36]


def test_names_are_unique_and_stay(two_lines: WordImage) -> None:
    once = names(two_lines)
    assert len(once) >= 3 and len(set(once)) == len(once)
    assert names(two_lines) == [hypothesis.name for hypothesis in two_lines.voted()] == once


def test_the_hypothesis_that_is_named_comes_first_and_is_the_same(two_lines: WordImage) -> None:
    found = {hypothesis.name: seen(hypothesis) for hypothesis in two_lines.hypotheses()}
    for name in found:
        again = list(two_lines.hypotheses(name))
        assert again[0].name == name
        # Of almost equal sets of ink, one is left: the others may have other names.
        assert len(again) == len(found)
        assert all(seen(one) == found[one.name] for one in again if one.name in found)


def test_a_name_that_is_not_there_changes_nothing(two_lines: WordImage) -> None:
    assert names(two_lines, "0.7.50.3") == names(two_lines, f"{UNPRINTED}.50.0") == names(two_lines)


def test_a_name_tells_the_layer(two_lines: WordImage) -> None:
    for hypothesis in two_lines.hypotheses():
        layer = two_lines.layers[layer_of(hypothesis.name)]
        x, y = hypothesis.origin
        height, width = hypothesis.image.shape
        assert np.array_equal(hypothesis.image, layer[y : y + height, x : x + width])
    assert layer_of("") == 0


def test_there_are_only_so_many_hypotheses() -> None:
    random = np.random.default_rng(0)
    layers = [cv2.GaussianBlur(random.integers(0, 256, (40, 90), np.uint8), (9, 9), 0) for _ in range(9)]
    layers = [cv2.normalize(layer, None, 0, 255, cv2.NORM_MINMAX) for layer in layers]
    image = WordImage(layers, Box(0, 0, 90, 40), None)
    assert len(names(image)) == len(image.voted()) == MAX_HYPOTHESES


def test_each_hypothesis_is_made_when_it_is_asked_for(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def found(mask: np.ndarray) -> Components:
        looked.append(mask)
        return components(mask)

    monkeypatch.setattr("lettermill.image.hypotheses.components", found)
    next(WordImage((paper((36, 200), *LABEL, *WORD),), REGION, None).hypotheses())
    assert len(looked) == 1


@pytest.mark.parametrize("image", [np.full((30, 90), 255, np.uint8), np.zeros((1, 1), np.uint8)])
def test_where_there_is_no_ink_there_is_no_hypothesis(image: np.ndarray) -> None:
    assert names(whole(image)) == [] and whole(image).voted() == []


def labelled(number: int) -> np.ndarray:
    """A word with a printed label at its left; its letters are at other places in each image."""
    random = np.random.default_rng(number)
    image = np.full((44, 300), 250, np.uint8)
    cv2.putText(image, "Surname", (5, 30), cv2.FONT_HERSHEY_DUPLEX, 0.5, 0, 1, cv2.LINE_AA)
    for x in range(120, 240, 24):
        points = np.stack([x + random.integers(0, 18, 5), random.integers(12, 36, 5)], axis=1).astype(np.int32)
        cv2.polylines(image, [points], False, 20, 2, cv2.LINE_AA)
    return image


@pytest.fixture(scope="module")
def forms() -> PrintForms:
    return learn_print([labelled(number) for number in range(40)])


def test_where_the_print_is_known_the_ink_without_it_comes_first(forms: PrintForms) -> None:
    image = whole(labelled(99))
    assert min(box.x for box in seen(next(image.hypotheses()))) < 20
    found = list(image._replace(forms=forms).hypotheses())
    assert found[0].name.startswith(UNPRINTED) and found[0].origin == (0, 0)
    assert min(box.x for box in seen(found[0])) > 90
    assert min(box.x for box in seen(found[1])) < 20  # what is taken for print may be the word
    assert not any(one.name.startswith(UNPRINTED) for one in found[1:])


def test_where_there_is_no_print_nothing_is_different(forms: PrintForms, two_lines: WordImage) -> None:
    assert names(two_lines._replace(forms=forms)) == names(two_lines)
