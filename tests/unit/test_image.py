"""Ink, labels, boxes and cuts, on drawings small enough to know the answer."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lettermill.base.box import Box, overlaps
from lettermill.image.codec import decode, encode_png, suffix_of
from lettermill.image.crop import Cropping, Edges, crop
from lettermill.image.cut import cut_letters
from lettermill.image.printed import find_writing
from lettermill.image.segmentation import find_letters
from lettermill.paper.ink import components, ink_mask, ink_threshold

WORD = [(100, 12, 9, 14), (116, 12, 8, 14), (131, 12, 10, 14)]
PRINT = [(10 + 9 * i, 14, 8, 10) for i in range(6)]
COLON = [(69, 16, 2, 2), (69, 22, 2, 2)]


def test_blank_and_faint_images_have_no_ink(paper) -> None:
    assert ink_threshold(np.full((30, 90), 255, np.uint8)) is None
    assert ink_threshold(np.zeros((30, 90), np.uint8)) is None
    assert ink_threshold(paper((30, 90), (5, 5, 9, 9), ink=230)) is None
    assert not ink_mask(paper((30, 90), (5, 5, 9, 9), ink=230)).any()
    assert ink_mask(paper((30, 90), (5, 5, 9, 9), ink=120)).sum() == 81


def test_components_come_from_left_to_right(paper) -> None:
    parts = components(ink_mask(paper((30, 90), (60, 3, 5, 9), (5, 20, 4, 4), (5, 2, 6, 5))))
    assert list(zip(parts.left, parts.top, parts.width, parts.height, strict=True)) == [
        (5, 2, 6, 5), (5, 20, 4, 4), (60, 3, 5, 9),
    ]  # fmt: skip
    assert parts.area.tolist() == [30, 16, 45]
    assert [int(parts.labels[y, x]) for x, y in ((5, 2), (5, 20), (60, 3))] == [1, 2, 3]
    assert parts.mask(np.array([False, True, False])).sum() == 16


def test_letters_are_boxed_tightly(paper) -> None:
    assert find_letters(paper((36, 200), *WORD)) == [Box(*box) for box in WORD]


def test_slices_of_neighbouring_lines_are_not_letters(paper) -> None:
    above = [(98, 0, 10, 4), (120, 0, 3, 5), (150, 0, 9, 2)]
    below = [(100, 33, 7, 3), (130, 31, 20, 5)]
    assert find_letters(paper((36, 200), *WORD, *above, *below)) == [Box(*box) for box in WORD]


def test_a_word_cut_off_by_the_edge_is_found_when_its_line_is_known(paper) -> None:
    low = [(x, 22, width, 14) for x, _, width, _ in WORD]
    above = [(x, 2, 12, 12) for x, *_ in WORD]
    image = paper((36, 200), *low, *above)
    assert find_letters(image, line=28) == [Box(*box) for box in low]
    assert find_letters(image) == [Box(*box) for box in above]


def test_dots_and_accents_belong_to_their_letter(paper) -> None:
    stem, dot = (100, 16, 3, 10), (100, 11, 3, 3)
    e, accent = (115, 13, 8, 13), (118, 8, 4, 3)
    assert find_letters(paper((36, 200), stem, dot, e, accent)) == [Box(100, 11, 3, 15), Box(115, 8, 8, 18)]


def test_strokes_of_a_broken_letter_are_one(paper) -> None:
    upper, lower = (100, 10, 10, 7), (101, 18, 8, 8)
    assert find_letters(paper((36, 200), upper, lower, (120, 10, 8, 16))) == [Box(100, 10, 10, 16), Box(120, 10, 8, 16)]


def test_letters_that_lean_over_each_other_stay_two() -> None:
    image = np.full((40, 120), 255, np.uint8)
    cv2.line(image, (20, 30), (32, 10), 0, 2)
    cv2.line(image, (29, 30), (41, 10), 0, 2)
    first, second = find_letters(image)
    assert first.right > second.x  # no empty column between them
    assert first.x < second.x


def test_specks_and_far_ink_are_left_out(paper) -> None:
    specks = [(112, 18, 1, 1), (125, 30, 2, 2), (340, 10, 9, 15)]
    assert find_letters(paper((36, 388), *WORD, *specks)) == [Box(*box) for box in WORD]


def test_ink_at_the_right_edge_of_the_image_is_a_letter_too(paper) -> None:
    letters = [(30, 10, 9, 15), (50, 10, 9, 15), (87, 10, 9, 15)]
    assert find_letters(paper((36, 96), *letters)) == [Box(*box) for box in letters]


def test_ink_at_the_lower_edge_of_the_image_is_a_letter_too(paper) -> None:
    letters = [(30, 10, 9, 15), (50, 10, 9, 15), (70, 12, 9, 24)]
    assert find_letters(paper((36, 120), *letters), line=18) == [Box(*box) for box in letters]


def test_the_label_beside_the_word_is_found_by_its_colon(paper) -> None:
    writing = find_writing(paper((36, 388), *PRINT, *COLON, *WORD))
    assert writing.region == Box(71, 0, 388 - 71, 36)
    assert writing.line == 19


def test_a_label_above_the_word_is_cut_off(paper) -> None:
    print_above = [(30 + 8 * i, 5, 7, 9) for i in range(4)]
    word = [(30, 24, 8, 15), (46, 26, 9, 12), (64, 24, 8, 13)]
    assert find_writing(paper((50, 284), *print_above, *word)).region == Box(0, 14, 284, 36)


def test_handwriting_without_a_label_is_left_whole(paper) -> None:
    assert find_writing(paper((36, 388), *WORD)).region == Box(0, 0, 388, 36)
    dotted = [(20, 12, 9, 14), (33, 16, 2, 10), (33, 12, 2, 2)]  # an i is no colon
    assert find_writing(paper((36, 388), *dotted, *WORD)).region == Box(0, 0, 388, 36)


def test_larger_scans_are_read_alike(paper) -> None:
    small = paper((36, 388), *PRINT, *COLON, *WORD)
    large = cv2.resize(small, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    writing = find_writing(large)
    assert writing.region.x == 3 * 71
    found = find_letters(writing.region.of(large), writing.line)
    assert [box.moved(writing.region.x, 0) for box in found] == [Box(*(3 * side for side in box)) for box in WORD]


def test_ways_to_crop(paper) -> None:
    image = paper((36, 388), *PRINT, *COLON, *WORD)
    profiles = {"388x36": Edges(left=75)}
    assert crop(image, Cropping("profiles", profiles)).region == Box(75, 0, 313, 36)
    assert crop(image[:35], Cropping("profiles", profiles)).region == Box(71, 0, 317, 35)  # no profile: auto
    assert crop(image, Cropping("box", box=Edges(10, 2, 500, 30))).region == Box(10, 2, 378, 28)
    assert crop(image, Cropping("box", box=Edges(left=400))).region.width == 0
    assert crop(image, Cropping("none")).region == Box(0, 0, 388, 36)
    assert crop(image, Cropping()).region == Box(71, 0, 317, 36)


def test_neighbours_are_erased_from_a_letter(paper) -> None:
    letter, neighbour = Box(10, 5, 12, 20), Box(20, 5, 12, 4)
    image = paper((30, 60), (10, 5, 4, 20), (10, 21, 12, 4), (20, 5, 12, 4))
    plain, clean = (cut_letters(image, [letter, neighbour], erase)[0] for erase in (False, True))
    assert plain.shape == clean.shape == (20, 12)
    assert (plain[:4, 10:] == 20).all() and (clean[:4, 10:] == 255).all()
    assert (clean[:, :4] == 20).all()


def test_a_touching_half_is_not_erased(paper) -> None:
    image = paper((30, 60), (10, 5, 30, 10))
    left, right = cut_letters(image, [Box(10, 5, 13, 10), Box(23, 5, 17, 10)], True)
    assert (left == 20).all() and (right == 20).all()


def test_images_survive_coding(paper) -> None:
    image = paper((36, 200), *WORD)
    content = encode_png(image)
    assert suffix_of(content) == ".png"
    assert np.array_equal(decode(content), image)


def test_transparent_paper_is_white() -> None:
    image = np.zeros((10, 20, 4), np.uint8)
    image[2:5, 3:6, 3] = 255
    decoded = decode(cv2.imencode(".png", image)[1].tobytes())
    assert decoded[3, 4] == 0 and decoded[0, 0] == 255


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0broken"])
def test_what_is_no_image_decodes_to_none(content: bytes) -> None:
    assert decode(content) is None


@settings(max_examples=150)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)))
def test_any_image_gives_boxes_inside_it_from_left_to_right(image: np.ndarray) -> None:
    region, line = find_writing(image)
    assert 0 <= region.x <= region.right <= image.shape[1] and 0 <= region.y <= region.bottom <= image.shape[0]
    if region.width and region.height:
        mask = ink_mask(region.of(image))
        found = find_letters(region.of(image), None if line is None else line - region.y)
        assert found == sorted(found, key=lambda box: 2 * box.x + box.width)
        for box in found:
            inside = box.of(mask)
            assert inside.shape == (box.height, box.width)
            # Tight: there is ink in the first and last row and column.
            assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()


@given(st.lists(st.builds(Box, *[st.integers(0, 20)] * 2, *[st.integers(1, 9)] * 2), min_size=2, max_size=6))
def test_boxes_overlap_alike_one_by_one_and_all_at_once(boxes: list[Box]) -> None:
    assert overlaps(boxes[1:], boxes[:1]).tolist() == [[box.overlap(boxes[0])] for box in boxes[1:]]
    assert overlaps(boxes[:1], boxes).tolist() == [[boxes[0].overlap(box) for box in boxes]]
