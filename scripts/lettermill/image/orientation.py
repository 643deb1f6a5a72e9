"""The orientation of photographs: EXIF says how viewers turn the stored pixels (Exif 2.32, CIPA DC-008, tag 0x0112)."""

import struct

import cv2
import numpy as np

ORIENTATION = 0x0112
"""The tag whose value, from 1 to 8, names the sides of the shown image at which the stored rows and columns begin."""

AS_STORED = 1

INTEGERS = {3: "H", 4: "I"}
"""Field type -> format of its value: SHORT, as the standard has it, and LONG, as some programs write it."""


def orientation_of(exif: bytes) -> int:
    """The orientation in EXIF data, which begin with the header of a TIFF file: 1 to 8, 1 if they do not say."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4], "")
    if not order:
        return AS_STORED
    try:
        (directory,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, directory)
        for place in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f"{order}HH", exif, place)
            if tag == ORIENTATION and kind in INTEGERS:
                (value,) = struct.unpack_from(f"{order}{INTEGERS[kind]}", exif, place + 8)
                return value if 1 <= value <= 8 else AS_STORED
    except struct.error:  # truncated: the image is shown as stored, as viewers do
        pass
    return AS_STORED


def turned(image: np.ndarray, orientation: int) -> np.ndarray:
    """``image`` (height, width[, channels]) as viewers show it; from 5 on, height and width are exchanged."""
    if orientation >= 5:
        image = cv2.transpose(image)
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)  # 0: top and bottom, 1: left and right, -1: both
    return image if flip is None else cv2.flip(image, flip)
