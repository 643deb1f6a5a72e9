"""Decoding images from bytes, and encoding them."""

import threading

import cv2
import numpy as np

from lettermill.image.formats import is_cut_off, is_still_png, suffix_of
from lettermill.image.orientation import AS_STORED, orientation_of, turned

COLOUR_AS_GREY = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
"""``turned`` turns images by their orientation. OpenCV would not do so when it reads an image unchanged."""

COLOUR = cv2.IMREAD_COLOR_BGR | cv2.IMREAD_IGNORE_ORIENTATION

FEW_BITS = 14
"""Number of bits that cameras and scanners of more than 8 bits have at most if they have less than 16."""

TOO_LARGE = "CV_IO_MAX_IMAGE"
"""Part of OpenCV's error message for an image with too many pixels, rows or columns; see ``lettermill/__init__.py``."""

MAX_SCANS = 100
"""Maximum number of scans in a JPEG file, as in LibTIFF. A scan takes 36 bytes, so a small file could need hours."""

BLOCK = 1 << 20
"""Number of pixels converted at a time from 16 to 8 bits per channel."""

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
    return "truncated" if is_cut_off(content) else "not_an_image"


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
    if not _is_readable(content):
        return None
    data = np.frombuffer(content, np.uint8)
    image, kinds, metadata = cv2.imdecodeWithMetadata(data, flags=cv2.IMREAD_UNCHANGED)
    if image is None:
        return None
    exif = dict(zip(kinds, metadata, strict=True)).get(cv2.IMAGE_METADATA_EXIF)
    # OpenCV has turned a TIFF file already.
    orientation = AS_STORED if exif is None or suffix_of(content) == ".tif" else orientation_of(exif.tobytes())
    pixels = _as_colour(image, data) if colour else _as_grey(image, data)
    return None if pixels is None else turned(pixels, orientation)


def _as_grey(image: np.ndarray, data: np.ndarray) -> np.ndarray | None:
    """``image``, which is ``data`` decoded unchanged, as (height, width) uint8 grey levels."""
    if image.ndim == 3 and image.shape[2] == 4:
        return _on_paper(image) if image.dtype in (np.uint8, np.uint16) else None
    if _has_few_bits(image):
        image = _eight_bits(image)
        return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return image if image.dtype == np.uint8 and image.ndim == 2 else cv2.imdecode(data, COLOUR_AS_GREY)


def _as_colour(image: np.ndarray, data: np.ndarray) -> np.ndarray | None:
    """``image``, which is ``data`` decoded unchanged, as (height, width, 3) uint8 BGR, or as grey levels if it has no
    colours."""
    if image.ndim == 2 or (image.shape[2] == 3 and _is_grey(image)):
        return _as_grey(image, data)
    colours: np.ndarray | None
    if image.shape[2] == 4:
        colours = _on_paper(image, 3) if image.dtype in (np.uint8, np.uint16) else None
    elif _has_few_bits(image):
        colours = _eight_bits(image)
    else:
        colours = image if image.dtype == np.uint8 else cv2.imdecode(data, COLOUR)
    return np.ascontiguousarray(colours[:, :, 0]) if colours is not None and _is_grey(colours) else colours


def _is_grey(image: np.ndarray) -> bool:
    """Whether the channels of ``image`` (height, width, 3) are equal."""
    return bool(np.array_equal(image[..., 0], image[..., 1]) and np.array_equal(image[..., 0], image[..., 2]))


def _has_few_bits(image: np.ndarray) -> bool:
    """Whether ``image`` has 16 bits per channel, of which the camera used 14 at most."""
    return image.dtype == np.uint16 and int(image.max()) < 1 << FEW_BITS


def _eight_bits(image: np.ndarray) -> np.ndarray:
    """``image`` (uint16) as uint8, with the least number of bits that holds all its values as the full range."""
    bits = max(8, int(image.max()).bit_length())
    return cv2.convertScaleAbs(image, alpha=2.0 ** (8 - bits))


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


def _on_paper(image: np.ndarray, channels: int = 1) -> np.ndarray:
    """(height, width, 4) uint8 or uint16 to (height, width) uint8 grey levels, or with 3 ``channels`` to BGR."""
    paper = np.empty((*image.shape[:2], channels), np.uint8)
    pixels, flat = image.reshape(-1, 1, 4), paper.reshape(-1, 1, channels)
    for first in range(0, len(pixels), BLOCK):
        flat[first : first + BLOCK] = _block_on_paper(pixels[first : first + BLOCK], channels)
    return paper if channels == 3 else paper[:, :, 0]


def _block_on_paper(image: np.ndarray, channels: int) -> np.ndarray:
    if image.dtype != np.uint8:
        image = (image / np.iinfo(image.dtype).max * 255).astype(np.uint8)
    ink = image[:, :, :3] if channels == 3 else cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY)[:, :, None]
    alpha = image[:, :, 3:].astype(np.uint16)
    return ((ink.astype(np.uint16) * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)


def encode_png(image: np.ndarray) -> bytes:
    """``image`` ((height, width[, 3]) uint8) as PNG, compressed fast: these are small pictures."""
    done, content = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise ValueError(f"cannot encode an image of shape {image.shape}")
    return content.tobytes()
