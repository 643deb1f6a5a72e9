"""TIFF files: what their first directory says (TIFF 6.0, and BigTIFF, its form with 64-bit offsets)."""

import struct
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Field type -> bytes per value."""

INTEGERS = {1: "u1", 3: "u2", 4: "u4", 6: "i1", 8: "i2", 9: "i4", 16: "u8", 17: "i8"}
"""Field type -> NumPy type of its values, for the types of sizes and offsets."""

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIPS, SAMPLES, STRIP_SIZES = 273, 277, 279
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_SIZES = 322, 323, 324, 325
READ = {WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, STRIPS, SAMPLES, STRIP_SIZES}
READ |= {TILE_WIDTH, TILE_HEIGHT, TILES, TILE_SIZES}

COMPRESSIONS = {6: "old-style JPEG", 34712: "JPEG 2000", 34887: "LERC", 34892: "lossy JPEG of a DNG file",
                34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL"}  # fmt: skip
"""Compression -> its name, for those that OpenCV is built without."""


class TiffDirectory(NamedTuple):
    """The first directory of a TIFF file.

    end: where it and the data it points to end, in bytes. values: tag of ``READ`` -> values (int64); of equal tags the
    first counts, as in LibTIFF.
    """

    end: int
    values: Mapping[int, np.ndarray]

    def first(self, tag: int, default: int) -> int:
        """The first value of a tag."""
        values = self.values.get(tag)
        return default if values is None or not len(values) else int(values[0])

    @property
    def is_min_white(self) -> bool:
        """Whether 0 means white."""
        return self.first(PHOTOMETRIC, 1) == 0

    @property
    def pixels_at_a_time(self) -> int:
        """Number of pixels that are unpacked at least: of the image, or of one tile, which may be larger."""
        image = self.first(WIDTH, 0) * self.first(HEIGHT, 0)
        return max(image, self.first(TILE_WIDTH, 0) * self.first(TILE_HEIGHT, 0))

    @property
    def bytes_per_pixel(self) -> float:
        """Bytes of a pixel when unpacked."""
        return self.first(SAMPLES, 1) * self.first(BITS, 1) / 8

    @property
    def encoding(self) -> str:
        """Bits and compression, for messages."""
        compression = self.first(COMPRESSION, 1)
        name = COMPRESSIONS.get(compression, "")
        return f"{self.first(BITS, 1)} bits per sample" + (f" with {name} compression" if name else "")


def tiff_directory(content: bytes) -> TiffDirectory:
    """The first directory of a TIFF file. Raises struct.error if the file ends within it."""
    order = "<" if content.startswith(b"II") else ">"
    big = content[2:4] in (b"\x2b\0", b"\0\x2b")
    offset, counter, inline = ("Q", "Q", 8) if big else ("I", "H", 4)
    (start,) = struct.unpack_from(order + offset, content, 8 if big else 4)
    if start > len(content):
        raise struct.error("the directory is missing")
    (count,) = struct.unpack_from(order + counter, content, start)
    entry = struct.Struct(f"{order}HH{offset}")
    first = start + struct.calcsize(order + counter)
    ends, values = [first + count * (entry.size + inline)], {}
    if ends[0] > len(content):
        raise struct.error("the directory is not complete")
    for place in range(first, ends[0], entry.size + inline):
        tag, kind, number = entry.unpack_from(content, place)
        size = number * SIZES.get(kind, 0)
        (outside,) = struct.unpack_from(order + offset, content, place + entry.size)
        data = place + entry.size if size <= inline else outside
        ends.append(data + size)
        if tag in READ and tag not in values and kind in INTEGERS and data + size <= len(content):
            values[tag] = np.frombuffer(content, order + INTEGERS[kind], number, data).astype(np.int64)
    for offsets, sizes in ((STRIPS, STRIP_SIZES), (TILES, TILE_SIZES)):
        if offsets in values and sizes in values:
            shorter = min(len(values[offsets]), len(values[sizes]))
            ends.append(int((values[offsets][:shorter] + values[sizes][:shorter]).max(initial=0)))
    return TiffDirectory(max(ends), values)
