"""Images from and to bytes."""

import cv2
import numpy as np

SIGNATURES = {
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG": ".png",
    b"GIF8": ".gif",
    b"BM": ".bmp",
    b"II*\x00": ".tif",
    b"MM\x00*": ".tif",
    b"RIFF": ".webp",
}


COLOUR_AS_GREY = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
"""Boxes are in pixels of the image as it is stored, whatever a camera says of its orientation."""


def decode(content: bytes) -> np.ndarray | None:
    """The image as (height, width) uint8 grey levels, transparent parts as white paper; None when it is none."""
    if not content:
        return None
    data = np.frombuffer(content, np.uint8)
    try:
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        if image is None:
            return None
        if image.ndim == 3 and image.shape[2] == 4:
            return _on_paper(image)
        return image if image.dtype == np.uint8 and image.ndim == 2 else cv2.imdecode(data, COLOUR_AS_GREY)
    except (cv2.error, ValueError):
        return None


def judge(content: bytes) -> str:
    """The reason why ``content`` is no image to work on (see ``lettermill.reasons``); empty when it is one."""
    return "" if decode(content) is not None else "not_an_image"


def _on_paper(image: np.ndarray) -> np.ndarray:
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


def suffix_of(content: bytes) -> str:
    """The usual file suffix for the format of ``content``, by its first bytes; ``.img`` for other formats."""
    return next((suffix for start, suffix in SIGNATURES.items() if content.startswith(start)), ".img")
