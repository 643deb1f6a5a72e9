"""Make the sample: ``python resources/sample/generate.py`` from the root of the repository.

Writes ``words.csv`` (image, text), ``boxes.csv`` (the true box of every letter) and the images, all beside this
file unless ``--output`` names another folder. The same ``--seed`` always gives the same bytes.
"""

import argparse
import csv
import difflib
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from form import Page, bare_page, family_name_page, first_name_page, label_above_page
from line import Sign, plain, write_line
from names import FAMILY_NAMES, FIRST_NAMES
from pen import GRID, new_style

KINDS = {
    "easy": 225,
    "touching": 36,
    "broken": 15,
    "faint": 12,
    "replaced": 3,
    "missing": 3,
    "added": 3,
    "empty": 2,
    "blank": 1,
}
"""How many words of each kind: how they are written, or what is wrong with their transcription."""

LAYOUTS = {"first": 210, "family": 30, "bare": 30, "above": 30}
"""How many words on each form."""

PAGES = {"first": first_name_page, "family": family_name_page, "bare": bare_page, "above": label_above_page}

INK_BELOW = 160
"""A pixel belongs to a letter's true box when it is darker than this: nearly half of it is ink."""

JPEG_QUALITY = 90

SEED = 2024


class Task(NamedTuple):
    """What to draw: kind and layout are keys of ``KINDS`` and ``LAYOUTS``; name with its accents."""

    kind: str
    layout: str
    name: str


class Word(NamedTuple):
    """A finished word: image (h, w) uint8; text is the transcription; boxes.csv rows without the row_id."""

    image: np.ndarray
    text: str
    boxes: list[tuple]


def plan(seed: int) -> list[Task]:
    """The tasks of all words, in random order; every name comes about equally often."""
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(np.repeat(list(KINDS), list(KINDS.values()))).tolist()
    layouts = rng.permutation(np.repeat(list(LAYOUTS), list(LAYOUTS.values()))).tolist()
    piles = {"first": _pile(FIRST_NAMES, rng), "family": _pile(FAMILY_NAMES, rng)}
    names = [piles["first" if layout == "first" else "family"].pop() for layout in layouts]
    return [Task(*task) for task in zip(kinds, layouts, names, strict=True)]


def _pile(names: list[str], rng: np.random.Generator) -> list[str]:
    """Each name as often as needed for all words, shuffled within every round."""
    rounds = -(-sum(KINDS.values()) // len(names))
    return [name for _ in range(rounds) for name in rng.permutation(names).tolist()]


def make_word(task: Task, rng: np.random.Generator) -> Word:
    """Draw the word of ``task`` and measure its letters."""
    style = new_style(rng, faint=task.kind == "faint")
    if task.kind == "touching":
        style = style._replace(pitch=0.0)  # letters touch where nobody writes into cells
    page = PAGES[task.layout](style, rng)
    if task.kind == "empty":
        return Word(_finished(page.canvas), "EMPTY", [])
    if task.kind == "blank":
        return Word(np.full_like(_finished(page.canvas), 255), plain(task.name), _truth(plain(task.name), []))
    width = page.canvas.shape[1] / GRID - page.x - 5
    touching = int(rng.integers(1, 3)) if task.kind == "touching" else 0
    line = write_line(task.name, style, rng, touching, int(task.kind == "broken"), width)
    drawn = _measured(page, line)
    text = _transcribed(plain(task.name), task.kind, rng)
    return Word(_finished(page.canvas), text, _truth(text, drawn))


def _measured(page: Page, line: list[Sign]) -> list[tuple]:
    """Write ``line`` on the page (in place) and return (letter, box) of its letters, each measured on its own."""
    x, y = round(page.x * GRID), round(page.baseline * GRID)
    top = min(y + sign.y + sign.ink.top for sign in line)
    bottom = max(y + sign.y + sign.ink.top + sign.ink.mask.shape[0] for sign in line)
    edge = GRID + 1  # the word itself is whole: only its neighbours are cut
    y += max(0, edge - top) - max(0, bottom - page.canvas.shape[0] + edge)
    found = []
    for sign in line:
        layer = sign.layer(page.canvas.shape, x, y)
        page.canvas[:] |= layer
        if sign.letter.isalpha():
            found.append((sign.letter, _box(_finished(layer))))
    return found


def _finished(canvas: np.ndarray) -> np.ndarray:
    """(h, w) uint8: the black and white grid ``canvas`` as the smaller grey image, dark ink on white paper."""
    size = (canvas.shape[1] // GRID, canvas.shape[0] // GRID)
    return 255 - cv2.resize(canvas.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)


def _box(image: np.ndarray) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 (exclusive) around the ink of a letter that is alone in ``image``."""
    rows, columns = np.nonzero(image < INK_BELOW)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def _transcribed(text: str, kind: str, rng: np.random.Generator) -> str:
    """``text``, or a wrong transcription of it if ``kind`` asks for one."""
    if kind not in ("replaced", "missing", "added"):
        return text
    # A lost or inserted letter that equals its neighbour would hardly show.
    places = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha() and text[i] != text[i + 1]]
    place = int(rng.choice(places))
    other = str(rng.choice([letter for letter in "AEILNORSTU" if letter not in text[place - 1 : place + 2]]))
    return text[:place] + ("" if kind == "missing" else other) + text[place + (kind != "added") :]


def _truth(text: str, drawn: list[tuple]) -> list[tuple]:
    """position, letter, x0, y0, x1, y1, status of every letter of ``text``; ``drawn`` has (letter, box) in order.

    A letter of ``text`` has the box of the drawn letter that it stands for: after one that is missing or added, the
    letters are the drawn ones still, at other positions.
    """
    letters = list(filter(str.isalpha, text))
    matcher = difflib.SequenceMatcher(None, [letter for letter, _ in drawn], letters, autojunk=False)
    boxes = {b + n: drawn[a + n][1] for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    return [
        (position, letter, *boxes.get(position, ("",) * 4), "ok" if position in boxes else "wrong")
        for position, letter in enumerate(letters)
    ]


def generate(output: Path, seed: int) -> None:
    """Write the whole sample into the folder ``output``."""
    (output / "images").mkdir(parents=True, exist_ok=True)
    words, boxes = [("image", "text")], [("row_id", "position", "letter", "x0", "y0", "x1", "y1", "status")]
    for number, task in enumerate(plan(seed), start=1):
        word = make_word(task, np.random.default_rng([seed, number]))
        name = f"word_{number:04}"
        _, content = cv2.imencode(".jpg", word.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        (output / "images" / f"{name}.jpg").write_bytes(content.tobytes())
        words.append((f"images/{name}.jpg", word.text))
        boxes += [(name, *row) for row in word.boxes]
    for table, rows in (("words.csv", words), ("boxes.csv", boxes)):
        with (output / table).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def main() -> None:
    """Read the command line and make the sample."""
    parser = argparse.ArgumentParser(description="Make the sample of synthetic word images.")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder to write (default: here)")
    parser.add_argument("--seed", type=int, default=SEED, help="other seeds make other samples (default: %(default)s)")
    options = parser.parse_args()
    generate(options.output, options.seed)


if __name__ == "__main__":
    main()
