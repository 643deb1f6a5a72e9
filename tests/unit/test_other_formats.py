"""Files that are no image that can be decoded: the reason names what they are, and what to do."""

import gzip
import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from lettermill.image.codec import decode_detail, decode_error
from lettermill.image.formats import NAMES, suffix_of
from lettermill.image.other_formats import other_format

PICTURE = Image.fromarray(np.tile(np.arange(0, 256, 4, np.uint8), (64, 1)))


def saved(kind: str, mode: str = "L") -> bytes:
    """A picture in a format of Pillow."""
    file = io.BytesIO()
    PICTURE.convert(mode).save(file, kind)
    return file.getvalue()


def archive(kind: str) -> bytes:
    """An archive with a picture in it."""
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr("a.png", saved("PNG"))
    else:
        with tarfile.open(fileobj=file, mode=kind) as tar:
            tar.addfile(tarfile.TarInfo("a.png"))
    return file.getvalue()


def array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(9))
    return file.getvalue()


PAGE = "<html><head><title>404</title></head></html>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'

FILES = {
    "empty": (b"", "copy or download"),
    "zeros": (bytes(3_000), "copy or download"),
    "AVIF": (saved("AVIF", "RGB"), "PNG"),
    "AVIF ": (b"\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf", "PNG"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "PNG"),
    "HEIC ": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "PNG"),
    "video": (b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", "picture"),
    "CR3": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "export"),
    "JPEG 2000": (saved("JPEG2000"), "PNG"),
    "JPEG XL": (b"\xff\x0a" + bytes(range(60)), "PNG"),
    "PDF": (saved("PDF"), "page"),
    "PostScript": (saved("EPS"), "page"),
    "icon": (saved("ICO"), "PNG"),
    "rare": (saved("PCX"), "PNG"),
    "rare ": (saved("DDS"), "PNG"),
    "PFM": (saved("PPM", "F"), "PNG"),
    "Photoshop": (b"8BPS\0\1" + bytes(30), "PNG"),
    "DICOM": (bytes(128) + b"DICM\2\0", "PNG"),
    "SVG": (SVG.encode(), "PNG"),
    "SVG ": (f'<?xml version="1.0"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC "-//W3C">\n{SVG}'.encode(), "PNG"),
    "SVG  ": (f"\ufeff  {SVG}".encode(), "PNG"),
    "HTML": (PAGE.encode(), "the URL of the image itself"),
    "HTML ": (f"\r\n<!-- saved -->\n<!doctype HTML>{PAGE}".encode("utf-16"), "the URL of the image itself"),
    "HTML  ": (f'<?xml version="1.0"?>\n<!DOCTYPE html>\n{PAGE}{SVG}'.encode(), "the URL of the image itself"),
    "XML": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "the URL of the image itself"),
    "JSON": (b'{"error": "not found"}', "the URL of the image itself"),
    "“Not found”": (b"Not found\n", "the URL of the image itself"),
    "base64": (b"data:image/png;base64,iVBORw0KGgo=", "decode"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 2000\n", "git lfs pull"),
    "git-annex": (b"/annex/objects/SHA256E-s31390--f50d7ac.png\n", "git annex get"),
    "git-annex ": (b"../.git/annex/objects/mM/w3/SHA256E-s3--f50d/SHA256E-s3--f50d.png\n", "git annex get"),
    "gzip": (gzip.compress(saved("PNG")), "unpack"),
    "ZIP": (archive("zip"), "unpack"),
    "archive": (archive("w"), "unpack"),
    "archive ": (archive("w:xz"), "unpack"),
    "Office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "export"),
    "macOS": (b"\0\x05\x16\x07\0\2\0\0Mac OS X        ", "without `._`"),
    "shortcut": (b"[InternetShortcut]\r\nURL=https://example.org/a.png\r\n", "leads to"),
    "array": (array(), "PNG"),
    "copied as text": (saved("PNG").replace(b"\r\n", b"\n"), "binary"),
    "unknown": (bytes(range(200, 256)), "PNG"),
}
"""What is named -> (content, part of what to do)."""


@pytest.mark.parametrize("name", FILES)
def test_what_came_is_named_and_what_to_do(name: str) -> None:
    content, fix = FILES[name]
    assert suffix_of(content) not in NAMES
    detail = decode_detail(content, decode_error(content))
    said, _, advice = detail.partition(f" ({len(content):,} bytes): ")
    assert name.strip() in said and said.split()[0] in ("a", "an") and fix in advice


def test_a_text_cannot_write_into_the_terminal() -> None:
    assert other_format("Gone\u202e away\nnow".encode()).name == r"a text that begins with “Gone\u202e away\nnow”"
    assert other_format(b"\x1b[2JGone").name == "a file of an unknown format"


def test_damaged_images_say_what_they_were() -> None:
    content = saved("JPEG")
    assert decode_detail(content[:-99], "truncated") == (
        f"a JPEG image ({len(content) - 99:,} bytes) whose end is missing: copy or download it again"
    )
    broken = saved("PNG").replace(b"IDAT", b"IDAX")
    assert "a PNG image" in decode_detail(broken, decode_error(broken)) and decode_error(broken) == "not_an_image"


def test_any_bytes_have_a_name() -> None:
    random = np.random.default_rng(0)
    starts = [
        b"",
        b"<",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\0\0\0\x18ftyp",
        b"<!--" * 300,
        b"<?xml" * 200,
        b"II*\0",
        b"P5\n",
    ]
    for number in range(500):
        content = starts[number % len(starts)] + random.bytes(int(random.integers(0, 2_000)))
        reason = decode_error(content)
        assert not reason or decode_detail(content, reason).isprintable()
