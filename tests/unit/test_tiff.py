"""TIFF files: all kinds of numbers, the form for large files, and tiles that are larger than their image."""

import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from decoding import judged
from lettermill.image.codec import decode, decode_colour, decode_detail, decode_error
from lettermill.image.tiff import tiff_directory
from project import SAMPLE
from tiff_files import tiff, tiled

SMALL = cv2.imread(str(SAMPLE / "images/word_0001.jpg"), cv2.IMREAD_GRAYSCALE)[6:30, :80]
UNIT, DEEP = SMALL / 255, SMALL.astype(np.uint16) * 257

KINDS = {
    "8 bits": SMALL,
    "16 bits": DEEP,
    "32 bits": SMALL.astype("<u4") << 24,
    "15 bits and a sign": (DEEP >> 1).astype("<i2"),
    "31 bits and a sign, one of them used": SMALL.astype("<i4"),
    "as many below as above 0": (DEEP.astype("<i4") - 32_768).astype("<i2"),
    "float to 1": UNIT.astype("<f4"),
    "float to 1.01": (1.01 * UNIT).astype("<f4"),
    "float to 255": SMALL.astype("<f4"),
    "float to 65,535": DEEP.astype("<f4"),
    "double to 1": UNIT.astype("<f8"),
}


def differs(content: bytes) -> int:
    """The largest difference to ``SMALL``, in grey levels."""
    assert decode_error(content) == ""
    return int(np.abs(decode(content).astype(int) - SMALL).max())


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", KINDS)
def test_all_kinds_of_numbers_are_read(kind: str, order: str, big: bool) -> None:
    image = KINDS[kind]
    content = tiff(image.astype(image.dtype.newbyteorder(order)), big)
    assert differs(content) <= 3 and np.array_equal(decode_colour(content), decode(content))
    end = len(content)
    assert tiff_directory(content).end == end and decode_error(content[: end - 9]) == "truncated"
    colour = decode_colour(tiff(np.dstack([image] * 2 + [image // 2 if image.dtype.kind != "f" else image / 2]), big))
    assert colour.ndim == 3 and np.abs(colour[:, :, 2].astype(int) - SMALL).max() <= 3  # stored in reverse


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_bits_are_read(bits: int) -> None:
    wide = SMALL.astype(int) << (bits - 8) | SMALL >> (16 - bits)
    digits = [np.unpackbits(wide.astype(">u2").view(np.uint8).reshape(*SMALL.shape, 2), axis=2)[:, :, 16 - bits :]]
    packed = np.packbits(digits[0].reshape(len(SMALL), -1), axis=1)
    content = tiff(packed, width=SMALL.shape[1], bits=bits)
    assert differs(content) <= 2


@pytest.mark.parametrize("kind", ["8 bits", "16 bits", "float to 1"])
def test_zero_is_white_if_the_file_says_so(kind: str) -> None:
    image = KINDS[kind]
    assert differs(tiff((image.max() - image).astype(image.dtype), photometric=0)) <= 1


@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_a_hot_pixel_does_not_make_the_rest_dark(suffix: str) -> None:
    camera = SMALL.astype(np.uint16) << 4
    camera[3, 5] = 65_535
    content = cv2.imencode(suffix, camera)[1].tobytes()
    assert np.quantile(np.abs(decode(content).astype(int) - SMALL), 0.999) <= 1


@pytest.mark.parametrize("opaque", [4_095, 65_535])
def test_transparency_does_not_hide_that_colours_have_few_bits(opaque: int) -> None:
    camera = SMALL.astype(np.uint16) << 4
    content = cv2.imencode(".png", cv2.merge([camera, camera, camera, np.full_like(camera, opaque)]))[1].tobytes()
    assert differs(content) <= 1


def test_no_data_is_paper() -> None:
    image = UNIT.astype("<f4")
    image[:4], image[4], image[5] = np.nan, np.inf, -np.inf
    found = decode(tiff(image))
    assert (found[:5] == 255).all() and (found[5] == 0).all() and np.array_equal(found[6:], SMALL[6:])
    assert (decode(tiff(np.full((9, 9), np.nan, "<f4"))) == 255).all()


@pytest.mark.parametrize("white", [15, 100, 255, 1_023, 65_535])
@pytest.mark.parametrize("kind", [2, 5, 6])
def test_pnm_files_say_what_is_white(kind: int, white: int) -> None:
    values = np.rint(UNIT * white).astype(np.uint8 if white < 256 else np.uint16)
    head = f"P{kind} # from a scanner\n{SMALL.shape[1]} {SMALL.shape[0]}\n{white}\n".encode()
    if kind == 2:
        body = " ".join(map(str, values.ravel())).encode() + b"\n"
    else:
        body = np.repeat(values, 3 if kind == 6 else 1).astype(values.dtype.newbyteorder(">")).tobytes()
    assert differs(head + body) <= max(2, 255 / white)


@pytest.mark.parametrize("big", [False, True])
def test_damaged_directories_are_no_error(big: bool) -> None:
    content = tiff(SMALL, big)
    size = 8 if big else 4
    for place in range(4, 300, 4):
        for number in (0, 1, len(content) - 1, len(content), 2**31 - 1, 2 ** (8 * size - 1), 2 ** (8 * size) - 1):
            damaged = content[:place] + number.to_bytes(size, "little") + content[place + size :]
            reason = decode_error(damaged)
            assert not reason or decode_detail(damaged, reason).startswith("a ")


def test_any_floating_point_numbers_are_an_image() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 160), np.uint8).view("<f8")
    with warnings.catch_warnings(action="error"):
        assert decode(tiff(image)).shape == image.shape


def test_what_cannot_be_decoded_is_named() -> None:
    content = tiff(SMALL, bits=4, strip_sizes=SMALL.size // 2)
    assert decode_error(content) == "not_an_image"
    assert "a TIFF image (3,420 bytes) of 4 bits per sample that cannot be decoded" in decode_detail(
        content, "not_an_image"
    )
    content = tiff(SMALL, compression=34_925)
    assert "8 bits per sample with LZMA compression that cannot" in decode_detail(content, decode_error(content))


def zeros(size: int) -> bytes:
    """So many zeros, deflated, without using as much memory."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


@pytest.mark.parametrize(
    ("width", "height", "samples", "bits"),
    [(5_008, 4_000, 1, 8), (4_000, 4_000, 3, 32), (1_024, 1_024, 200, 8)],
)
def test_a_tile_counts_with_all_its_pixels(width: int, height: int, samples: int, bits: int, tmp_path: Path) -> None:
    bomb = tiled(zeros(width * height * samples * bits // 8), width, height, samples, bits)
    assert len(bomb) < 1_100_000
    reason, memory = judged(bomb, tmp_path)
    assert reason == "too_large" and memory < 20_000
    assert "more than 20,000,000 pixels in the image or in one tile" in decode_detail(bomb, reason)


def test_the_size_of_a_tile_is_enough_to_refuse_it() -> None:
    assert decode_error(tiled(b"", 16_000, 16_000)) == "too_large"


def test_a_tile_that_is_a_little_larger_than_its_image_is_read() -> None:
    assert decode(tiled(zlib.compress(b"\x7f" * 256**2), 256, 256)).tolist() == [[127] * 16] * 16
