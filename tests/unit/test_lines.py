"""Lines of writing, and what beside them is no writing."""

import pytest

from lettermill.predict.lines import find_lines

WRITTEN = [(20, 40, 8, 22), (40, 43, 8, 20), (60, 38, 8, 23), (80, 44, 8, 19)]


def tops(image, line: int | None = None) -> list[int]:
    return [min(box.y for box in fragments.boxes) for fragments, _ in find_lines(image, line)]


def test_lines_come_from_top_to_bottom(paper) -> None:
    """The second has more ink; another one is known to be that of a field."""
    image = paper(
        (120, 200), *((x, y - 30, w, h) for x, y, w, h in WRITTEN), *((x, y + 30, w + 2, h) for x, y, w, h in WRITTEN)
    )
    assert tops(image) == [8, 68]
    assert tops(image, 20) == [8] and tops(image, 80) == [68]
    assert tops(paper((60, 200))) == []


@pytest.mark.parametrize(
    ("beside", "is_line"),
    [
        ([(20 + 11 * number, 10, 8, 16) for number in range(5)], False),  # printed
        ([(20 + 11 * number, 4 + 5 * (number % 2), 8, 16) for number in range(5)], True),  # smaller, but uneven
        ([(20 + 20 * number, 10, 8, 16) for number in range(5)], True),  # smaller, but spaced
        ([(20 + 11 * number, 10, 8, 22) for number in range(5)], True),  # as large as the writing
        ([(20 + 11 * number, 10, 8, 8) for number in range(9)], False),  # much smaller
        ([(40, 10, 8, 16)], False),  # too little ink
    ],
)
def test_print_and_specks_beside_writing_are_no_lines(paper, beside: list, is_line: bool) -> None:
    assert len(find_lines(paper((100, 200), *WRITTEN, *beside))) == 1 + is_line


def test_print_alone_is_read(paper) -> None:
    assert len(find_lines(paper((60, 200), *((20 + 11 * number, 10, 8, 16) for number in range(5))))) == 1
