"""Image file formats: recognising them by their first bytes, and detecting truncated files without decoding them.

No library does the latter: filetype and puremagic check first bytes only, and Pillow would decode untrusted files in a
second decoder with different limits.
"""

import re
import struct

from lettermill.image.tiff import tiff_directory

SIGNATURES = {
    ".jpg": rb"\xff\xd8\xff",
    ".png": rb"\x89PNG\r\n\x1a\n",
    ".gif": rb"GIF8[79]a",
    ".bmp": rb"BM",
    ".tif": rb"II[*+]\0|MM\0[*+]",  # with a plus: BigTIFF
    ".webp": rb"RIFF....WEBP",
    ".pnm": rb"P[1-6]\s",
}
"""The formats that are read. OpenCV supports others, but nobody scans into them, and each decoder is a risk."""

NAMES = {".jpg": "JPEG", ".png": "PNG", ".gif": "GIF", ".bmp": "BMP", ".tif": "TIFF", ".webp": "WebP", ".pnm": "PNM"}
"""Suffix -> name of the format."""

_SIGNATURES = {suffix: re.compile(start, re.DOTALL) for suffix, start in SIGNATURES.items()}

_PNM_HEADER = re.compile(rb"P[1-6](?:\s+(?:#[^\n]*\n\s*)*\d+){2}\s|P[1-6][\s\d]*\Z")
"""A header with the size of the image, or the beginning of such a header."""

_PNM_BINARY = re.compile(rb"P[56](?:\s+(?:#[^\n]*\n\s*)*(\d+)){3}\s")
"""A header of grey levels or colours as bytes, with their largest value."""

ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
"""Names of the chunks of animated PNG files."""


def suffix_of(content: bytes) -> str:
    """The usual file suffix for the format of ``content``, by its first bytes; ``.img`` for unknown formats."""
    return next((suffix for suffix, start in _SIGNATURES.items() if start.match(content)), ".img")


def is_cut_off(content: bytes) -> bool:
    """Whether ``content``, which begins like an image but cannot be decoded, is truncated."""
    suffix = suffix_of(content)
    if suffix == ".jpg":
        return not content.rstrip(b"\0\r\n").endswith(b"\xff\xd9")
    if suffix == ".png":
        return not _names_of_chunks(content)
    if suffix == ".gif":
        return not content.endswith(b"\0;")
    if suffix == ".pnm":
        return bool(_PNM_HEADER.match(content[:1000]))
    try:
        if suffix == ".bmp":
            return _number(content, "<I", 2) > len(content)
        if suffix == ".webp":
            return _number(content, "<I", 4) + 8 > len(content)
        return suffix == ".tif" and tiff_directory(content).end > len(content)
    except struct.error:  # even these numbers are missing
        return True


def is_still_png(content: bytes) -> bool:
    """Whether the chunks of a PNG file have their declared lengths, and it is not an animation."""
    names = _names_of_chunks(content)
    return bool(names) and names.isdisjoint(ANIMATION)


def pnm_white(content: bytes) -> int:
    """The value of white in a PNM file whose values OpenCV does not scale to all bits; 0 if it does."""
    header = _PNM_BINARY.match(content[:1000])
    white = int(header[1]) if header else 0
    return white if white < 255 else 0


def _names_of_chunks(content: bytes) -> set[bytes]:
    """The names of all chunks of a PNG file; empty if the file is truncated."""
    names, place = set(), 8
    while place + 12 <= len(content):
        name = content[place + 4 : place + 8]
        names.add(name)
        place += 12 + int.from_bytes(content[place : place + 4])
        if name == b"IEND":
            return names if place <= len(content) else set()
    return set()


def _number(content: bytes, kind: str, place: int) -> int:
    return int(struct.unpack_from(kind, content, place)[0])
