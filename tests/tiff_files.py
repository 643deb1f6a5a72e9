"""TIFF files of every kind, written byte by byte: other writers refuse what the tests are for."""

import struct

import numpy as np

TAGS = {
    "width": 256, "height": 257, "bits": 258, "compression": 259, "photometric": 262, "strips": 273, "samples": 277,
    "rows": 278, "strip_sizes": 279, "tile_width": 322, "tile_height": 323, "tiles": 324, "tile_sizes": 325,
    "sample_format": 339,
}  # fmt: skip

SAMPLE_FORMATS = {"u": 1, "i": 2, "f": 3}
"""Kind of a NumPy type -> sample format."""

FIELDS, DATA = 500, 1_500
"""Where long values of tags begin, and the data of the image."""


def tiff(image: np.ndarray, big: bool = False, **values: int) -> bytes:
    """``image`` ((height, width[, channels]), numbers of any type and byte order) as an uncompressed TIFF file.

    big: as BigTIFF. values: name of a tag -> value that it has instead.
    """
    samples = image.shape[2] if image.ndim == 3 else 1
    usual = {
        "width": image.shape[1], "height": image.shape[0], "bits": 8 * image.dtype.itemsize, "compression": 1,
        "photometric": 2 if samples > 2 else 1, "strips": DATA, "samples": samples, "rows": image.shape[0],
        "strip_sizes": image.nbytes, "sample_format": SAMPLE_FORMATS[image.dtype.kind],
    }  # fmt: skip
    return tiff_of(usual | values, image.tobytes(), ">" if image.dtype.byteorder == ">" else "<", big)


def tiled(data: bytes, width: int, height: int, samples: int = 1, bits: int = 8) -> bytes:
    """A TIFF file of 16x16 pixels in one tile of another size, whose deflated content is ``data``."""
    values = {
        "width": 16, "height": 16, "bits": bits, "compression": 8, "photometric": 1 if samples < 3 else 2,
        "samples": samples, "tile_width": width, "tile_height": height, "tiles": DATA, "tile_sizes": len(data),
    }  # fmt: skip
    return tiff_of(values, data)


def tiff_of(values: dict[str, int], data: bytes, order: str = "<", big: bool = False) -> bytes:
    """A TIFF file with these values of tags, ``bits`` and ``sample_format`` for each sample, and ``data`` at ``DATA``.

    order: "<" or ">", of the bytes.
    """
    pointer = "Q" if big else "I"
    entries = fields = b""
    for name in sorted(values, key=TAGS.__getitem__):
        count, kind = (values["samples"], 3) if name in ("bits", "sample_format") else (1, 4)
        field = struct.pack(f"{order}{count}{'H' if kind == 3 else 'I'}", *[values[name]] * count)
        if len(field) > struct.calcsize(pointer):
            fields += field
            field = struct.pack(order + pointer, FIELDS + len(fields) - len(field))
        value = field.ljust(struct.calcsize(pointer), b"\0")
        entries += struct.pack(f"{order}HH{pointer}", TAGS[name], kind, count) + value
    version = (43, 8, 0, 16) if big else (42, 8)
    head = struct.pack(order + ("HHHQQ" if big else "HIH"), *version, len(values))
    start = (b"II" if order == "<" else b"MM") + head + entries
    assert len(start) + 8 <= FIELDS and len(fields) <= DATA - FIELDS
    return (start.ljust(FIELDS, b"\0") + fields).ljust(DATA, b"\0") + data
