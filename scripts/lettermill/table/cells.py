"""Cells of a table, and splitting a line into them."""

import csv
import datetime
import re

MAX_CELL_LENGTH = 32_767
"""Characters in a cell, as in Excel. A longer cell comes from a quote that is not closed."""

NOT_COMPUTED = "#FORMULA!"
"""Stands for a formula without a value."""

NO_ADDRESS = "#HYPERLINK!"
"""Stands for a link whose text is no image, and whose address a formula computes."""

_ENCLOSED = re.compile(r'"((?:[^"]|"")*+)"')
_URL = re.compile(r"https?://[^\s/\"']", re.IGNORECASE)
_SUFFIXES = (
    *(".jpg", ".jpeg", ".jfif", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".jp2", ".avif", ".heic"),
    *(".pbm", ".pgm", ".ppm", ".pnm"),
)
_ERRORS = frozenset({"#N/A", "#NV", "#N/D", "#N/B", "#NB", "#GETTING_DATA"})
_ESCAPE = re.compile("_x([0-9a-fA-F]{4})_")


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
    cell = cell.strip()
    if "\n" in cell or "\r" in cell or '"' in cell:
        return False
    return _URL.match(cell) is not None or cell[-5:].lower().endswith(_SUFFIXES)


def is_error(cell: str) -> bool:
    """Whether a cell has an error of a spreadsheet, also of a localised one: ``#N/A``, ``#REF!``, ``#BEZUG!``."""
    if not cell.startswith("#") or len(cell) > 20:
        return cell[:4] == "Err:" and cell[4:].isdecimal()  # of LibreOffice
    return cell in _ERRORS or (cell[-1] in "!?" and cell.isupper() and " " not in cell)


def error_cell(code: str) -> str:
    """The text of an error cell of a workbook, such that ``is_error``."""
    return code if is_error(code) else "#ERROR!"


def unescaped(cell: str, is_text: bool) -> str:
    """A cell of an .xlsx file without escapes such as ``_x000D_`` (ECMA-376, part 1, 22.9.2.19, ST_Xstring).

    Without ``is_text`` only white space, and the underscore that escapes an escape: many programs write a file name
    such as ``page_x0120_y0340.png`` as it is, and it should stay like that.
    """
    if "_x" not in cell:
        return cell

    def character(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        escapes = code == ord("_") and _ESCAPE.match(cell, found.end() - 1) is not None
        return chr(code) if is_text or escapes or chr(code).isspace() else found[0]

    # Characters beyond U+FFFF are two escapes.
    return _ESCAPE.sub(character, cell).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
