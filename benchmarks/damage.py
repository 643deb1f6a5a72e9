"""Damaged images: real ones, truncated, with flipped bytes, spliced, stretched or shuffled. Each has a number.

The same number gives the same bytes with the same versions of NumPy and OpenCV.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import cv2
import numpy as np

EARLY = 300
"""Every position up to here is one at which a JPEG and a PNG image are cut off."""

SIDES = (0, 1, 2, 7, 36, 388, 1_000, 4_000, 20_000, 65_535, 65_536, 1_000_001, 2**31 - 1, 2**32 - 1)
"""Widths and heights that headers are made to say."""


class Damaged(NamedTuple):
    """content: what may come from a server. kind: the format of the image that it was. damage: what was done to it."""

    content: bytes
    kind: str
    damage: str


def encodings(images: list[np.ndarray]) -> list[tuple[str, bytes]]:
    """``images`` ((height, width) uint8) in all formats that are read: (kind, content)."""
    found = []
    for image in images:
        colour = cv2.merge([image, cv2.add(image, 40), image])
        clear = cv2.merge([image, image, image, cv2.max(image, 90)])
        for kind, suffix, picture, settings in (
            ("JPEG", ".jpg", image, []),
            ("JPEG", ".jpg", colour, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_RST_INTERVAL, 4]),
            ("PNG", ".png", image, []),
            ("PNG", ".png", clear, [cv2.IMWRITE_PNG_COMPRESSION, 1]),
            ("PNG", ".png", image, [cv2.IMWRITE_PNG_BILEVEL, 1]),
            ("PNG", ".png", colour.astype(np.uint16) * 257, []),
            ("GIF", ".gif", colour, []),
            ("WebP", ".webp", colour, [cv2.IMWRITE_WEBP_QUALITY, 80]),
            ("WebP", ".webp", clear, [cv2.IMWRITE_WEBP_QUALITY, 101]),
            ("TIFF", ".tif", image, [cv2.IMWRITE_TIFF_COMPRESSION, 5]),
            ("TIFF", ".tif", colour, [cv2.IMWRITE_TIFF_COMPRESSION, 1, cv2.IMWRITE_TIFF_ROWSPERSTRIP, 4]),
            ("BMP", ".bmp", image, []),
            ("PNM", ".pgm", image, []),
            ("PNM", ".ppm", colour, [cv2.IMWRITE_PXM_BINARY, 0]),
        ):
            found.append((kind, cv2.imencode(suffix, picture, settings)[1].tobytes()))
        moving = cv2.Animation()
        moving.frames, moving.durations = [clear, cv2.flip(clear, 1)], np.array([100, 100], np.int32)
        for kind, suffix in (("PNG", ".png"), ("GIF", ".gif"), ("WebP", ".webp")):
            found.append((kind, cv2.imencodeanimation(suffix, moving)[1].tobytes()))
    return found


def damaged(number: int, sources: list[tuple[str, bytes]]) -> Damaged:
    """Case ``number`` (from 0): first those that are truncated early, then random ones.

    sources: see ``encodings``; half of the random cases are JPEG or PNG.
    """
    if number < 2 * EARLY:
        kind = ("JPEG", "PNG")[number % 2]
        content = next(content for name, content in sources if name == kind)
        return Damaged(content[: number // 2], kind, "cut off early")
    random = np.random.default_rng(number)
    usual = [source for source in sources if source[0] in ("JPEG", "PNG")]
    kind, content = _one_of(random, usual if random.random() < 0.5 else sources)
    name, damage = _one_of(random, list(DAMAGES.items()))
    changed = damage(content, random, kind, sources)
    kind = "PNG" if name == "other picture" else kind
    if random.random() < 0.1 and name != "other picture":
        changed = _flip_few(changed, random, kind, sources)
    if kind == "PNG" and random.random() < 0.5:
        changed = _with_checksums(changed)  # else the decoder would see little of what is wrong
    return Damaged(changed, kind, name)


def _one_of(random: np.random.Generator, choices: list) -> tuple:
    return choices[int(random.integers(len(choices)))]


def _cut_off(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    return content[: int(random.integers(len(content)))]


def _flip_one(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    return _flipped(content, random, 1, len(content))


def _flip_few(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    return _flipped(content, random, int(random.integers(2, 20)), len(content))


def _flip_many(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    return _flipped(content, random, max(1, len(content) // 20), len(content))


def _flip_header(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    return _flipped(content, random, int(random.integers(1, 6)), 200)


def _flipped(content: bytes, random: np.random.Generator, bits: int, end: int) -> bytes:
    data = np.frombuffer(content, np.uint8).copy()
    end = min(end, len(data))
    if end:
        np.bitwise_xor.at(data, random.integers(0, end, bits), 1 << random.integers(0, 8, bits).astype(np.uint8))
    return data.tobytes()


def _overwrite(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    start, stop = sorted(random.integers(0, len(content) + 1, 2).tolist())
    filling = (bytes(stop - start), b"\xff" * (stop - start), random.bytes(stop - start))
    return content[:start] + filling[int(random.integers(3))] + content[stop:]


def _splice(content: bytes, random: np.random.Generator, kind: str, sources: list[tuple[str, bytes]]) -> bytes:
    """The head of one image and the rest of another, most often of the same format."""
    same = [source for source in sources if source[0] == kind]
    _, other = _one_of(random, same if random.random() < 0.7 else sources)
    head = int(random.integers(min(len(content), 700)))
    return content[:head] + other[head + int(random.integers(-3, 4)) :]


def _repeat(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    start, stop = sorted(random.integers(0, len(content) + 1, 2).tolist())
    return content[:stop] + content[start:stop] * int(random.integers(1, 30)) + content[stop:]


def _shuffle(content: bytes, random: np.random.Generator, kind: str, *_: object) -> bytes:
    """Chunks swapped, left out and doubled."""
    head, *chunks = {"PNG": _png_chunks, "JPEG": _jpeg_segments}.get(kind, _slices)(content)
    for _ in range(int(random.integers(1, 4))):
        first, second = random.integers(0, len(chunks), 2)
        chunks[first], chunks[second] = chunks[second], chunks[first]
        if random.random() < 0.3:
            chunks.insert(int(first), chunks[int(second)])
        elif random.random() < 0.3 and len(chunks) > 1:
            del chunks[int(first)]
    return head + b"".join(chunks)


def _resize(content: bytes, random: np.random.Generator, kind: str, *_: object) -> bytes:
    """Another width and height in the header."""
    width, height = (SIDES[int(place)] for place in random.integers(0, len(SIDES), 2))
    if random.random() < 0.4:
        width, height = random.integers(1, 800, 2).tolist()
    if kind == "PNM":
        magic, _, rest = content.split(b"\n", 2)
        return b"%s\n%d %d\n%s" % (magic, width, height, rest)
    data = bytearray(content)
    for place, code, value in _sizes(content, kind, width, height):
        limit = 1 << 8 * struct.calcsize(code)
        struct.pack_into(code, data, place, value % limit)
    return bytes(data)


def _sizes(content: bytes, kind: str, width: int, height: int) -> list[tuple[int, str, int]]:
    """(place, code, value) of the width and the height in the header of ``content``."""
    if kind == "JPEG":
        frame = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
        return [(frame + 5, ">H", height), (frame + 7, ">H", width)]
    if kind == "TIFF":
        directory = struct.unpack_from("<I", content, 4)[0]
        return [(directory + 10, "<I", width), (directory + 22, "<I", height)]  # the first fields of a directory
    places = {"PNG": (16, 20, ">I"), "GIF": (6, 8, "<H"), "BMP": (18, 22, "<I")}
    if kind == "WebP":
        places["WebP"] = (26, 28, "<H") if content[12:16] == b"VP8 " else (21, 23, "<H")
    across, down, code = places[kind]
    return [(across, code, width), (down, code, height)]


def _refill(content: bytes, random: np.random.Generator, kind: str, *_: object) -> bytes:
    """Other pixels than there should be: damaged are a PNG's inflated lines, or what follows a header."""
    if kind != "PNG":
        head = int(random.integers(20, 700))
        return content[:head] + _flip_many(content[head:], random)
    chunks = _png_chunks(content)
    lines = zlib.decompress(b"".join(chunk[8:-4] for chunk in chunks if chunk[4:8] == b"IDAT"))
    damage = (_cut_off, _flip_few, _flip_many, _overwrite, _repeat)[int(random.integers(5))]
    data = zlib.compress(damage(lines, random), 1)
    body = [chunk for chunk in chunks[1:-1] if chunk[4:8] != b"IDAT"]
    return b"".join([chunks[0], *body, _png_chunk(b"IDAT", data), chunks[-1]])


def _draw(content: bytes, random: np.random.Generator, *_: object) -> bytes:
    """Another picture instead: a sound PNG of strokes, noise and patterns, from a pixel to a line of text in size."""
    height, width = (int(side) for side in np.exp(random.uniform(0, (5.5, 7.5))))
    image = np.full((height, width), 255, np.uint8)
    for _ in range(int(random.integers(60))):
        start, end = (tuple(int(side * share) for side, share in zip((width, height), random.random(2), strict=True))
                      for _ in range(2))  # fmt: skip
        cv2.line(image, start, end, int(random.integers(160)), int(random.integers(1, 6)))
    pattern = int(random.integers(6))
    if pattern == 0:
        image[random.random(image.shape) < random.uniform(0, 0.5)] = 0
    elif pattern == 1:
        image[:: int(random.integers(1, 9)), :: int(random.integers(1, 9))] = 30
    elif pattern == 2:
        image = 255 - image
    return cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


DAMAGES: dict[str, Callable[..., bytes]] = {
    "cut off": _cut_off,
    "one bit flipped": _flip_one,
    "some bits flipped": _flip_few,
    "many bits flipped": _flip_many,
    "header flipped": _flip_header,
    "overwritten": _overwrite,
    "spliced": _splice,
    "repeated": _repeat,
    "chunks shuffled": _shuffle,
    "other size": _resize,
    "other pixels": _refill,
    "other picture": _draw,
}


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png_chunks(content: bytes) -> list[bytes]:
    """The signature and all chunks of a PNG file, as far as it has whole ones, and what is left."""
    chunks, place = [content[:8]], 8
    while place + 12 <= len(content):
        end = place + 12 + struct.unpack_from(">I", content, place)[0]
        if end > len(content):
            break
        chunks.append(content[place:end])
        place = end
    return [*chunks, content[place:]] if place < len(content) else chunks


def _with_checksums(content: bytes) -> bytes:
    """A PNG file with the checksums that its chunks should have."""
    head, *chunks = _png_chunks(content)
    whole = (len(chunk) >= 12 and len(chunk) == 12 + struct.unpack_from(">I", chunk)[0] for chunk in chunks)
    pairs = zip(chunks, whole, strict=True)
    return head + b"".join(_png_chunk(chunk[4:8], chunk[8:-4]) if good else chunk for chunk, good in pairs)


def _jpeg_segments(content: bytes) -> list[bytes]:
    """A JPEG file, cut before each of its markers."""
    return list(_cut_at(content, [place for place in range(2, len(content) - 1) if _is_marker(content, place)]))


def _is_marker(content: bytes, place: int) -> bool:
    return content[place] == 0xFF and content[place + 1] not in (0, 0xFF)


def _slices(content: bytes) -> list[bytes]:
    step = max(1, len(content) // 12)
    return list(_cut_at(content, list(range(step, len(content), step))))


def _cut_at(content: bytes, places: list[int]) -> Iterator[bytes]:
    for start, stop in zip([0, *places], [*places, len(content)], strict=True):
        yield content[start:stop]
