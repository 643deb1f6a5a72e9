"""Photographs are turned as viewers turn them, in every format that can say how."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from lettermill.image.codec import decode
from lettermill.image.orientation import orientation_of
from project import SAMPLE

SHOWN = cv2.imread(str(SAMPLE / "images/word_0001.jpg"), cv2.IMREAD_GRAYSCALE)[6:30, :80]

STORED = {
    1: SHOWN,
    2: SHOWN[:, ::-1],
    3: SHOWN[::-1, ::-1],
    4: SHOWN[::-1],
    5: SHOWN.T,
    6: SHOWN.T[::-1],
    7: SHOWN.T[::-1, ::-1],
    8: SHOWN.T[:, ::-1],
}
"""Orientation -> ``SHOWN`` as it is stored."""

KINDS = {
    "grey": lambda image: image,
    "colour": lambda image: cv2.merge([image, image, cv2.add(image, 20)]),
    "transparent": lambda image: cv2.merge([image] * 3 + [255 - image // 2]),
    "grey, 16 bits": lambda image: image.astype(np.uint16) * 257,
    "colour, 16 bits": lambda image: cv2.merge([image] * 3).astype(np.uint16) * 257,
    "transparent, 16 bits": lambda image: cv2.merge([image] * 3 + [255 - image // 2]).astype(np.uint16) * 257,
}


def exif(orientation: int, order: str = ">", kind: int = 3) -> bytes:
    """EXIF data. order: of bytes; kind: the type of the field, 3 (two bytes) or 4 (four bytes), both as in TIFF."""
    another = struct.pack(f"{order}HHII", 0x0100, 4, 1, 6)
    value = struct.pack(f"{order}{'H2x' if kind == 3 else 'I'}", orientation)
    field = struct.pack(f"{order}HHI", 0x0112, kind, 1) + value
    return {">": b"MM\0*", "<": b"II*\0"}[order] + struct.pack(f"{order}IH", 8, 2) + another + field + bytes(4)


def file_of(suffix: str, image: np.ndarray, orientation: int) -> bytes:
    """An image file that stores ``image`` and this orientation."""
    if suffix == ".tif":  # OpenCV does not write this field
        file = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(image)).save(file, "TIFF", tiffinfo={0x0112: orientation})
        return file.getvalue()
    metadata = [np.frombuffer(exif(orientation), np.uint8)]
    return cv2.imencodeWithMetadata(suffix, image, [cv2.IMAGE_METADATA_EXIF], metadata)[1].tobytes()


FORMATS = [
    *((".jpg", kind) for kind in ("grey", "colour")),
    *((".png", kind) for kind in KINDS),
    *((".webp", kind) for kind in ("grey", "colour", "transparent")),
    *((".tif", kind) for kind in ("grey", "colour", "transparent", "grey, 16 bits")),
]


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize(("suffix", "kind"), FORMATS)
def test_an_image_is_shown_upright(suffix: str, kind: str, orientation: int) -> None:
    content = file_of(suffix, KINDS[kind](np.ascontiguousarray(STORED[orientation])), orientation)
    wanted, found = (decode(each) for each in (file_of(suffix, KINDS[kind](SHOWN), 1), content))
    assert wanted is not None and found is not None and found.shape == SHOWN.shape
    loss = 40 if suffix in (".jpg", ".webp") else 0  # they are compressed in another direction
    assert np.abs(found.astype(int) - wanted).max() <= loss < np.abs(wanted[::-1].astype(int) - wanted).max()
    if kind in ("grey", "colour") and suffix != ".tif":  # what a viewer shows
        viewed = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("L"))
        assert np.abs(found.astype(int) - viewed).max() <= 5


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [3, 4])
def test_orientation_in_both_orders_of_bytes(order: str, kind: int) -> None:
    assert [orientation_of(exif(number, order, kind)) for number in range(1, 9)] == list(range(1, 9))


def test_exif_data_that_say_nothing_leave_an_image_as_stored() -> None:
    said = exif(6)
    assert orientation_of(said) == 6
    # Without the end of the field; at another place; of no known type; no orientation; no EXIF data.
    silent = [said[:31], said[:4] + b"\xff" * 4 + said[8:], exif(6).replace(b"\x01\x12\0\x03", b"\x01\x12\0\x02")]
    silent += [exif(0), exif(9), exif(65535), said[:10], said[:6], b"", b"Exif\0\0" + said]
    assert {orientation_of(data) for data in silent} == {1}
    for data in silent:
        metadata = [np.frombuffer(data or b"\0", np.uint8)]
        content = cv2.imencodeWithMetadata(".png", SHOWN, [cv2.IMAGE_METADATA_EXIF], metadata)[1].tobytes()
        assert np.array_equal(decode(content), SHOWN)
