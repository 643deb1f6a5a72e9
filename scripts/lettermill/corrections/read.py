"""The table of corrections: every line by itself, so that a bad line affects no other.

Neither pandas nor ``table`` reads it. The outcome of each line is reported under its number, in the order of the file,
and a line is never repaired, because it changes the dataset without further question.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from lettermill.base.alphabet import Alphabet, word
from lettermill.base.errors import InputError
from lettermill.corrections.conflicts import resolve_conflicts
from lettermill.corrections.correction import MALFORMED, OF_LETTERS, OF_ROWS, Correction
from lettermill.corrections.formula_escape import unescape_formula
from lettermill.records.schemas import CorrectionOutcome
from lettermill.table.cells import MAX_CELL_LENGTH, split_line

COLUMNS = Correction._fields

_BOX = re.compile(r"(\d{1,6}) +(\d{1,6}) +(\d{1,6}) +(\d{1,6})", re.ASCII)
_POSITION = re.compile(r"\d{1,6}", re.ASCII)

_SHOWN = 60
"""Characters of a wrong field that a message shows."""


def read_corrections(path: Path, alphabet: Alphabet) -> list[CorrectionOutcome]:
    """The lines of the table at ``path``, in their order.

    The file is UTF-8, with commas or semicolons. Its columns may be in any order, and it may have others. Labels and
    values are converted to ``alphabet``. Lines that cannot be read, that occur twice, or that contradict each other get
    their outcome here; the outcome of the others is empty. Raises InputError when the file does not exist or a column
    is missing.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Correct `corrections` in your config.") from error
    texts = content.decode("utf-8-sig", errors="replace").split("\n")
    separator, places = _header(path, texts[0])
    lines = []
    for number, text in enumerate(texts[1:], 2):
        if text.strip(f'{separator}" \t\r'):
            lines.append(_line(number, text.removesuffix("\r"), separator, places, alphabet))
    return resolve_conflicts(lines)


def _header(path: Path, text: str) -> tuple[str, list[int]]:
    """(separator, indices of the columns, followed by the number of cells of a line)."""
    separator = ";" if text.count(";") > text.count(",") else ","
    names = [name.strip().casefold() for name in split_line(text, separator) or []]
    for column in COLUMNS:
        if names.count(column) != 1:
            what = "missing" if column not in names else "there more than once"
            raise InputError(
                f"{path}, line 1: column `{column}` is {what}. Write this header (UTF-8, commas or semicolons): "
                f"{','.join(COLUMNS)}"
            )
    return separator, [*map(names.index, COLUMNS), len(names)]


def _line(number: int, text: str, separator: str, places: list[int], alphabet: Alphabet) -> CorrectionOutcome:
    *columns, width = places
    nothing = [""] * len(COLUMNS)
    broken = "\r" in text and '"' not in text
    if broken or (cells := split_line(text, separator)) is None:
        return _malformed(
            number,
            nothing,
            "a quote is not closed, or is inside a field, or a line break is in quotes: correct the quotes",
        )
    if max(map(len, cells)) > MAX_CELL_LENGTH:
        return _malformed(number, nothing, f"a field has more than {MAX_CELL_LENGTH:,} characters: shorten it")
    if len(cells) != width:
        fields = [*cells, *nothing][: len(COLUMNS)]
        return _malformed(number, fields, f"expected {width} fields, found {len(cells)}: add or delete separators")
    fields = [unescape_formula(cells[place]).strip() for place in columns]
    try:
        correction = _correction(Correction(*fields), alphabet)
    except ValueError as error:
        return _malformed(number, fields, str(error))
    row_id, position, label, box, action, value = correction
    return CorrectionOutcome(number, row_id, position, label, box, action, value, "", "")


def _malformed(number: int, fields: Sequence[str], why: str) -> CorrectionOutcome:
    row_id, position, label, box, action, value = fields
    return CorrectionOutcome(number, row_id, position, label, box, action, value, MALFORMED, why)


def _correction(written: Correction, alphabet: Alphabet) -> Correction:
    """``written``, the fields of a line, in normalised spelling. Raises ValueError, with column and fix, when they are
    not a correction."""
    for column, field in written._asdict().items():
        if "\ufffd" in field:
            raise ValueError(f"column {column} is not UTF-8: save the file as CSV in UTF-8")
    row_id, position, label, box, action, value = written
    if not row_id:
        raise ValueError("column row_id is empty: write the id of the row")
    action = action.casefold()
    if action not in (*OF_LETTERS, *OF_ROWS):
        raise ValueError(
            f"column action: {_shown(action)} is not an action: use one of {', '.join((*OF_LETTERS, *OF_ROWS))}"
        )
    if action in OF_ROWS:
        _check_empty(action, position=position, box=box)
        if label and not word(alphabet.pattern(label)):
            raise ValueError(
                f"column label: {_shown(label)} has no letter of the alphabet: correct it or leave it empty"
            )
        label = word(alphabet.pattern(label))
    else:
        if not _POSITION.fullmatch(position):
            raise ValueError(
                f"column position: {_shown(position)} is not a number: count the letters of the row from 0"
            )
        position, label = str(int(position)), _letter("label", label, alphabet)
        box = _box("box", box) if box else ""
    if action == "relabel":
        value = _letter("value", value, alphabet)
    elif action == "box":
        value = _box("value", value)
    elif action == "transcription":
        value = unicodedata.normalize("NFC", value)
        if not word(alphabet.pattern(value)):
            raise ValueError(
                "column value has no letter of the alphabet: write the transcription, or `exclude` the row"
            )
    else:
        _check_empty(action, value=value)
    return Correction(row_id, position, label, box, action, value)


def _check_empty(action: str, **fields: str) -> None:
    for column, field in fields.items():
        if field:
            raise ValueError(f"column {column}: {_shown(field)} has no meaning with `{action}`: leave it empty")


def _letter(column: str, text: str, alphabet: Alphabet) -> str:
    letter = alphabet.pattern(text)
    if len(letter) != 1 or not word(letter):
        raise ValueError(f"column {column}: {_shown(text)} is not a letter of the alphabet: write one letter")
    return letter


def _box(column: str, text: str) -> str:
    found = _BOX.fullmatch(text)
    numbers = [int(number) for number in found.groups()] if found else [0] * 4
    if not all(numbers[2:]):
        raise ValueError(
            f"column {column}: {_shown(text)} is not a box: write x, y, width and height, such as 12 0 9 20"
        )
    return " ".join(map(str, numbers))


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
