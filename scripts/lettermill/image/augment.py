"""Augmentation: letters are rotated, sheared, scaled and shifted a little, and their strokes made thicker or thinner.

See Simard et al., "Best practices for convolutional neural networks applied to visual document analysis", ICDAR 2003.
"""

import cv2
import numpy as np

TURN, SHEAR, SCALE, SHIFT = 8.0, 0.2, 0.12, 1.5
"""Maximum variation: rotation in degrees, shear as a share of the height, logarithm of the scale, shift in pixels."""

THICKER, THINNER = 0.2, 0.2
"""Shares of the pictures whose strokes become a pixel wider, or narrower."""


def augment(pictures: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """``pictures`` ((n, side, side) uint8, 0 is paper), each varied at random; same shape and dtype."""
    count, side = len(pictures), pictures.shape[1]
    turn = np.deg2rad(random.uniform(-TURN, TURN, count))
    shear = random.uniform(-SHEAR, SHEAR, count)
    scale = np.exp(random.uniform(-SCALE, SCALE, (2, count)))
    shift = random.uniform(-SHIFT, SHIFT, (count, 2))
    thickness = random.uniform(size=count)
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shaping = np.array([[scale[0], shear], [np.zeros(count), scale[1]]])
    linear = np.einsum("ijn,jkn->nik", turning, shaping)
    centre = np.full(2, (side - 1) / 2)
    moves = np.concatenate([linear, (centre - linear @ centre + shift)[:, :, None]], axis=2)
    varied = np.empty_like(pictures)
    stroke = np.ones((2, 2), np.uint8)
    for picture, move, moved, thick in zip(pictures, moves, varied, thickness.tolist(), strict=True):
        cv2.warpAffine(picture, move, (side, side), moved, flags=cv2.INTER_LINEAR)
        if thick < THICKER:
            cv2.dilate(moved, stroke, moved)
        elif thick > 1 - THINNER:
            cv2.erode(moved, stroke, moved)
    return varied
