"""Formats of image files: by their first bytes, and whether a file ends before its image does."""

import re
import struct

SIGNATURES = {
    ".jpg": rb"\xff\xd8\xff",
    ".png": rb"\x89PNG\r\n\x1a\n",
    ".gif": rb"GIF8[79]a",
    ".bmp": rb"BM",
    ".tif": rb"II\*\0|MM\0\*",
    ".webp": rb"RIFF....WEBP",
    ".pnm": rb"P[1-6]\s",
}
"""Of the formats that are read. OpenCV could read others, which nobody scans into: the less is decoded, the better."""

_SIGNATURES = {suffix: re.compile(start, re.DOTALL) for suffix, start in SIGNATURES.items()}

_PNM_HEADER = re.compile(rb"P[1-6](?:\s+(?:#[^\n]*\n\s*)*\d+){2}\s|P[1-6][\s\d]*\Z")
"""The size of the image and something behind it, or the beginning of that and nothing else."""


def suffix_of(content: bytes) -> str:
    """The usual file suffix for the format of ``content``, by its first bytes; ``.img`` when it is none of these."""
    return next((suffix for suffix, start in _SIGNATURES.items() if start.match(content)), ".img")


def is_cut_off(content: bytes) -> bool:
    """Whether ``content``, which begins as an image and cannot be decoded, lacks its end."""
    suffix = suffix_of(content)
    if suffix == ".jpg":
        return not content.rstrip(b"\0\r\n").endswith(b"\xff\xd9")
    if suffix == ".png":
        return b"IEND\xaeB`\x82" not in content
    if suffix == ".gif":
        return not content.endswith(b"\0;")
    if suffix == ".pnm":
        return bool(_PNM_HEADER.match(content[:1000]))
    try:
        if suffix == ".bmp":
            return _number(content, "<I", 2) > len(content)
        if suffix == ".webp":
            return _number(content, "<I", 4) + 8 > len(content)
        return suffix == ".tif" and _end_of_tiff(content) > len(content)
    except struct.error:  # not even these numbers are there
        return True


def _number(content: bytes, kind: str, place: int) -> int:
    return struct.unpack_from(kind, content, place)[0]


def _end_of_tiff(content: bytes) -> int:
    """Where the data of the first image of a TIFF file end, by its directory.

    Raises struct.error when the directory is not whole.
    """
    order = "<" if content.startswith(b"II") else ">"
    directory = _number(content, f"{order}I", 4)
    fields: dict[int, tuple[int, ...]] = {}
    for number in range(_number(content, f"{order}H", directory)):
        place = directory + 2 + 12 * number
        tag, kind, count = struct.unpack_from(f"{order}HHI", content, place)
        letter, size = {3: ("H", 2), 4: ("I", 4)}.get(kind, ("", 0))
        if tag in (273, 279, 324, 325) and letter:  # offsets and sizes of strips, or of tiles
            start = place + 8 if count * size <= 4 else _number(content, f"{order}I", place + 8)
            fields[tag] = struct.unpack_from(f"{order}{count}{letter}", content, start)
    starts, sizes = fields.get(273, fields.get(324, ())), fields.get(279, fields.get(325, ()))
    return max((start + size for start, size in zip(starts, sizes, strict=False)), default=0)
