"""The papers and forms of ``papers.py``: words of the embedded sample on rules, in frames, beside print, photographed.

A word starts as ink: (height, width) float, 0 is paper and 1 is ink. A kind adds to it what its form prints, and gives
it the look of a scan or a photograph. Boxes follow every move of the letters.
"""

import csv
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import NamedTuple

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SAMPLE = Path(__file__).resolve().parents[1] / "resources/sample"
FORM = (36, 388)
"""Height and width of the sample's images that are used; their printed label ends at column ``LABEL``."""

LABEL = 75
PEN_BLUE, PEN_BLACK, PALE_BLUE, ORANGE = (120, 50, 25), (35, 30, 30), (225, 190, 150), (70, 120, 220)
"""Colours, BGR."""


class Word(NamedTuple):
    """ink: (height, width) float32. boxes: (letter, x0, y0, x1, y1) in pixels, right and bottom exclusive."""

    id: str
    text: str
    ink: np.ndarray
    boxes: list[tuple[str, int, int, int, int]]

    @property
    def feet(self) -> int:
        """The row of pixels below the letters (the median of their lower edges)."""
        return int(np.median([box[4] for box in self.boxes]))

    @property
    def top(self) -> int:
        """The median of the letters' upper edges."""
        return int(np.median([box[2] for box in self.boxes]))

    @property
    def right(self) -> int:
        return max(box[3] for box in self.boxes)

    def padded(self, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0) -> "Word":
        """The word with so many pixels of paper added at each side."""
        boxes = [(letter, x0 + left, y0 + top, x1 + left, y1 + top) for letter, x0, y0, x1, y1 in self.boxes]
        return self._replace(ink=np.pad(self.ink, ((top, bottom), (left, right))), boxes=boxes)

    def scaled(self, scale: int) -> "Word":
        """The word ``scale`` times as large."""
        ink = cv2.resize(self.ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC).clip(0, 1)
        boxes = [(letter, *(scale * side for side in box)) for letter, *box in self.boxes]
        return self._replace(ink=ink, boxes=boxes)  # type: ignore[arg-type]


class Drawn(NamedTuple):
    """word: with its boxes as in ``image`` ((height, width[, 3]) uint8)."""

    word: Word
    image: np.ndarray


def words() -> list[Word]:
    """The words of the sample whose letters are all drawn as transcribed, without print and neighbouring lines."""
    truth: dict[str, list[dict[str, str]]] = {}
    with open(SAMPLE / "boxes.csv", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            truth.setdefault(line["row_id"], []).append(line)
    found = []
    with open(SAMPLE / "words.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            name = Path(row["image"]).stem
            image = cv2.imread(str(SAMPLE / row["image"]), cv2.IMREAD_GRAYSCALE)
            lines = truth.get(name, [])
            spelt = "".join(line["letter"] for line in lines)
            if image is None or image.shape != FORM or spelt != row["text"] or not all(line["x0"] for line in lines):
                continue
            if any(line["status"] != "ok" for line in lines):
                continue
            boxes = [(line["letter"], *(int(line[side]) for side in ("x0", "y0", "x1", "y1"))) for line in lines]
            ink = np.zeros(FORM, np.float32)
            for _, x0, y0, x1, y1 in boxes:
                area = slice(max(y0 - 1, 0), y1 + 1), slice(max(x0 - 1, 0), x1 + 1)
                ink[area] = 1 - image[area] / np.float32(255)
            moved = [(letter, x0 - LABEL, y0, x1 - LABEL, y1) for letter, x0, y0, x1, y1 in boxes]
            if min(box[1] for box in moved) > 0:
                found.append(Word(name, row["text"], ink[:, LABEL:], moved))
    return found


def narrow(word: Word, margin: int = 14) -> Word:
    """``word`` on no more paper than it needs: each image has another width."""
    width = min(word.right + margin, word.ink.shape[1])
    return word._replace(ink=word.ink[:, :width])


def scanned(ink: np.ndarray, random: np.random.Generator, paper: float = 250) -> np.ndarray:
    """Ink ((height, width) float32) as a scan, (height, width) uint8."""
    return (paper * (1 - ink) + random.normal(0, 1.5, ink.shape)).clip(0, 255).round().astype(np.uint8)


def coloured(layers: list[tuple[np.ndarray, tuple[int, int, int]]], paper: tuple[int, int, int]) -> np.ndarray:
    """Layers of ink, each (height, width) float32 with its colour (BGR), on paper: (height, width, 3) float32."""
    image = np.empty((*layers[0][0].shape, 3), np.float32)
    image[:] = paper
    for ink, colour in layers:
        image *= 1 - ink[:, :, None] * (1 - np.array(colour, np.float32) / 255)
    return image


def photographed(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A (height, width, 3) float32 image in uneven light, blurred and noisy: (height, width, 3) uint8."""
    height, width = image.shape[:2]
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    angle = random.uniform(0, 2 * np.pi)
    slope = across * np.cos(angle) + down * np.sin(angle)
    light = random.uniform(0.55, 0.75) + random.uniform(0.1, 0.25) * slope
    if random.uniform() < 0.5:  # the edge of a shadow
        edge = 1 / (1 + np.exp(-25 * (across - random.uniform(-0.5, 0.5) + 0.4 * down)))
        light *= 1 - random.uniform(0.15, 0.3) * edge
    image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.6, 1.1)) * light[:, :, None]
    noise = cv2.GaussianBlur(random.normal(0, 9, image.shape).astype(np.float32), (0, 0), 0.8)
    picture = (image + noise).clip(0, 255).astype(np.uint8)
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_COLOR)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(matplotlib.get_data_path(), "fonts/ttf", f"{name}.ttf")), size)


def printed(ink: np.ndarray, text: str, x: int, y: int, size: int, font: str = "DejaVuSans", shade: float = 0.9) -> int:
    """Print ``text`` on ``ink`` ((height, width) float32), in place, with its upper left corner at (x, y).

    Returns its right edge.
    """
    page = Image.new("L", ink.shape[::-1], 0)
    draw = ImageDraw.Draw(page)
    draw.text((x, y), text, fill=255, font=_font(font, size))
    np.maximum(ink, shade * np.asarray(page, np.float32) / 255, out=ink)
    return int(draw.textbbox((x, y), text, font=_font(font, size))[2])


def rule(ink: np.ndarray, y: int, left: int, right: int, shade: float = 0.7, thickness: int = 1) -> None:
    """A horizontal line from column ``left`` to ``right`` (exclusive), in place."""
    y = min(y, ink.shape[0] - thickness)
    area = ink[y : y + thickness, left:right]
    np.maximum(area, shade, out=area)


def upright(ink: np.ndarray, x: int, top: int, bottom: int, shade: float = 0.7) -> None:
    """A vertical line one pixel wide from row ``top`` to ``bottom`` (exclusive), in place."""
    area = ink[top:bottom, x : x + 1]
    np.maximum(area, shade, out=area)


Kind = Callable[[Word, int, np.random.Generator], Drawn]
"""Draws a word; the second argument is its number in the table."""


def plain(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """Nothing but the word."""
    return Drawn(word, scanned(word.ink, random))


def foot(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """Letters stand on a rule across the whole image."""
    word = word.padded(bottom=8)
    rule(word.ink, word.feet - 1, 0, word.ink.shape[1], thickness=1 + number % 2)
    return Drawn(word, scanned(word.ink, random))


def underline(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A writing line 1 to 3 pixels below the letters."""
    word = word.padded(bottom=8)
    rule(word.ink, max(box[4] for box in word.boxes) + 1 + number % 3, 4, word.ink.shape[1] - 4)
    return Drawn(word, scanned(word.ink, random))


def through(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A rule through the middle of the letters."""
    rule(word.ink, (word.top + word.feet) // 2 + number % 5 - 2, 0, word.ink.shape[1], shade=0.65)
    return Drawn(word, scanned(word.ink, random))


def frame(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A frame around the word, in each image of another size."""
    word = narrow(word).padded(10, 10, 10, 10)
    height, width = word.ink.shape
    for y in (5, height - 6):
        rule(word.ink, y, 5, width - 5, 0.85)
    for x in (5, width - 6):
        upright(word.ink, x, 5, height - 5, 0.85)
    return Drawn(word, scanned(word.ink, random))


def comb(word: Word, number: int, random: np.random.Generator, pitch: int = 24) -> Drawn:
    """A printed cell for each letter, touching some of them."""
    cells = max(12, len(word.text) + 2)
    canvas, boxes = np.zeros((48, 16 + pitch * cells), np.float32), []
    for place, (letter, x0, y0, x1, y1) in enumerate(word.boxes):
        left = 8 + place * pitch + max(0, pitch - (x1 - x0)) // 2
        area = canvas[y0 + 6 : y1 + 6, left : left + x1 - x0]
        np.maximum(area, word.ink[y0:y1, x0:x1], out=area)
        boxes.append((letter, left, y0 + 6, left + x1 - x0, y1 + 6))
    word = word._replace(ink=canvas, boxes=boxes)
    top, bottom = min(box[2] for box in boxes) + 1, max(box[4] for box in boxes) + (3 if number % 2 else 0)
    for cell in range(cells + 1):
        upright(word.ink, 8 + pitch * cell, top if number % 3 else bottom - 8, bottom, 0.65)
    for y in (top, bottom) if number % 3 else (bottom,):
        rule(word.ink, y, 8, 9 + pitch * cells, 0.65)
    return Drawn(word, scanned(word.ink, random))


def _squares(shape: tuple[int, int], pitch: int, first: int) -> np.ndarray:
    grid = np.zeros(shape, np.float32)
    grid[first % pitch :: pitch] = grid[:, (3 * first) % pitch :: pitch] = 1
    return grid


def squared(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """Paper with pale blue squares."""
    grid = _squares(word.ink.shape, 9, number)
    image = coloured([(grid, PALE_BLUE), (word.ink, PEN_BLACK)], (250, 252, 252))
    return Drawn(word, (image + random.normal(0, 1.5, image.shape)).clip(0, 255).astype(np.uint8))


def uneven(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A shade across the paper, three times as many pixels."""
    word = word.scaled(3)
    shade = 0.85 - 0.5 * np.linspace(0, 1, word.ink.shape[1])[:: 1 if number % 2 else -1]
    return Drawn(word, (cv2.GaussianBlur(255 * (1 - word.ink), (0, 0), 1) * shade).clip(0, 255).astype(np.uint8))


def inverted(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """White on black."""
    return Drawn(word, 255 - scanned(word.ink, random))


def pattern(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A printed safety pattern of waves, as on cheques."""
    word = word.scaled(2)
    down, across = np.mgrid[: word.ink.shape[0], : word.ink.shape[1]].astype(np.float32)
    phase, length = random.uniform(0, 6, 2), random.uniform(5, 8)
    waves = np.sin(2 * np.pi * (down + 4 * np.sin(across / 17 + phase[0])) / length + phase[1])
    waves = np.maximum(waves, np.sin(2 * np.pi * (across + 5 * np.sin(down / 13 + phase[1])) / length))
    paper = 205 - 35 * (waves > 0.6)
    image = cv2.GaussianBlur(paper * (1 - 0.8 * word.ink), (0, 0), 0.8)
    return Drawn(word, (image + random.normal(0, 4, image.shape)).clip(0, 255).astype(np.uint8))


def photo(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A colour photograph of blue or black ink on paper, in uneven light."""
    word = word.scaled(2 + number % 2)
    image = coloured([(word.ink, (PEN_BLUE, PEN_BLACK)[number // 2 % 2])], (235, 245, 250))
    return Drawn(word, photographed(image, random))


def beside(word: Word, label: str, size: int = 14, font: str = "DejaVuSans") -> tuple[Word, int]:
    """``word`` with a printed label at its left, and the right edge of the label."""
    word = word.padded(left=8 + round(0.75 * size * len(label)))
    return word, printed(word.ink, label, 5, word.feet - round(1.0 * size), size, font)


def mixed_case(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A printed label in mixed case beside the word, without a colon."""
    word, _ = beside(word, "Surname")
    return Drawn(word, scanned(word.ink, random))


def capitals(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A printed label in capitals beside the word, without a colon."""
    word, _ = beside(word, "FAMILY NAME", 12, "DejaVuSans-Bold")
    return Drawn(word, scanned(word.ink, random))


def above(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A printed label above the word."""
    word = word.padded(top=14)
    printed(word.ink, "Family name", 6, 1, 11)
    return Drawn(word, scanned(word.ink, random))


def below(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A printed label below the word."""
    word = word.padded(bottom=14)
    printed(word.ink, "(Given name)", 12, word.ink.shape[0] - 14, 11, "DejaVuSerif")
    return Drawn(word, scanned(word.ink, random))


def dots(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A label followed by dots, on which the word is written."""
    word, right = beside(word.padded(bottom=6), "Name")
    word.ink[word.feet : word.feet + 2, right + 3 :: 5] = 0.85
    word.ink[word.feet : word.feet + 2, right + 4 :: 5] = 0.85
    return Drawn(word, scanned(word.ink, random))


def label_rule(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A label followed by a rule, on which the word is written."""
    word, right = beside(word.padded(bottom=6), "Surname")
    rule(word.ink, word.feet + number % 2, right + 3, word.ink.shape[1] - 3, 0.85)
    return Drawn(word, scanned(word.ink, random))


def framed_label(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A frame around the word, with a label in its corner."""
    drawn = narrow(word, 24).padded(top=12)
    printed(drawn.ink, "Surname", 9, 4, 10)
    return frame(drawn, number, random)


def two_sizes(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A label in two sizes of type."""
    word = word.padded(left=95)
    right = printed(word.ink, "Name", 4, word.feet - 15, 15, "DejaVuSans-Bold")
    printed(word.ink, "(in full)", right + 4, word.feet - 9, 9)
    return Drawn(word, scanned(word.ink, random))


def two_wordings(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """Another label in each half of the table."""
    word, _ = beside(word, ("Surname", "First name")[number % 2])
    return Drawn(word, scanned(word.ink, random))


@cache
def _others() -> list[Word]:
    return words()


def two_lines(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """Another word is written above or below the one that is transcribed."""
    other = _others()[(7 * number + 11) % len(_others())]
    if other.text == word.text:
        other = _others()[(7 * number + 12) % len(_others())]
    gap = 4 + number % 4
    over = number % 2 == 0
    top, bottom = min(box[2] for box in other.boxes), max(box[4] for box in other.boxes)
    if over:  # the other word stands above
        word = word.padded(top=bottom - top + gap)
        y = max(0, min(box[2] for box in word.boxes) - gap - (bottom - top))
    else:
        word = word.padded(bottom=bottom - top + gap)
        y = min(max(box[4] for box in word.boxes) + gap, word.ink.shape[0] - (bottom - top))
    strip = other.ink[top:bottom]
    area = word.ink[y : y + bottom - top, : strip.shape[1]]
    np.maximum(area, strip[:, : area.shape[1]], out=area)
    return Drawn(word, scanned(word.ink, random))


def exam(word: Word, number: int, random: np.random.Generator) -> Drawn:
    """A colour photograph of a form: print, a frame or a rule, a coloured pen, shade, a neighbouring line."""
    form = number % 4
    word = narrow(word, 30).padded(left=70, top=16, right=10, bottom=16).scaled(2)
    height, width = word.ink.shape
    print_ink = np.zeros_like(word.ink)
    feet, top = max(box[4] for box in word.boxes), min(box[2] for box in word.boxes)
    if form == 0:
        printed(print_ink, "Roll No.", 10, word.feet - 26, 26)
        rule(print_ink, feet + 2, 130, width - 8, 0.9, 2)
    elif form == 1:
        printed(print_ink, "Signature of candidate", 30, 4, 18, "DejaVuSerif")
        for y in (top - 8, feet + 6):
            rule(print_ink, y, 100, width - 12, 0.9, 2)
        for x in (100, width - 14):
            print_ink[top - 8 : feet + 8, x : x + 2] = 0.9
    elif form == 2:
        printed(print_ink, "Number", 14, word.feet - 22, 20, "DejaVuSans-Bold")
        other = _others()[(5 * number + 3) % len(_others())].scaled(2)
        strip = other.ink[other.top : other.top + 14]  # the upper part of the next line
        area = word.ink[height - 14 :, 150 : 150 + strip.shape[1]]
        np.maximum(area, strip[:, : area.shape[1]], out=area)
    else:
        printed(print_ink, "Marks obtained", 12, height - 26, 18)
        rule(print_ink, 6, 0, width, 0.9, 2)
        rule(print_ink, word.feet, 140, width, 0.8, 2)
    pen = (PEN_BLUE, PEN_BLACK, (40, 40, 160))[number // 4 % 3]
    print_colour = (PEN_BLACK, ORANGE)[number // 12 % 2]
    image = coloured([(print_ink, print_colour), (word.ink, pen)], (228, 240, 245))
    return Drawn(word, photographed(image, random))


def _of_a_copy(kind: Kind) -> Kind:
    """``kind``, which draws into the ink that it is given, as a kind that leaves its word as it is."""

    @wraps(kind)
    def drawn(word: Word, number: int, random: np.random.Generator) -> Drawn:
        return kind(word._replace(ink=word.ink.copy()), number, random)

    return drawn


PAPERS: dict[str, Kind] = {
    kind.__name__: _of_a_copy(kind)
    for kind in (plain, foot, underline, through, frame, comb, squared, uneven, inverted, pattern, photo)
}
FORMS: dict[str, Kind] = {
    kind.__name__: _of_a_copy(kind)
    for kind in (
        mixed_case,
        capitals,
        above,
        below,
        dots,
        label_rule,
        framed_label,
        two_sizes,
        two_wordings,
        two_lines,
        exam,
    )
}
KINDS = PAPERS | FORMS
