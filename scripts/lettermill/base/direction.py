"""Writing direction: the order in which the characters of a text are drawn on a line, from left to right.

Unicode's bidirectional algorithm (Unicode Standard Annex 9, "UAX 9", whose rules are named here) for a text that is one
line. Explicit embeddings, overrides and isolates are ignored; the marks LRM, RLM and ALM are not.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

LEFT_TO_RIGHT, RIGHT_TO_LEFT = 0, 1
"""Directions of a text, and its lowest embedding level."""

_IGNORED = "-"

_CLASSES = {"L": "L", "R": "R", "AL": "A", "EN": "E", "AN": "N", "ES": "S", "CS": "C", "ET": "T", "NSM": "M", "": "L"}
_CLASSES |= dict.fromkeys(("B", "S", "WS", "ON"), "O")
"""Bidirectional class -> one character, so that rules can be regular expressions. Other classes are ignored."""

_BRACKETS = dict(zip(")]}⁆〉⦆⟩⟧⟫〉》」』】〕〗", "([{⁅〈⦅⟨⟦⟪〈《「『【〔〖", strict=True))
"""Closing -> opening bracket."""

_RISE = ({"L": 0, "R": 1, "E": 2, "N": 2}, {"L": 1, "R": 0, "E": 1, "N": 1})
"""I1, I2: by direction, how many levels a class stands above that of the text."""


def drawn_order(levels: Sequence[int]) -> list[int]:
    """For each place on the line, from left to right, the index of the character that is drawn there.

    levels: the embedding level of each character, see ``embedding_levels``.
    """
    order = list(range(len(levels)))
    for lowest in range(max(levels, default=0), 0, -1):  # L2
        start = 0
        for reverse, run in groupby(levels, lambda level: level >= lowest):  # noqa: B023
            stop = start + len(list(run))
            if reverse:
                order[start:stop] = order[start:stop][::-1]
            start = stop
    return order


def as_written(drawn: str) -> str:
    """The text of ``drawn``, the letters, digits and spaces that are seen on a line from left to right.

    Where several texts look the same, it is the one that begins at the right, if that letter is one of a right-to-left
    script.
    """
    return "".join(drawn[place] for place in written_order(drawn))


def written_order(drawn: str) -> list[int]:
    """For each character of the text of ``drawn``, see ``as_written``, its index in ``drawn``."""
    # What reordering a text does, reordering undoes.
    return drawn_order(embedding_levels(drawn, _direction(_classes(drawn)[::-1])))


def embedding_levels(text: str, direction: int | None = None) -> list[int]:
    """The embedding level of each character of ``text``: even where the direction is left to right, odd otherwise.

    direction: of the text; None for that of its first letter.
    """
    classes = _classes(text)
    if direction is None:
        direction = _direction(classes)
    if direction == LEFT_TO_RIGHT and not re.search("[RAN]", classes):
        return [LEFT_TO_RIGHT] * len(text)
    kept = "".join(character for character, kind in zip(text, classes, strict=True) if kind != _IGNORED)
    resolved = _resolved(kept, classes.replace(_IGNORED, ""), "LR"[direction])
    found, level = [], direction
    rises = iter(resolved)
    for kind in classes:
        if kind != _IGNORED:
            level = direction + _RISE[direction][next(rises)]
        found.append(level)
    return found


def _classes(text: str) -> str:
    return "".join(map(_class, text))


@lru_cache(maxsize=10_000)
def _class(character: str) -> str:
    return _CLASSES.get(unicodedata.bidirectional(character), _IGNORED)


def _direction(classes: str) -> int:
    """P2, P3: the direction of the first letter."""
    first = re.search("[LRA]", classes)
    return RIGHT_TO_LEFT if first and first[0] != "L" else LEFT_TO_RIGHT


def _resolved(text: str, classes: str, around: str) -> str:
    """The classes of the characters of ``text``, reduced to L, R, E and N.

    around: the class, L or R, that stands for the direction of the text.
    """
    classes = around + classes + around  # X10
    classes = re.sub("(.)M+", lambda run: run[1] * len(run[0]), classes)  # W1
    classes = re.sub("A[^LR]*", lambda run: run[0].replace("E", "N"), classes)  # W2
    classes = classes.replace("A", "R")  # W3
    classes = re.sub("(?<=N)C(?=N)", "N", re.sub("(?<=E)[SC](?=E)", "E", classes))  # W4
    classes = re.sub("T+(?=E)|(?<=E)T+", lambda run: "E" * len(run[0]), classes)  # W5
    classes = re.sub("[SCT]", "O", classes)  # W6
    classes = re.sub("L[^R]*", lambda run: run[0].replace("E", "L"), classes)  # W7
    classes = _with_brackets(f" {text} ", classes, around)  # N0
    classes = re.sub("(?<=L)O+(?=L)", lambda run: "L" * len(run[0]), classes)  # N1
    classes = re.sub("(?<=[REN])O+(?=[REN])", lambda run: "R" * len(run[0]), classes)
    return classes[1:-1].replace("O", around)  # N2


def _with_brackets(text: str, classes: str, around: str) -> str:
    found = list(classes)
    for opening, closing in sorted(_pairs(text, classes)):
        inside = {_side(kind) for kind in found[opening + 1 : closing]} - {"O"}
        if inside:
            before = next(_side(kind) for kind in reversed(found[:opening]) if kind != "O")
            found[opening] = found[closing] = around if around in inside else before
    return "".join(found)


def _pairs(text: str, classes: str) -> Iterator[tuple[int, int]]:
    """BD16: places of the brackets that belong together."""
    openings: list[int] = []
    for place, (character, kind) in enumerate(zip(text, classes, strict=True)):
        if kind == "O" and character in _BRACKETS.values():
            openings.append(place)
        elif kind == "O" and character in _BRACKETS:
            fitting = [at for at in openings if text[at] == _BRACKETS[character]]
            if fitting:
                yield fitting[-1], place
                del openings[openings.index(fitting[-1]) :]


def _side(kind: str) -> str:
    return "R" if kind in "EN" else kind
