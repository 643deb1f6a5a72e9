"""More than a thousand damaged images, and the largest of unkind shapes, from download to cut: none does any harm."""

from pathlib import Path

import pytest

from damage import DAMAGES, EARLY, damaged, encodings
from fuzz import MEMORY, fuzz, sample_words, tried
from lettermill.base.reasons import REASONS
from unkind import PIXELS, TEXTS, cost

KINDS = {"JPEG", "PNG", "GIF", "WebP", "TIFF", "BMP", "PNM"}


def test_few_damaged_images_do_no_harm(sample_recogniser: Path) -> None:
    """As below, with cases in which images are damaged late, so that some are read."""
    counts = fuzz(2 * EARLY, 200, 1, sample_recogniser)
    assert counts.total() == 200
    assert {kind for kind, _ in counts} == KINDS
    outcomes = {outcome for _, outcome in counts}
    assert outcomes & {"delivered", "low_confidence"} and outcomes & {"not_an_image", "truncated"}


@pytest.mark.slow
def test_no_damaged_image_does_harm(sample_recogniser: Path) -> None:
    """Each comes to an end with letters or a reason, in processes of little memory, which a crash or a hang would end
    with an error that names the case. ``benchmarks/fuzz.py`` goes on to as many as one likes."""
    counts = fuzz(0, 1_200, 2, sample_recogniser)
    assert counts.total() == 1_200
    assert {kind for kind, _ in counts} == KINDS
    # They come as far as they may: into the decoder, and beyond.
    outcomes = {outcome for _, outcome in counts}
    assert outcomes >= {"delivered", "low_confidence", "too_few_pieces", "no_letters", "blank_image"}
    assert outcomes >= {"not_an_image", "truncated", "too_large"}
    assert sum(count for (_, outcome), count in counts.items() if outcome not in REASONS["download"]) > 125


def test_a_case_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"(?s)^case \[700\]: ended with 1\n.*cannot be read as a recogniser"):
        tried(700, 1, tmp_path / "none.npz")


def test_a_number_is_always_the_same_image() -> None:
    sources = encodings([row.image for row in sample_words()[:2]])
    cases = [damaged(number, sources) for number in range(2 * EARLY, 2 * EARLY + 200)]
    assert cases == [damaged(number, sources) for number in range(2 * EARLY, 2 * EARLY + 200)]
    assert {case.damage for case in cases} == set(DAMAGES) and {case.kind for case in cases} == KINDS
    assert len({case.content for case in cases}) > 195


@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        ("noise, 30 % ink", "1 letter", "too_many_pieces"),
        ("slanted strokes", "1 letter", "low_confidence"),
    ],
)
def test_unkind_images_take_little_memory_and_an_end(
    name: str, text: str, outcome: str, sample_recogniser: Path
) -> None:
    """The process ends with an error when they take SECONDS of CPU, which is many times what they need."""
    found = cost(name, 1_000_000, TEXTS[text], sample_recogniser)
    assert found.outcome == outcome
    assert found.memory * 1024 * 1024 < MEMORY / 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        ("one pixel", "200 letters", "blank_image"),
        ("black", "1 letter", "blank_image"),
        ("noise, 30 % ink", "1 letter", "too_many_pieces"),
        ("noise, tall", "1 letter", "too_many_pieces"),
        ("10,000 squares", "200 letters", "too_few_pieces"),
        ("1,900 squares in a line", "200 letters", "low_confidence"),
        ("low combs", "200 letters", "low_confidence"),
        ("slanted strokes", "1 letter", "low_confidence"),
    ],
)
def test_the_largest_unkind_images_take_little_memory_and_an_end(
    name: str, text: str, outcome: str, sample_recogniser: Path
) -> None:
    found = cost(name, PIXELS, TEXTS[text], sample_recogniser)
    assert found.outcome == outcome
    assert found.memory * 1024 * 1024 < MEMORY / 3
