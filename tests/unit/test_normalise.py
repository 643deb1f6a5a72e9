"""Letters in squares of a fixed size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from lettermill.image.normalise import normalise


def stroke(height: int, width: int, ink: int = 40, paper: int = 250) -> np.ndarray:
    """Ink that fills its box, but for a corner of paper."""
    image = np.full((height, width), ink, np.uint8)
    image[0, 0] = paper
    return image


@pytest.mark.parametrize(("height", "width", "expected"), [(40, 10, (20, 5)), (10, 40, (5, 20)), (8, 4, (20, 10))])
def test_the_longer_side_fills_the_square_within_its_margin(height: int, width: int, expected: tuple) -> None:
    square = normalise(stroke(height, width), 28, 4)
    assert (square.any(axis=1).sum(), square.any(axis=0).sum()) == expected


def test_the_centre_of_mass_is_in_the_middle() -> None:
    letter = np.full((20, 12), 250, np.uint8)
    letter[:, :3] = letter[17:] = 40  # an L, whose box has its middle elsewhere
    square = normalise(letter, 28, 4).astype(float)
    for axis in (0, 1):
        profile = square.sum(axis=axis)
        centre = np.dot(profile, np.arange(28) + 0.5) / profile.sum()
        assert abs(centre - 14) <= 0.5


def test_faint_ink_on_grey_paper_is_as_good_as_black_on_white() -> None:
    letter = np.full((20, 12), 255, np.uint8)
    letter[:, 4:8] = 0
    faint = (180 - 60 * (letter == 0)).astype(np.uint8)
    assert (normalise(faint, 28, 4) == normalise(letter, 28, 4)).all()


def test_an_image_without_contrast_is_an_empty_square() -> None:
    assert not normalise(np.full((9, 9), 200, np.uint8), 28, 4).any()
    assert not normalise(stroke(9, 9, ink=240), 28, 4).any()


def test_a_margin_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="margin"):
        normalise(stroke(9, 9), 28, 14)


@settings(max_examples=200)
@given(arrays.arrays(np.uint8, some.tuples(some.integers(1, 60), some.integers(1, 60))), some.integers(0, 5))
def test_any_image_fits(image: np.ndarray, margin: int) -> None:
    square = normalise(image, 28, margin)
    assert square.shape == (28, 28)
    assert square.dtype == np.uint8
