"""A line of handwriting: signs beside each other on the scanner's grid."""

import unicodedata
from typing import NamedTuple

import numpy as np
from pen import GRID, Ink, Style, broken, paste, write

APART = 2 * GRID
"""Columns of the grid that letters which do not touch keep at least between their ink."""


class Sign(NamedTuple):
    """A sign of the line: letter (``-`` for a hyphen), its ink, and its left column from the line's start (grid)."""

    letter: str
    ink: Ink
    x: int
    y: int

    @property
    def right(self) -> int:
        return self.x + self.ink.mask.shape[1]

    def layer(self, shape: tuple[int, int], x: int, y: int) -> np.ndarray:
        """The sign alone on a grid of ``shape``, the line's start and baseline at ``x``, ``y`` (bool)."""
        canvas = np.zeros(shape, bool)
        paste(canvas, self.ink.mask, x + self.x, y + self.y + self.ink.top)
        return canvas


def signs_of(name: str) -> list[tuple[str, str]]:
    """The letters of ``name`` with their combining accents: ``É`` is ``("E", "\\u0301")``."""
    signs: list[tuple[str, str]] = []
    for character in unicodedata.normalize("NFD", name):
        if unicodedata.combining(character):
            signs[-1] = (signs[-1][0], signs[-1][1] + character)
        else:
            signs.append((character, ""))
    return signs


def plain(name: str) -> str:
    """``name`` as it is transcribed: capitals without accents."""
    return "".join(letter for letter, _ in signs_of(name))


def write_line(
    name: str, style: Style, rng: np.random.Generator, touching: int = 0, breaks: int = 0, width: float = np.inf
) -> list[Sign]:
    """``name`` by the writer of ``style``; ``touching`` pairs of letters touch and ``breaks`` letters are broken.

    A line that would be longer than ``width`` pixels is written smaller.
    """
    shown = [(letter, accents if rng.random() < 0.8 else "") for letter, accents in signs_of(name)]
    pairs = [i for i in range(1, len(shown)) if shown[i][0].isalpha() and shown[i - 1][0].isalpha()]
    touched = set(rng.choice(pairs, min(touching, len(pairs)), replace=False).tolist())
    letters = [i for i, (letter, _) in enumerate(shown) if letter.isalpha()]
    damaged = set(rng.choice(letters, breaks, replace=False).tolist())
    while True:
        line = _laid_out(shown, style, rng, touched, damaged)
        if line[-1].right <= width * GRID:
            return line
        style = style._replace(cap=0.96 * style.cap, pitch=0.95 * style.pitch, gap=0.9 * style.gap)


def _laid_out(
    shown: list[tuple[str, str]], style: Style, rng: np.random.Generator, touched: set[int], damaged: set[int]
) -> list[Sign]:
    line: list[Sign] = []
    free = 0  # first column that the next sign may use
    for i, (letter, accents) in enumerate(shown):
        if letter == " ":
            free += round((0.8 * style.cap + style.gap) * GRID)
            continue
        ink = write(letter, accents, style, rng)
        if i in damaged:
            ink = broken(ink, rng)
        y = round(rng.normal(0, style.wander) * GRID)
        sign = Sign(letter, ink, _next_x(ink, i, free, style, rng), y)
        line.append(_slid(sign, line[-1], rng) if i in touched else sign)
        free = line[-1].right + APART
    return line


def _next_x(ink: Ink, cell: int, free: int, style: Style, rng: np.random.Generator) -> int:
    """Column of the next sign: in the middle of its cell of the comb, or behind a gap, but never before ``free``."""
    if style.pitch:
        middle = (cell + 0.5) * style.pitch + rng.normal(0, 0.9)
        return max(free, round(middle * GRID) - ink.mask.shape[1] // 2)
    gap = rng.normal(style.gap, 0.25 * style.gap) * GRID - APART if free else 0
    return free + max(0, round(gap))


def _slid(sign: Sign, before: Sign, rng: np.random.Generator) -> Sign:
    """``sign`` moved to the left until its ink runs into the sign ``before`` it."""
    rows, columns = 80 * GRID, before.right + 2 * sign.ink.mask.shape[1]
    fixed = before.layer((rows, columns), 0, rows // 2)
    for x in range(before.right, before.x, -1):
        moved = sign._replace(x=x)
        if np.count_nonzero(moved.layer((rows, columns), 0, rows // 2) & fixed) >= 2:
            return moved._replace(x=x - int(rng.integers(0, GRID)))
    return sign._replace(x=before.right - GRID)
