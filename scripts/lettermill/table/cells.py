"""The cells of a line of a table, and single ones."""

import csv
import datetime
import re

MAX_CELL_LENGTH = 32_767
"""Characters in a cell, as in Excel: more come from a quote that should have been closed."""

_ENCLOSED = re.compile(r'"((?:[^"]|"")*)"')
_IMAGE = re.compile(
    r"""\s*(?:https?://[^\s/"'][^\r\n"]*|[^\r\n"]*\.(?:jpe?g|jfif|png|tiff?|bmp|gif|webp|jp2|avif|heic|p[bgpn]m))\s*""",
    re.IGNORECASE,
)


def is_blank(line: str) -> bool:
    """Whether there is nothing on a line but white space and quotes."""
    return not line or line.isspace() or not line.strip('" \t\r\n')


def split_line(line: str, separator: str) -> list[str] | None:
    """The cells of ``line``, or None when its quotes are not those of whole cells."""
    if '"' not in line:
        return line.rstrip("\r\n").split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None


def split_unquoted(line: str, separator: str) -> list[str]:
    """The cells of ``line`` if no quote protects a separator: quotes around a cell go, and stray ones."""
    return [_unquoted(cell) for cell in line.rstrip("\r\n").split(separator)]


def looks_like_image(cell: str) -> bool:
    """Whether a cell is an http(s) URL, or a path that ends as those of images do."""
    return _IMAGE.fullmatch(cell) is not None


def check_text(column: str, cell: str) -> str:
    """``cell`` as it is. Raises ValueError when no file could hold it, or be called so."""
    if "\0" in cell:
        raise ValueError(f"column {column}: a NUL byte: take it out")
    try:
        cell.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"column {column}: half a character ({cell[error.start]!r}): take it out") from error
    return cell


def displayed(value: object, number_format: str = "") -> str:
    """A cell as Excel shows it: whole numbers without a point, with leading zeros where its format (``00000``) asks for
    them; text as it is; dates as in ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        digits = str(int(value)) if whole else f"{value:.15g}"
        return digits.zfill(len(number_format)) if whole and re.fullmatch("0+", number_format) else digits
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _unquoted(cell: str) -> str:
    if '"' not in cell:
        return cell
    if enclosed := _ENCLOSED.fullmatch(cell.strip()):
        return enclosed[1].replace('""', '"')
    return cell.replace('"', "") if cell.lstrip().startswith('"') else cell
