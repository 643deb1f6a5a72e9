"""Images from and to bytes."""

import threading

import cv2
import numpy as np

from lettermill.image.formats import is_cut_off, is_still_png, suffix_of

COLOUR_AS_GREY = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
"""Boxes are in pixels of the image as it is stored, whatever a camera says of its orientation."""

TOO_LARGE = "CV_IO_MAX_IMAGE"
"""What OpenCV's error names when an image has more pixels, rows or columns than it may, as ``lettermill/__init__.py``
says: it is not decoded then."""

MAX_SCANS = 100
"""Scans of a JPEG file, at most, as in LibTIFF: with some 36 bytes for each, a small file takes hours to decode."""

BLOCK = 1 << 20
"""Pixels with 16 bits a channel that are brought to 8 bits at a time."""

_ONE_AT_A_TIME = threading.Lock()


def decode_error(content: bytes) -> str:
    """ "" when ``content`` is an image that ``decode`` decodes, else the reason why not, see ``base.reasons``.

    Of several threads, one decodes at a time: memory is never needed for more than one image.
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
    """The image as (height, width) uint8 grey levels, transparent parts as white paper; None when it is none."""
    try:
        return _decode(content)
    except cv2.error as error:
        _is_too_large(error)
        return None


def _is_too_large(error: cv2.error) -> bool:
    """Whether ``error`` says that an image is larger than it may be. Raises MemoryError if it says that the machine has
    no memory, of which no image that is not too large needs much."""
    if error.code == cv2.Error.StsNoMem:
        raise MemoryError(str(error)) from error
    return TOO_LARGE in str(error)


def _decode(content: bytes) -> np.ndarray | None:
    """As ``decode``, but raises cv2.error for some of what is none, and for images that are too large."""
    if not _is_readable(content):
        return None
    data = np.frombuffer(content, np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if image is None:
        return None
    if image.ndim == 3 and image.shape[2] == 4:
        return _on_paper(image) if image.dtype in (np.uint8, np.uint16) else None
    return image if image.dtype == np.uint8 and image.ndim == 2 else cv2.imdecode(data, COLOUR_AS_GREY)


def _is_readable(content: bytes) -> bool:
    """Whether ``content`` begins as an image, and the decoder can do with it what it will."""
    suffix = suffix_of(content)
    if suffix == ".jpg":
        return content.count(b"\xff\xda") <= MAX_SCANS
    if suffix == ".png":
        # OpenCV 5.0 makes room for what a chunk says before it looks for it, be it gigabytes, and crashes on some
        # animations.
        return is_still_png(content)
    return suffix != ".img"


def _on_paper(image: np.ndarray) -> np.ndarray:
    """(height, width, 4) uint8 or uint16 to (height, width) uint8."""
    grey = np.empty(image.shape[:2], np.uint8)
    pixels, flat = image.reshape(-1, 1, 4), grey.reshape(-1, 1)
    for first in range(0, len(pixels), BLOCK):
        flat[first : first + BLOCK] = _block_on_paper(pixels[first : first + BLOCK])
    return grey


def _block_on_paper(image: np.ndarray) -> np.ndarray:
    if image.dtype != np.uint8:
        image = (image / np.iinfo(image.dtype).max * 255).astype(np.uint8)
    grey = cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY).astype(np.uint16)
    alpha = image[:, :, 3].astype(np.uint16)
    return ((grey * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)


def encode_png(image: np.ndarray) -> bytes:
    """``image`` ((height, width[, 3]) uint8) as PNG, compressed fast: these are small pictures."""
    done, content = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise ValueError(f"cannot encode an image of shape {image.shape}")
    return content.tobytes()
