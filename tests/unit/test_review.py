"""What is on the review page, in which order, and how it is written."""

import json
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.image.codec import encode_png
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import CorrectionOutcome, ReviewLetter, ReviewWord, Suspect
from lettermill.review.candidates import KINDS, best_letters, best_words, candidate, share_out
from lettermill.review.page_data import Reviewed, as_reviewed, region_of, script_of, words_as_reviewed
from lettermill.review.page_files import PAGE, page_code, page_files
from lettermill.review.sprites import GAP, SHEET, TALLEST, SpriteSheets, name_of
from lettermill.review.write_page import Settings, write_page


def letter(row_id: str, position: int, confidence: float | None, reading: str = "", reason: str = "") -> ReviewLetter:
    return ReviewLetter(row_id, position, "A", Box(10 * position, 5, 8, 10), confidence, reading, reason)


def word(row_id: str, reason: str = "", size: tuple[int, int] = (100, 30)) -> ReviewWord:
    return ReviewWord(row_id, "AB", f"review/{row_id}.png", Box(0, 0, *size), reason)


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        (letter("a", 0, 0.97, "B"), "disagreement"),
        (letter("a", 0, 0.97, "A"), None),
        (letter("a", 0, 0.94, "A"), "least_confident"),
        (letter("a", 0, 0.95, "A"), None),
        (letter("a", 0, 0.5, "B", "low_confidence"), "rejected"),
        (letter("a", 0, 0.5, "B", "rejected_by_hand"), None),
        (letter("a", 0, None), None),
        (letter("b", 1, 1.0), "corrected"),
    ],
)
def test_why_a_letter_is_shown(shown: ReviewLetter, kind: str | None) -> None:
    found = candidate(shown, 0.95, {("b", 1)})
    assert (found and found.kind) == kind


def test_the_worthiest_come_first_whatever_their_batch() -> None:
    letters = [
        letter("a", 0, 0.93, "B"), letter("a", 1, 0.91, "B"), letter("b", 0, 0.92, "A"), letter("b", 1, 0.90, "A"),
        letter("c", 0, 0.10, "A", "low_confidence"), letter("c", 1, 0.89, "A", "low_confidence"), letter("d", 0, 0.99),
        letter("e", 0, 1.0),
    ]  # fmt: skip
    expected = [("e", 0), ("a", 1), ("a", 0), ("b", 1), ("b", 0), ("c", 1), ("c", 0)]
    for size in (1, 2, 3, 8):
        batches = [letters[first : first + size] for first in range(0, 8, size)]
        found = best_letters(batches, 9, 0.95, {("e", 0)})
        assert [(each.letter.row_id, each.letter.position) for each in found] == expected
        assert [KINDS.index(each.kind) for each in found] == [0, 1, 1, 2, 2, 3, 3]
        few = best_letters(batches, 3, 0.95, set())
        assert [(each.letter.row_id, each.letter.position) for each in few] == [("a", 1), ("b", 1), ("c", 1)]


@given(st.integers(0, 50), st.lists(st.integers(0, 30), min_size=1, max_size=4))
def test_shares(most: int, counts: list[int]) -> None:
    shares = share_out(most, counts)
    assert sum(shares) == min(most, sum(counts)) and all(map(int.__le__, shares, counts))
    # Nobody has less than another, but for want of more, or the odd one.
    full = [share for share, count in zip(shares, counts, strict=True) if share < count]
    assert all(share >= max(shares) - 1 for share in full)


def test_words_that_another_transcription_may_fix_come_first() -> None:
    suspects = [Suspect("s", "AB", "B", 2.0), Suspect("r", "AB", "A", 1.0), Suspect("no image", "A", "B", 0.5)]
    batches = [[word("x", "no_letters"), word("r")], [word("plain"), word("c", "too_few_boxes"), word("s", "wide_box")]]
    assert best_words(batches, suspects, 9, {"plain"}) == ["plain", "s", "r", "c", "x"]
    assert best_words(batches, suspects, 2, set()) == ["s", "r"]


def test_a_corrected_letter_is_shown_as_it_was_looked_at() -> None:
    lines = [
        CorrectionOutcome(2, "a", "0", "B", "1 2 3 4", "relabel", "A", "applied", "", 0.25),
        CorrectionOutcome(3, "a", "1", "C", "1 2 3 4", "accept", "", "stale", ""),
        CorrectionOutcome(4, "a", "", "AC", "", "transcription", "AA", "applied", ""),
    ]
    earlier = Reviewed.of(lines)
    found = as_reviewed([letter("a", 0, 1.0), letter("a", 1, 0.5)], earlier)
    assert (found[0].label, found[0][3:5], found[1]) == ("B", (Box(1, 2, 3, 4), 0.25), letter("a", 1, 0.5))
    assert [each.letters for each in words_as_reviewed([word("a"), word("b")], earlier)] == ["AC", "AB"]


@pytest.mark.parametrize("label", ["B", "A"])
def test_of_two_corrections_of_a_letter_none_hides_the_other(label: str) -> None:
    """Of the same label, or the second one of the label that the first one gives."""
    lines = [
        CorrectionOutcome(2, "a", "0", "B", "1 2 3 4", "relabel", "A", "applied", "", 0.25),
        CorrectionOutcome(3, "a", "0", label, "", "box", "2 2 2 4", "applied", "", 0.25),
    ]
    shown = [as_reviewed([letter("a", 0, 1.0)], Reviewed.of(order)) for order in (lines, lines[::-1])]
    assert shown[0] == shown[1] and (shown[0][0].label, shown[0][0][3:5]) == ("B", (Box(1, 2, 3, 4), 0.25))


def test_of_a_large_image_the_letters_and_what_is_around_them_are_shown() -> None:
    large = word("a", size=(2000, 900))
    assert region_of(large, []) == Box(0, 0, 2000, 900)
    one = ReviewLetter("a", 0, "A", Box(500, 300, 30, 40), 0.5, "", "")
    two = [one, one._replace(box=one.box._replace(x=600))]
    assert region_of(large, two) == Box.around(500 - 240, 300 - 60, 630 + 240, 340 + 60)
    assert region_of(word("a"), [letter("a", 3, 0.5)]) == Box(0, 0, 98, 30)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 3000)), min_size=1, max_size=40))
def test_words_lie_on_sheets_side_by_side(sizes: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        sheets = SpriteSheets(Path(name))
        sprites = [sheets.add(np.full(size, 100, np.uint8)) for size in sizes]
        sheets.finish()
        pages = [np.zeros((height, width), int) for width, height in sheets.sizes]
        for sprite, (height, width) in zip(sprites, sizes, strict=True):
            assert sprite.place.height <= TALLEST and sprite.place.width <= SHEET[1]
            assert sprite.place.height == height or height > TALLEST or width > SHEET[1]
            around = Box.around(sprite.place.x, sprite.place.y, sprite.place.right + GAP, sprite.place.bottom + GAP)
            around.of(pages[sprite.sheet])[:] += 1
        assert all(page.max() == 1 for page in pages)
        for number, (width, height) in enumerate(sheets.sizes):
            image = cv2.imread(f"{name}/{name_of(number)}", cv2.IMREAD_GRAYSCALE)
            assert image.shape == (height, width)


@settings(max_examples=50)
@given(st.recursive(st.text() | st.floats(allow_nan=False, allow_infinity=False) | st.none(), st.lists, max_leaves=9))
def test_any_text_may_stand_in_the_script(content: object) -> None:
    script = script_of("X", content).decode("ascii")
    assert "<" not in script
    assert json.loads(script.split("const X = ", 1)[1].removesuffix(";\n")) == content


@pytest.fixture
def run(tmp_path: Path) -> Path:
    batch = tmp_path / "letters/0of1"
    (batch / "review").mkdir(parents=True)
    (batch / "review/a.png").write_bytes(encode_png(np.full((30, 100), 200, np.uint8)))
    write_records(batch / "review_words.csv", ReviewWord, [word("a")])
    write_records(batch / "review_letters.csv", ReviewLetter, [letter("a", 0, 0.5, "B", "low_confidence")])
    return tmp_path


def write(run: Path) -> dict:
    given = Settings("words.csv", "ab", "align", 0.95, 10)
    write_page([run / "letters/0of1"], None, [], run / "page", given)
    text = (run / "page/data.js").read_text(encoding="ascii")
    return json.loads(text[text.index("= ") + 2 : -2])


def test_the_page_has_what_it_needs(run: Path) -> None:
    data = write(run)
    assert data["alphabet"] == ["a", "b"] and data["cards"] == [[0, 0, "rejected"]]
    assert data["words"] == [
        ["a", "AB", "", [0, 0, 68, 30], 0, [0, 0, 68, 30], [[0, "A", 0, 5, 8, 10, 0.5, "B", "low_confidence"]]]
    ]
    names = {path.relative_to(run / "page").as_posix() for path in (run / "page").rglob("*") if path.is_file()}
    assert names == {*page_files(), "data.js", "words/0000.webp"}
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    for name in page_files():
        assert name == "index.html" or f'"{name}"' in html
        assert f"review/page/{name} " in page_code()


def test_a_lost_picture_is_named(run: Path) -> None:
    (run / "letters/0of1/review/a.png").write_bytes(b"no image")
    with pytest.raises(CorruptedFileError, match=r"review/a.png is missing or cannot be decoded"):
        write(run)
