"""Formats of image files: by their first bytes, and whether a file ends before its image does.

This is not a library's, for none says the latter without decoding: filetype and puremagic know beginnings alone, and
Pillow would decode what comes from the web a second time, in another decoder with limits of its own.
"""

import re
import struct

import numpy as np

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

TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of a value of each type that a field in a TIFF file may have."""


ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
"""Chunks of animated PNG files."""


def suffix_of(content: bytes) -> str:
    """The usual file suffix for the format of ``content``, by its first bytes; ``.img`` when it is none of these."""
    return next((suffix for suffix, start in _SIGNATURES.items() if start.match(content)), ".img")


def is_cut_off(content: bytes) -> bool:
    """Whether ``content``, which begins as an image and cannot be decoded, lacks its end."""
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
        return suffix == ".tif" and _end_of_tiff(content) > len(content)
    except struct.error:  # not even these numbers are there
        return True


def is_still_png(content: bytes) -> bool:
    """Whether the chunks of a PNG file are as long as they say, and it is no animation."""
    names = _names_of_chunks(content)
    return bool(names) and names.isdisjoint(ANIMATION)


def _names_of_chunks(content: bytes) -> set[bytes]:
    """Those up to the end of a PNG file; none when that is not there."""
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


def _end_of_tiff(content: bytes) -> int:
    """Where the first image of a TIFF file ends, by its directory. Raises struct.error when that is not whole."""
    order = "<" if content.startswith(b"II") else ">"
    directory = _number(content, f"{order}I", 4)
    count = _number(content, f"{order}H", directory)
    ends, places = [directory + 2 + 12 * count], {}
    for place in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(f"{order}HHI", content, place)
        size = values * TIFF_SIZES.get(kind, 0)
        start = place + 8 if size <= 4 else _number(content, f"{order}I", place + 8)
        ends.append(start + size)
        if kind in (3, 4):
            places[tag] = (f"{order}u{2 * kind - 4}", values, start)
    for offsets, sizes in ((273, 279), (324, 325)):  # of strips, and of tiles
        if offsets in places and sizes in places and max(ends) <= len(content):
            first, length = (np.frombuffer(content, *places[tag]).astype(np.int64) for tag in (offsets, sizes))
            shorter = min(len(first), len(length))
            ends.append(int((first[:shorter] + length[:shorter]).max(initial=0)))
    return max(ends)
