"""Decoding images from bytes, and encoding them."""

import os
import struct
import threading

import cv2
import numpy as np

from lettermill.image.formats import NAMES, is_cut_off, is_still_png, pnm_white, suffix_of
from lettermill.image.levels import eight_bits, on_paper
from lettermill.image.orientation import AS_STORED, orientation_of, turned
from lettermill.image.other_formats import other_format
from lettermill.image.tiff import tiff_directory

COLOUR_AS_GREY = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
"""``turned`` turns images by their orientation. OpenCV would not do so when it reads an image unchanged."""

TOO_LARGE = "CV_IO_MAX_IMAGE"
"""Part of OpenCV's error message for an image with too many pixels, rows or columns; see ``lettermill/__init__.py``."""

MAX_PIXELS = int(os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"])
"""Number of pixels of the largest image that is decoded; see ``lettermill/__init__.py``."""

BYTES_PER_PIXEL = 8
"""Bytes per pixel of the largest image: four channels of 16 bits. Only TIFF files can have more."""

MAX_SCANS = 100
"""Maximum number of scans in a JPEG file, as in LibTIFF. A scan takes 36 bytes, so a small file could need hours."""

_ONE_AT_A_TIME = threading.Lock()


def decode_error(content: bytes) -> str:
    """The reason why ``decode`` cannot decode ``content``, see ``base.reasons``; empty if it can.

    Only one thread decodes at a time, so that there is never more than one decoded image in memory.
    """
    with _ONE_AT_A_TIME:
        try:
            if _decode(content) is not None:
                return ""
        except cv2.error as error:
            if _is_too_large(error):
                return "too_large"
    if _unpacks_to_too_much(content):
        return "too_large"
    return "truncated" if is_cut_off(content) else "not_an_image"


def decode_detail(content: bytes, reason: str) -> str:
    """What ``content`` is, for which ``decode_error`` gives ``reason``, and what to do about it."""
    size, suffix = f"{len(content):,} bytes", suffix_of(content)
    if suffix not in NAMES:
        name, fix = other_format(content)
        return f"{name} ({size}): {fix}"
    what = f"a {NAMES[suffix]} image ({size})"
    if reason == "too_large":
        tile = " in the image or in one tile" if suffix == ".tif" else ""
        return f"{what} with more than {MAX_PIXELS:,} pixels{tile}, or 65,535 on one side"
    if reason == "truncated":
        return f"{what} whose end is missing: copy or download it again"
    if suffix == ".png" and not is_still_png(content):
        return f"{what} with an animation: save one picture of it"
    if suffix == ".tif":
        what += f" of {tiff_directory(content).encoding}"
    return f"{what} that cannot be decoded: copy it again, in case it is damaged, or save it as PNG"


def decode(content: bytes) -> np.ndarray | None:
    """The image as (height, width) uint8 grey levels, transparent parts as white; None if it cannot be decoded.

    It is turned as viewers show it, by its EXIF orientation. All boxes are in pixels of the image as shown.
    """
    try:
        return _decode(content)
    except cv2.error as error:
        _is_too_large(error)
        return None


def decode_colour(content: bytes) -> np.ndarray | None:
    """As ``decode``, but an image that has colours as (height, width, 3) uint8 BGR."""
    try:
        return _decode(content, colour=True)
    except cv2.error as error:
        _is_too_large(error)
        return None


def _is_too_large(error: cv2.error) -> bool:
    """Whether ``error`` means that an image is too large. Raises MemoryError if OpenCV ran out of memory, which is no
    fault of the image."""
    if error.code == cv2.Error.StsNoMem:
        raise MemoryError(str(error)) from error
    return TOO_LARGE in str(error)


def _decode(content: bytes, colour: bool = False) -> np.ndarray | None:
    """As ``decode`` or ``decode_colour``, but raises cv2.error for some content that is not an image, and for images
    that are too large."""
    if not _is_readable(content) or _unpacks_to_too_much(content):
        return None
    data, suffix = np.frombuffer(content, np.uint8), suffix_of(content)
    image: np.ndarray | None
    image, kinds, metadata = cv2.imdecodeWithMetadata(data, flags=cv2.IMREAD_UNCHANGED)
    if image is None:
        return None
    exif = dict(zip(kinds, metadata, strict=True)).get(cv2.IMAGE_METADATA_EXIF)
    # OpenCV has turned a TIFF file already.
    orientation = AS_STORED if exif is None or suffix == ".tif" else orientation_of(exif.tobytes())
    white = pnm_white(content) if suffix == ".pnm" else 0
    if is_converted := image.dtype != np.uint8 or bool(white):
        image = eight_bits(image, white, suffix == ".tif" and tiff_directory(content).is_min_white)
    if image.ndim == 3 and image.shape[2] == 4:
        image = on_paper(image, 3 if colour else 1)
    if image.ndim == 3 and colour and _is_grey(image):
        image = np.ascontiguousarray(image[:, :, 0])
    elif image.ndim == 3 and not colour:
        # The grey levels that are stored in a JPEG file are not those of its colours.
        image = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if is_converted else cv2.imdecode(data, COLOUR_AS_GREY)
    return None if image is None else turned(image, orientation)


def _is_grey(image: np.ndarray) -> bool:
    """Whether the channels of ``image`` (height, width, 3) are equal."""
    return bool(np.array_equal(image[..., 0], image[..., 1]) and np.array_equal(image[..., 0], image[..., 2]))


def _is_readable(content: bytes) -> bool:
    """Whether ``content`` begins like an image and is safe to decode."""
    suffix = suffix_of(content)
    if suffix == ".jpg":
        return content.count(b"\xff\xda") <= MAX_SCANS
    if suffix == ".png":
        # OpenCV 5.0 allocates the size that a chunk declares, even gigabytes, before reading it, and crashes on some
        # animations.
        return is_still_png(content)
    return suffix != ".img"


def _unpacks_to_too_much(content: bytes) -> bool:
    """Whether ``content`` is a TIFF file whose image, or one of whose tiles, is larger than the largest image.

    OpenCV unpacks whole tiles, also those that are larger than the image.
    """
    if suffix_of(content) != ".tif":
        return False
    try:
        directory = tiff_directory(content)
    except struct.error:  # truncated
        return False
    pixels = directory.pixels_at_a_time
    return pixels > MAX_PIXELS or pixels * directory.bytes_per_pixel > BYTES_PER_PIXEL * MAX_PIXELS


def encode_png(image: np.ndarray) -> bytes:
    """``image`` ((height, width[, 3]) uint8) as PNG, compressed fast: these are small pictures."""
    done, content = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise ValueError(f"cannot encode an image of shape {image.shape}")
    return content.tobytes()
