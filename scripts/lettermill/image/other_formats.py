"""Files that people have where an image should be: what they are, by their first bytes, and what to do."""

import re
import unicodedata
from typing import NamedTuple

from lettermill.base.visible import visible

BEGINNING = 1_024
"""Number of first bytes that are looked at."""

SHOWN = 40
"""Number of first characters that are shown of a text."""


class OtherFormat(NamedTuple):
    """name: of the format, with its article. fix: what to do."""

    name: str
    fix: str


SAVE = "save it as PNG or JPEG"
PAGES = "save the page with the word as PNG or JPEG"
UNPACK = "unpack it"
DEVELOP = "export it as PNG or JPEG with the program of the camera"
ITSELF = "write the path or the URL of the image itself; a browser shows what a URL returns"
COPY = "copy or download it again"

FORMATS = {
    rb"\Z": OtherFormat("an empty file", COPY),
    rb"version https://git-lfs": OtherFormat(
        "a pointer of Git LFS", "run `git lfs pull` in the repository of the images"
    ),
    rb"(\.\./)*(\.git)?/annex/objects/": OtherFormat("a pointer of git-annex", "run `git annex get`"),
    rb".{4}ftypavi[fs]|.{4}ftyp.{8,32}avi[fs]": OtherFormat("an AVIF image", SAVE),
    rb".{4}ftyp(hei|hev|mif1|msf1)": OtherFormat("a HEIC image, as of an iPhone", SAVE),
    rb".{4}ftypcrx": OtherFormat("a raw photograph (CR3)", DEVELOP),
    rb".{4}ftyp": OtherFormat("a video (MP4 or MOV)", "save a picture of it as PNG or JPEG"),
    rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51": OtherFormat("a JPEG 2000 image", SAVE),
    rb"\0\0\0\x0cJXL |\xff\x0a": OtherFormat("a JPEG XL image", SAVE),
    rb"\x89PNG": OtherFormat("a PNG image that was copied as text", "copy it again, in binary mode"),
    rb"FUJIFILMCCD-RAW|II(RO|RS|U\0)": OtherFormat("a raw photograph", DEVELOP),
    rb"%PDF": OtherFormat("a PDF document", PAGES),
    rb"%!PS|\xc5\xd0\xd3\xc6": OtherFormat("a PostScript document", PAGES),
    rb"AT&TFORM": OtherFormat("a DjVu document", PAGES),
    rb"8BPS": OtherFormat("a Photoshop image", SAVE),
    rb"gimp xcf": OtherFormat("a GIMP image", SAVE),
    rb"\0\0[\1\2]\0[^\0]\0": OtherFormat("a Windows icon", SAVE),
    rb".{128}DICM": OtherFormat("a DICOM image", SAVE),
    rb"v/1\x01": OtherFormat("an OpenEXR image", SAVE),
    rb"#\?R": OtherFormat("a Radiance HDR image", SAVE),
    rb"P[7Ff]\s": OtherFormat("a PAM or PFM image", SAVE),
    rb"qoif|DDS |BPG\xfb|\x0a[\2-\5]\x01|\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF": OtherFormat(
        "an image of a rare format", SAVE
    ),
    rb"\0\x05\x16\x07": OtherFormat("a macOS resource file (`._name`)", "name the file without `._`"),
    rb"L\0\0\0\x01\x14\x02|\[InternetShortcut": OtherFormat("a shortcut", "name the file that it leads to"),
    rb"PK[\3\5]": OtherFormat("a ZIP archive or an Office document", f"{UNPACK}, or export its pictures"),
    rb"\x1f\x8b": OtherFormat("a gzip archive", UNPACK),
    rb"BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd|.{257}ustar": OtherFormat("an archive", UNPACK),
    rb"\xd0\xcf\x11\xe0|\{\\rtf": OtherFormat("an Office document", "export its pictures as PNG or JPEG"),
    rb"\x93NUMPY|\x89HDF|PAR1": OtherFormat("an array or a table", "save each image as PNG"),
    rb"RIFF|ID3|OggS|\x1aE\xdf\xa3": OtherFormat("a sound or a video", "write the path or the URL of the image"),
    rb"data:image/|iVBORw0KGgo|/9j/": OtherFormat("an image as base64 text", "decode it (`base64 -d`)"),
    rb"\0+\Z": OtherFormat("a file of zeros, as after a copy that failed", COPY),
    rb"(<\?xml[^>]*>\s*)?(<!--.*-->\s*)?<(!doctype html|html|head|body|title|script|meta|div|p|h1)\b": OtherFormat(
        "an HTML page", ITSELF
    ),
    rb"((<\?xml|<!--|<!DOCTYPE svg).*)?<([a-z]+:)?svg\b": OtherFormat("an SVG drawing", SAVE),
    rb"<\?xml|<[a-z]+[ >]": OtherFormat("an XML document", ITSELF),
    rb"[{\[]\s*[\"{\[\]}]": OtherFormat("a JSON document", ITSELF),
}
"""Beginning -> format. The first that fits counts, from the first byte, or in texts from the first that is no space."""

_FORMATS = [(re.compile(start, re.DOTALL | re.IGNORECASE), found) for start, found in FORMATS.items()]


def other_format(content: bytes) -> OtherFormat:
    """What ``content`` is, which does not begin like an image that can be decoded."""
    beginning = content[:BEGINNING]
    text = _text(beginning)
    for start, found in _FORMATS:
        if start.match(beginning) or (text and start.match(text.encode())):
            return found
    if text:
        return OtherFormat(f"a text that begins with “{visible(text[:SHOWN])}”", ITSELF)
    return OtherFormat("a file of an unknown format", f"if it is an image, {SAVE}")


def _text(beginning: bytes) -> str:
    """The beginning of a text without white space before it, empty if it is no text."""
    wide = beginning.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = beginning.decode("utf-16" if wide else "utf-8-sig", errors="ignore").strip()
    odd = any(unicodedata.category(character) in ("Cc", "Cn", "Co") and not character.isspace() for character in text)
    return "" if odd or len(text.encode()) < 0.5 * len(beginning) / (1 + wide) else text
