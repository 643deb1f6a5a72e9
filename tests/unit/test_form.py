"""One form: whatever an image looks like, its ink is dark on light, even paper, and colours are told apart."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from lettermill.paper.form import one_form
from project import SAMPLE

NAMES = sorted((SAMPLE / "images").iterdir())
SCALES = (1, 2, 3)

BLACK, BLUE, RED, ORANGE, PALE_BLUE = (40, 40, 40), (150, 60, 30), (50, 40, 190), (70, 150, 250), (235, 180, 140)
"""Inks, in BGR."""


def word(number: int, scale: int = 1) -> np.ndarray:
    """A word of the sample, (height, width) uint8."""
    image = cv2.imread(str(NAMES[number]), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def coverage(image: np.ndarray) -> np.ndarray:
    """The part of each pixel that is covered by ink: (height, width), 0 to 1."""
    return 1 - image / 255


def grey_levels(levels: np.ndarray) -> np.ndarray:
    return np.clip(np.round(levels), 0, 255).astype(np.uint8)


def ink_of(image: np.ndarray) -> np.ndarray:
    """The darker of two classes, by Otsu's threshold: (height, width) bool."""
    threshold, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return image <= threshold


def agreement(image: np.ndarray, expected: np.ndarray) -> float:
    """The ink that two images have in common, as a share of all their ink."""
    one, other = ink_of(image), ink_of(expected)
    return float((one & other).sum() / (one | other).sum())


def drawn(*inks: tuple[np.ndarray, tuple[int, int, int]]) -> np.ndarray:
    """Inks on white paper, one on the other, as JPEG stores them: (height, width, 3) uint8 BGR. inks: coverage and
    colour of each."""
    image = np.full((*inks[0][0].shape, 3), 255.0)
    for covered, colour in inks:
        image *= 1 - covered[..., None] * (1 - np.array(colour) / 255)
    return as_jpeg(grey_levels(image), 85)


def as_jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_UNCHANGED)


def rules(shape: tuple[int, int], every: int, thickness: int = 1, squared: bool = False) -> np.ndarray:
    lines = np.zeros(shape)
    for offset in range(thickness):
        lines[3 + offset :: every] = 1
        if squared:
            lines[:, 3 + offset :: every] = 1
    return lines


def test_a_plain_image_stays_the_same_array() -> None:
    for number in range(0, 300, 10):
        image = word(number)
        assert one_form(image).image is image and one_form(image).changes == () and one_form(image).layers == ()


@pytest.mark.parametrize("scale", SCALES)
def test_light_on_dark_is_inverted(scale: int) -> None:
    for number in (0, 29, 58):
        image = word(number, scale)
        form = one_form(255 - image)
        assert form.changes == ("inverted",) and np.array_equal(form.image, image)


@pytest.mark.parametrize("scale", SCALES)
def test_wide_ink_keeps_its_paper(scale: int) -> None:
    wide = cv2.erode(word(7, scale), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (4 * scale + 1, 4 * scale + 1)))
    for number, image in enumerate((wide, 255 - wide)):
        form = one_form(image)
        assert ("inverted" in form.changes) == number and agreement(form.image, wide) > 0.97


@pytest.mark.parametrize("width", [6, 12, 25])
def test_a_margin_around_the_page_says_nothing_of_its_ink_and_goes(width: int) -> None:
    image = cv2.copyMakeBorder(word(0, 2), *[8] * 4, cv2.BORDER_CONSTANT, value=255)
    light, dark = (cv2.copyMakeBorder(image, *[width] * 4, cv2.BORDER_CONSTANT, value=level) for level in (255, 25))
    for page, changes in ((dark, ("evened",)), (255 - dark, ("inverted", "evened"))):
        form = one_form(page)
        assert form.changes == changes
        assert agreement(form.image, light) > 0.9
        assert (form.image[: width - 1] > 200).all()


def test_a_wide_margin_does_not_outvote_a_short_word(paper: Callable[..., np.ndarray]) -> None:
    letters = [(20, 12, 4, 20), (34, 12, 4, 20), (48, 12, 4, 20)]
    page = cv2.copyMakeBorder(paper((44, 300), *letters), *[24] * 4, cv2.BORDER_CONSTANT, value=20)
    assert "inverted" not in one_form(page).changes and "inverted" in one_form(255 - page).changes


def across(shape: tuple[int, int]) -> np.ndarray:
    return np.broadcast_to(np.linspace(0.95, 0.3, shape[1]), shape)


def edge(shape: tuple[int, int]) -> np.ndarray:
    rows, columns = np.indices(shape)
    return np.where(columns - rows / 3 > shape[1] / 4, 0.45, 1.0)


def vignette(shape: tuple[int, int]) -> np.ndarray:
    rows, columns = np.indices(shape)
    height, width = shape
    return 1 - 0.35 * ((rows / height - 0.5) ** 2 + (columns / width - 0.5) ** 2) * 4


@pytest.mark.parametrize("light", [across, edge, vignette])
@pytest.mark.parametrize("scale", SCALES)
def test_uneven_light_is_evened(light: Callable[[tuple[int, int]], np.ndarray], scale: int) -> None:
    image, random = word(0, scale), np.random.default_rng(0)
    shaded = grey_levels((40 + 200 * (image / 255)) * light(image.shape) + random.normal(0, 2, image.shape))
    form = one_form(shaded)
    assert "evened" in form.changes
    assert agreement(shaded, image) < 0.5 < 0.9 < agreement(form.image, image)
    paper = image > 250
    assert np.percentile(form.image[paper], 2) > 200
    ink, half = image < 60, image.shape[1] // 4
    levels = [float(np.median(form.image[:, part][ink[:, part]])) for part in (np.s_[:half], np.s_[half:])]
    assert abs(levels[0] - levels[1]) < 30


def test_chalk_on_an_unevenly_lit_board() -> None:
    image = word(0, 2)
    board = grey_levels((90 + 140 * coverage(image)) * across(image.shape))
    form = one_form(board)
    assert form.changes[:2] == ("inverted", "evened")
    assert agreement(form.image, image) > 0.9 > agreement(255 - board, image)
    chalk, half = image < 60, image.shape[1] // 4
    levels = [float(np.median(form.image[:, part][chalk[:, part]])) for part in (np.s_[:half], np.s_[half:])]
    assert abs(levels[0] - levels[1]) < 30


@pytest.mark.parametrize(("paper", "ink"), [(150, 105), (90, 45), (15, 0)])
def test_little_contrast_is_stretched_but_noise_is_not(paper: int, ink: int) -> None:
    image, random = word(0, 2), np.random.default_rng(0)
    noise = random.normal(0, paper / 75, image.shape)
    form = one_form(grey_levels(paper - (paper - ink) * coverage(image) + noise))
    assert form.changes == ("stretched",) and agreement(form.image, image) > 0.9
    assert np.median(form.image) == 255 and form.image.min() < 100
    blank = grey_levels(paper + noise)
    assert one_form(blank).image is blank


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("pen", "ruling"), [(BLACK, PALE_BLUE), (BLACK, ORANGE), (BLUE, RED)])
def test_rules_of_another_colour_are_taken_away(pen: tuple, ruling: tuple, scale: int) -> None:
    image = word(0, scale)
    lines = rules(image.shape, 13 * scale, scale, squared=ruling == PALE_BLUE)
    form = one_form(drawn((lines, ruling), (coverage(image), pen)))
    assert form.changes == ("colour",)
    assert agreement(form.image, image) > 0.8
    assert 2 <= len(form.layers) <= 3
    between = (lines > 0) & (image > 250)
    assert np.median(form.image[between]) > 230


@pytest.mark.parametrize("number", [0, 7, 36])
def test_narrow_squares_are_told_by_how_pale_they_are(number: int) -> None:
    """Their colour runs into that of the letters everywhere, so that there is no valley between the two."""
    image = word(number)
    squares = rules(image.shape, 9, squared=True)
    form = one_form(drawn((squares, PALE_BLUE), (coverage(image), BLACK)))
    assert form.changes == ("colour",) and agreement(form.image, image) > 0.8


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("pen", "print_"), [(BLACK, BLUE), (BLUE, BLACK), (BLUE, RED)])
def test_print_of_another_colour_stays_but_each_colour_has_its_layer(pen: tuple, print_: tuple, scale: int) -> None:
    image = word(0, scale)
    label = np.zeros(image.shape, np.uint8)
    cv2.putText(label, "Form 27", (250 * scale, 25 * scale), cv2.FONT_HERSHEY_SIMPLEX, 0.7 * scale, 255, 2 * scale)
    form = one_form(drawn((label / 255, print_), (coverage(image), pen)))
    assert form.changes == () and len(form.layers) == 2
    assert agreement(form.image, np.minimum(image, 255 - label)) > 0.9
    for expected in (image, 255 - label):
        assert max(agreement(layer, expected) for layer in form.layers) > 0.8
    assert all(layer.shape == image.shape and layer.dtype == np.uint8 for layer in form.layers)


@pytest.mark.parametrize("pen", [BLACK, BLUE, RED])
def test_one_ink_has_no_layers(pen: tuple) -> None:
    for number in (0, 29, 58):
        image = drawn((coverage(word(number, 2)), pen))
        form = one_form(image)
        assert form.layers == () and form.changes == ()
        assert np.array_equal(form.image, cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def test_tinted_paper_is_no_ink() -> None:
    image = word(0, 2)
    tinted = grey_levels(drawn((coverage(image), BLACK)) * (np.array((150, 215, 235)) / 255))
    assert one_form(tinted).layers == () and agreement(one_form(tinted).image, image) > 0.9


def test_a_photograph_of_a_coloured_form() -> None:
    image, random = word(0, 3), np.random.default_rng(0)
    lines = rules(image.shape, 30, 2)
    photo = cv2.GaussianBlur(drawn((lines, ORANGE), (coverage(image), BLUE)).astype(float), (0, 0), 1)
    photo = as_jpeg(grey_levels(photo * across(image.shape)[..., None] * 0.9 + random.normal(0, 3, photo.shape)), 80)
    form = one_form(photo)
    assert form.changes == ("colour",)
    assert agreement(form.image, image) > 0.8
    again = one_form(photo.copy())
    assert np.array_equal(form.image, again.image)
    assert all(np.array_equal(*pair) for pair in zip(form.layers, again.layers, strict=True))


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 3), (64, 64)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_any_size_and_images_without_contrast(shape: tuple[int, int], level: int) -> None:
    blank = np.full(shape, level, np.uint8)
    assert np.array_equal(one_form(blank).image, blank) and one_form(cv2.merge([blank] * 3)).layers == ()
    for channels in ((), (3,)):
        image = np.random.default_rng(0).integers(0, 256, (*shape, *channels), np.uint8)
        assert one_form(image).image.shape == shape


def test_noise_is_not_light_ink() -> None:
    """In the reduced image it averages out, and what is left tells nothing."""
    noise = np.where(np.random.default_rng(0).random((4_000, 300)) < 0.3, 0, 255).astype(np.uint8)
    assert one_form(noise).changes == ()
