"""The cells of one line of a table."""

import csv
import re

LONGEST_CELL = 32_767
"""Characters in a cell, as in Excel: more come from a quote that should have been closed."""

_ENCLOSED = re.compile(r'"((?:[^"]|"")*)"')
_IMAGE = re.compile(
    r"""\s*(?:https?://[^\s/"'][^\r\n"]*|[^\r\n"]*\.(?:jpe?g|jfif|png|tiff?|bmp|gif|webp|jp2|avif|heic|p[bgpn]m))\s*""",
    re.IGNORECASE,
)


def is_blank(line: str) -> bool:
    """Whether there is nothing on a line but white space and quotes."""
    return not line or line.isspace() or not line.strip('" \t\r\n')


def cells_of(line: str, separator: str) -> list[str] | None:
    """The cells of ``line``, or None when its quotes are not those of whole cells."""
    if '"' not in line:
        return line.rstrip("\r\n").split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None


def bare_cells(line: str, separator: str) -> list[str]:
    """The cells of ``line`` if no quote protects a separator: quotes around a cell go, and stray ones."""
    return [_bare(cell) for cell in line.rstrip("\r\n").split(separator)]


def looks_like_image(cell: str) -> bool:
    """Whether a cell is an http(s) address, or a path that ends as those of images do."""
    return _IMAGE.fullmatch(cell) is not None


def _bare(cell: str) -> str:
    if '"' not in cell:
        return cell
    if enclosed := _ENCLOSED.fullmatch(cell.strip()):
        return enclosed[1].replace('""', '"')
    return cell.replace('"', "") if cell.lstrip().startswith('"') else cell
