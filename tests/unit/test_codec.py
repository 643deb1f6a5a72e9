"""Images from outside: judged by decoding, in a few formats, within limits, one at a time."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from damage import encodings
from decoding import judged
from lettermill.image import codec, levels
from lettermill.image.codec import MAX_SCANS, decode, decode_colour, decode_error, suffix_of
from project import SAMPLE

SIGNATURES = {"JPEG": 3, "PNG": 8, "GIF": 6, "WebP": 12, "TIFF": 4, "BMP": 2, "PNM": 3}
"""Bytes by which a format is known."""

SMALL = cv2.imread(str(SAMPLE / "images/word_0001.jpg"), cv2.IMREAD_GRAYSCALE)[6:30, :80]

ANIMATED = [content for kind, content in encodings([SMALL]) if b"acTL" in content]
IMAGES = [(kind, content) for kind, content in encodings([SMALL]) if content not in ANIMATED]


def png(width: int, height: int, colour: int = 0, lines: int | None = None) -> bytes:
    """A PNG of zeros that compresses as well as can be. colour: 0 is grey, 2 RGB. lines: how many have data."""
    packer, line = zlib.compressobj(9), bytes(1 + width * (3 if colour else 1))
    data = b"".join(packer.compress(line) for _ in range(height if lines is None else lines)) + packer.flush()
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)), (b"IDAT", data), (b"IEND", b"")]
    parts = (struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(("kind", "content"), IMAGES)
def test_an_image_that_lacks_its_end_is_truncated_wherever_that_is(kind: str, content: bytes) -> None:
    assert decode_error(content) == "" and decode(content).shape == SMALL.shape and suffix_of(content) != ".img"
    for cut in range(SIGNATURES[kind], len(content)):
        if decode_error(content[:cut]) != "truncated":  # the last bytes of some have nothing to say
            assert np.array_equal(decode(content[:cut]), decode(content)) and len(content) - cut <= 4, cut
    assert {decode_error(content[:cut]) for cut in range(SIGNATURES[kind] - 1)} == {"not_an_image"}


@pytest.mark.parametrize(("kind", "content"), [image for image in IMAGES if image[0] in ("PNG", "WebP")])
def test_an_image_that_is_whole_but_broken_is_none(kind: str, content: bytes) -> None:
    place = {"PNG": content.find(b"IDAT") + 12, "WebP": 21}[kind]
    assert decode_error(content[:place] + bytes(9) + content[place + 9 :]) == "not_an_image"


def test_png_animations_are_none() -> None:
    """OpenCV crashes on some that are damaged."""
    assert len(ANIMATED) == 1 and {decode_error(content) for content in ANIMATED} == {"not_an_image"}


def test_no_room_is_made_for_a_chunk_that_is_not_there(tmp_path: Path) -> None:
    content = png(388, 36)
    place = content.find(b"IDAT") - 4
    reason, memory = judged(content[:place] + struct.pack(">I", 2**30) + content[place + 4 :], tmp_path)
    assert reason == "truncated" and memory < 20_000


@pytest.mark.parametrize("suffix", [".hdr", ".jp2", ".sr", ".pfm", ".avif"])
def test_other_formats_are_not_given_to_the_decoder(suffix: str) -> None:
    large = cv2.resize(SMALL, None, fx=4, fy=4)
    picture = large.astype(np.float32) if suffix == ".pfm" else cv2.merge([large] * 3)
    picture = picture.astype(np.float32) if suffix == ".hdr" else picture
    content = cv2.imencode(suffix, picture)[1].tobytes()
    assert cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED) is not None
    assert decode_error(content) == "not_an_image" and decode(content) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>not found</html>",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"BMore text",
        b"P5 is a paper size",
        b"\x00" * 999,
    ],
)
def test_what_is_no_image_is_none(content: bytes) -> None:
    assert (
        decode_error(content) in ("not_an_image", "truncated" if content[:2] == b"BM" else "")
        and decode(content) is None
    )


def test_an_image_of_50_000_by_50_000_pixels_is_not_decoded(tmp_path: Path) -> None:
    bomb = png(50_000, 50_000, lines=200)  # data for all lines take 2.4 MB, and no more memory
    assert 9_000 < len(bomb) < 11_000
    assert judged(bomb, tmp_path) == ("too_large", pytest.approx(0, abs=20_000))
    # This is how it shows when an image is decoded.
    reason, memory = judged(png(10_000, 10_000), tmp_path, OPENCV_IO_MAX_IMAGE_PIXELS="100000000")
    assert reason == "" and memory > 95_000
    assert judged(png(10_000, 10_000), tmp_path) == ("too_large", pytest.approx(0, abs=20_000))


@pytest.mark.parametrize(("kind", "content"), IMAGES)
def test_a_limit_holds_in_every_format(kind: str, content: bytes, tmp_path: Path) -> None:
    assert judged(content, tmp_path, OPENCV_IO_MAX_IMAGE_PIXELS=str(SMALL.size))[0] == ""
    assert judged(content, tmp_path, OPENCV_IO_MAX_IMAGE_PIXELS=str(SMALL.size - 1))[0] == "too_large"


@pytest.mark.parametrize(
    ("width", "height", "reason"), [(65_535, 2, ""), (65_536, 2, "too_large"), (2, 65_536, "too_large")]
)
def test_a_side_has_65_535_pixels_at_most(width: int, height: int, reason: str, tmp_path: Path) -> None:
    assert judged(png(width, height), tmp_path)[0] == reason


def test_threads_decode_one_image_at_a_time(tmp_path: Path) -> None:
    large = png(5_000, 4_000, colour=2)
    (one, alone), (eight, together) = (judged(large, tmp_path, threads) for threads in (1, 8))
    assert one == eight == ""
    assert alone > 60_000 and together < 1.5 * alone


def test_a_small_file_of_many_scans_is_none() -> None:
    image = cv2.imencode(".jpg", SMALL, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    last = image[image.rfind(b"\xff\xda") : -2]
    scans = image.count(b"\xff\xda")
    assert decode_error(image[:-2] + (MAX_SCANS - scans) * last + image[-2:]) == ""
    assert decode_error(image[:-2] + (MAX_SCANS - scans + 1) * last + image[-2:]) == "not_an_image"


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_transparency_of_large_images_is_that_of_small_ones(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(0).integers(0, np.iinfo(kind).max, (70, 90, 4), kind, endpoint=True)
    content = cv2.imencode(".png", image)[1].tobytes()
    whole = decode(content)
    monkeypatch.setattr(levels, "BLOCK", 1_000)
    assert np.array_equal(decode(content), whole)
    grey, share = cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY) / np.iinfo(kind).max, image[:, :, 3] / np.iinfo(kind).max
    assert np.abs(whole / 255 - (grey * share + 1 - share)).max() < 3 / 255


def in_colour(grey: np.ndarray) -> np.ndarray:
    """(height, width, 3) BGR: ``grey`` with orange ink."""
    return np.stack([grey, 128 + grey // 2, 200 + grey // 5], axis=2)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".ppm", ".webp", ".jpg"])
def test_colours_are_kept_on_request(suffix: str) -> None:
    picture = in_colour(SMALL)
    content = cv2.imencode(suffix, picture, [cv2.IMWRITE_WEBP_QUALITY, 101] if suffix == ".webp" else [])[1].tobytes()
    found = decode_colour(content)
    difference = np.abs(found.astype(int) - picture)
    assert found.shape == picture.shape and np.ptp(found, axis=2).max() > 100
    assert difference.max() == 0 or (suffix == ".jpg" and difference.mean() < 10)  # JPEG stores half of the colours
    assert decode(content).shape == SMALL.shape


@pytest.mark.parametrize(("kind", "content"), IMAGES)
def test_only_images_with_colours_have_three_channels(kind: str, content: bytes) -> None:
    found, grey = decode_colour(content), decode(content)
    if found.ndim == 2:
        assert np.array_equal(found, grey)
    else:
        assert np.ptp(found, axis=2).any() and found.shape == (*grey.shape, 3)
        assert np.abs(cv2.cvtColor(found, cv2.COLOR_BGR2GRAY).astype(int) - grey).mean() < 1


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".ppm"])
def test_three_equal_channels_are_grey_levels(suffix: str) -> None:
    content = cv2.imencode(suffix, cv2.merge([SMALL] * 3))[1].tobytes()
    assert decode_colour(content).ndim == 2 and np.array_equal(decode_colour(content), decode(content))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_transparent_parts_of_colour_images_are_paper(kind: type) -> None:
    scale = np.iinfo(kind).max // 255
    picture = np.dstack([in_colour(SMALL), np.full(SMALL.shape, 255)]).astype(kind) * kind(scale)
    picture[:5, :, 3] = 0
    found = decode_colour(cv2.imencode(".png", picture)[1].tobytes())
    assert (found[:5] == 255).all() and np.array_equal(found[5:], in_colour(SMALL)[5:])
    picture[..., :3] = (SMALL.astype(kind) * kind(scale))[..., None]
    content = cv2.imencode(".png", picture)[1].tobytes()
    assert decode_colour(content).ndim == 2 and np.array_equal(decode_colour(content), decode(content))


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_the_bits_that_a_camera_used_are_the_full_range(bits: int, suffix: str) -> None:
    wide = SMALL.astype(np.uint16) << (bits - 8) | SMALL >> (16 - bits)
    grey, colour = (cv2.imencode(suffix, image)[1].tobytes() for image in (wide, cv2.merge([wide, wide, wide // 2])))
    assert wide.max() >= 1 << (bits - 1)
    blue, _, red = cv2.split(decode_colour(colour).astype(int))
    for found in (decode(grey).astype(int), decode_colour(grey).astype(int), blue, 2 * red):
        assert np.abs(found - SMALL).max() <= 2


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".ppm", ".webp", ".jpg"])
def test_limits_hold_for_colours_too(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = cv2.imencode(suffix, in_colour(SMALL))[1].tobytes()
    assert decode_colour(content) is not None
    assert decode_colour(content[: len(content) // 2]) is None
    assert decode_colour(b"<html>not found</html>" + content) is None
    too_large = cv2.error("CV_IO_MAX_IMAGE_PIXELS")
    too_large.code = cv2.Error.StsAssert
    monkeypatch.setattr(codec, "_decode", lambda content, colour: (_ for _ in ()).throw(too_large))
    assert decode_colour(content) is None
    too_large.code = cv2.Error.StsNoMem
    with pytest.raises(MemoryError):
        decode_colour(content)
