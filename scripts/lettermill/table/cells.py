"""Cells of a table, and splitting a line into them."""

import csv
import datetime
import re

MAX_CELL_LENGTH = 32_767
"""Characters in a cell, as in Excel. A longer cell comes from a quote that is not closed."""

_ENCLOSED = re.compile(r'"((?:[^"]|"")*)"')
_IMAGE = re.compile(
    r"""\s*(?:https?://[^\s/"'][^\r\n"]*|[^\r\n"]*\.(?:jpe?g|jfif|png|tiff?|bmp|gif|webp|jp2|avif|heic|p[bgpn]m))\s*""",
    re.IGNORECASE,
)


def is_blank(line: str) -> bool:
    """Whether a line has only white space and quotes."""
    return not line or line.isspace() or not line.strip('" \t\r\n')


def split_line(line: str, separator: str) -> list[str] | None:
    """The cells of ``line``, or None when a quote is not at the beginning or end of a cell."""
    if '"' not in line:
        return line.rstrip("\r\n").split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None


def split_unquoted(line: str, separator: str) -> list[str]:
    """The cells of ``line``, split at every separator. Quotes around a cell and stray quotes are removed."""
    return [_unquoted(cell) for cell in line.rstrip("\r\n").split(separator)]


def looks_like_image(cell: str) -> bool:
    """Whether a cell is an http(s) URL, or a path with the suffix of an image."""
    return _IMAGE.fullmatch(cell) is not None


def check_text(column: str, cell: str) -> str:
    """``cell`` itself. Raises ValueError when it has characters that files and file names cannot have."""
    if "\0" in cell:
        raise ValueError(f"column {column} contains a NUL byte: delete it")
    try:
        cell.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"column {column} contains half a character ({cell[error.start]!r}): delete it") from error
    return cell


def displayed(value: object, number_format: str = "") -> str:
    """A cell as Excel shows it: whole numbers without a point, and with leading zeros if its format (``00000``) has
    them; text unchanged; dates as in ISO 8601."""
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
