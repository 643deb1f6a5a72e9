"""Printed ruling is removed from words of the sample, and their letters stay."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.paper.rules import without_rules
from paper_kinds import KINDS as PAPERS
from paper_kinds import words

SAMPLE = Path(__file__).resolve().parents[2] / "resources/sample"

WORDS = ("word_0001", "word_0043", "word_0022", "word_0256")


def word(row_id: str, scale: int = 1) -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
    """A word of the sample without its label, paper around it, and the boxes of its letters."""
    with open(SAMPLE / "boxes.csv", encoding="utf-8", newline="") as file:
        boxes = [
            tuple(int(row[side]) for side in ("x0", "y0", "x1", "y1"))
            for row in csv.DictReader(file)
            if row["row_id"] == row_id and row["x0"]
        ]
    left, top, right, bottom = (
        pick(side) for pick, side in zip((min, min, max, max), zip(*boxes, strict=True), strict=True)
    )
    image = cv2.imread(str(SAMPLE / f"images/{row_id}.jpg"), cv2.IMREAD_GRAYSCALE)[top:bottom, left:right]
    image = cv2.resize(np.pad(image, 12, constant_values=255), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    moved = [tuple(scale * (side - (left, top)[i % 2] + 12) for i, side in enumerate(box)) for box in boxes]
    return image, moved


def ruled(image: np.ndarray, kind: str, boxes: list[tuple[int, int, int, int]], scale: int) -> np.ndarray:
    """``image`` with the ruling ``kind`` printed over it."""
    height, width = image.shape
    feet, tops = (int(np.median([box[i] for box in boxes])) for i in (3, 1))
    ruling = np.full_like(image, 255)

    def line(start: tuple[float, float], end: tuple[float, float], grey: int = 70, thickness: int = scale) -> None:
        cv2.line(ruling, [round(v) for v in start], [round(v) for v in end], grey, thickness)

    if kind == "foot":
        line((0, feet - 1), (width, feet - 1))
    elif kind == "through":
        line((0, (feet + tops) / 2), (width, (feet + tops) / 2))
    elif kind == "pale":
        line((0, feet - 4 * scale), (width, feet - 4 * scale), 190)
    elif kind == "tilted":
        line((0, feet - 0.02 * width), (width, feet + 0.02 * width))
    elif kind == "underline":
        line((boxes[0][0], feet + 2 * scale), (boxes[-1][2], feet + 2 * scale), 40)
    elif kind == "frame":
        cv2.rectangle(ruling, (6 * scale, tops - 4 * scale), (width - 6 * scale, feet + 4 * scale), 60, scale)
    elif kind == "squares":
        for x in range(5, width, 12 * scale):
            line((x, 0), (x, height), 180)
        for y in range(7, height, 12 * scale):
            line((0, y), (width, y), 180)
    elif kind == "dots":
        for x in range(3, width, 4 * scale):
            line((x, feet + 4 * scale), (x + scale - 1, feet + 4 * scale), 60)
    return np.minimum(image, ruling)


KINDS = ("foot", "through", "pale", "tilted", "underline", "frame", "squares", "dots")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [1, 3])
def test_letters_keep_their_ink_and_rules_do_not(kind: str, scale: int) -> None:
    kept, left = [], []
    for row_id in WORDS:
        image, boxes = word(row_id, scale)
        with_rules = ruled(image, kind, boxes, scale)
        found = without_rules(with_rules)
        ink = image < 150
        near = cv2.dilate((image < 240).view(np.uint8), np.ones((3, 3), np.uint8)) > 0
        kept.append((found.image[ink] < 200).mean())
        rule = (with_rules < 220) & ~near
        left.append((found.image[rule] < 220).mean())
        assert (found.mask == (found.image != with_rules))[~found.mask].all(), "pixels outside the mask are as before"
    assert min(kept) > 0.85 and np.mean(kept) > 0.9
    assert np.mean(left) < (0.3 if kind == "dots" else 0.1)  # single pixels close to letters are missed at times


@pytest.mark.parametrize("row_id", [f"word_{number:04}" for number in range(1, 300, 15)])
def test_a_word_on_blank_paper_is_returned_as_it_is(row_id: str) -> None:
    if not (SAMPLE / f"images/{row_id}.jpg").exists():
        pytest.skip("no such word")
    image, _ = word(row_id)
    found = without_rules(image)
    assert found.image is image
    assert not found.mask.any() and found.kinds == {}


@pytest.mark.parametrize("letters", ["stems", "minus signs", "long bar", "crossbars"])
def test_strokes_like_rules_stay(letters: str) -> None:
    image = np.full((50, 260), 255, np.uint8)
    for x in range(30, 230, 20):
        if letters == "stems":
            cv2.line(image, (x, 14), (x + 1, 36), 30, 2)
        elif letters == "minus signs":
            cv2.line(image, (x, 25), (x + 11, 24 + x % 3), 30, 2)
        elif letters == "crossbars":  # T T T, side by side
            cv2.line(image, (x, 14), (x + 15, 14 + x % 3), 30, 2)
            cv2.line(image, (x + 7, 14), (x + 7, 36), 30, 2)
    if letters == "long bar":  # the bar of a T over its neighbour
        cv2.line(image, (60, 12), (100, 16), 30, 2)
        cv2.line(image, (70, 13), (68, 36), 30, 2)
        cv2.ellipse(image, (90, 28), (8, 8), 0, 0, 360, 30, 2)
        cv2.ellipse(image, (120, 26), (9, 10), 0, 0, 360, 30, 2)
    assert without_rules(image).image is image


def test_what_was_found_is_said() -> None:
    image, boxes = word("word_0001")
    said = {
        kind: without_rules(ruled(image, kind, boxes, 1)).kinds for kind in ("foot", "underline", "frame", "squares")
    }
    assert said["foot"] == {"horizontal": 1, "vertical": 0, "across": 1.0, "line": 1.0}
    assert 0.5 < said["underline"]["across"] < 1
    assert said["frame"]["horizontal"] == 2 and said["frame"]["vertical"] == 2 and said["frame"]["frame"] == 1
    assert said["squares"]["grid"] == 1


def test_a_rule_is_painted_in_the_colour_of_its_paper() -> None:
    image, boxes = word("word_0001")
    image = np.minimum(image, 214)
    found = without_rules(ruled(image, "foot", boxes, 1))
    assert found.mask.any()
    assert abs(np.median(found.image[found.mask].astype(int)) - 214) <= 2


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (40, 3), (60, 200)])
def test_blank_and_tiny_images(shape: tuple[int, int]) -> None:
    for image in (np.full(shape, 255, np.uint8), np.zeros(shape, np.uint8)):
        assert without_rules(image).image is image


def test_dots_are_followed_from_the_label_to_the_end_of_the_line() -> None:
    """Letters bend the curve along which a rule is looked for."""
    across = []
    for number, word_of_sample in enumerate(words()[:30]):
        image = PAPERS["dots"](word_of_sample, number, np.random.default_rng(number)).image
        across.append(without_rules(image).kinds.get("across", 0.0))
    assert np.median(across) > 0.84  # 0.87 is all of it
    assert np.mean(np.array(across) > 0.8) >= 0.9
