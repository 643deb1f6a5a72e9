"""Distortion of training letters, so that a model copes with hands, pens and scanners that it has not seen.

Letters are turned, slanted, stretched and bent, their strokes made thicker or thinner and their edges sharper. Elastic
distortion as in Simard et al., "Best practices for convolutional neural networks applied to visual document analysis",
ICDAR 2003, with a coarse grid of displacements instead of smoothed noise.
"""

import cv2
import numpy as np

TURN, SLANT, STRETCH, SCALE, SHIFT = 12.0, 0.45, 0.4, 0.15, 1.5
"""Maximum variation: rotation in degrees, slant as a share of the height, logarithms of the aspect ratio and of the
size, shift in pixels."""

BEND, GRID = 1.6, 4
"""Standard deviation in pixels of the displacements of a grid of GRID x GRID points, of letters bent the most."""

THICKER, THINNER, SHARPER = 0.25, 0.3, 0.4
"""Shares of the letters whose strokes become up to two pixels wider, or one narrower, or whose edges become sharper."""


def distort(squares: np.ndarray, random: np.random.Generator, most: float = 1.0) -> np.ndarray:
    """``squares`` ((n, side, side) uint8, 0 is paper), each distorted at random; same shape and dtype.

    Each has a random strength, from 0 to ``most`` of the maximum, so that about as many letters change little as much.
    ``most`` is also a factor of the shares of letters whose strokes and edges change.
    """
    count, side = len(squares), squares.shape[1]
    strength = random.uniform(0, most, count)
    turn, slant, stretch, scale = (
        most * strength * random.uniform(-1, 1, count) for most in (np.deg2rad(TURN), SLANT, STRETCH, SCALE)
    )
    shift = SHIFT * random.uniform(-1, 1, (count, 2))
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shaping = np.array([[np.exp(scale + stretch / 2), slant], [np.zeros(count), np.exp(scale - stretch / 2)]])
    inverse = np.linalg.inv(np.einsum("ijn,jkn->nik", turning, shaping))
    centre = (side - 1) / 2
    points = np.mgrid[:side, :side][::-1].reshape(2, -1) - centre  # x, y
    sources = inverse @ points - (inverse @ shift[:, :, None]) + centre
    sources = sources.reshape(count, 2, side, side).astype(np.float32)
    bends = BEND * strength[:, None, None, None] * random.normal(size=(count, GRID, GRID, 2))
    stroke, amount, sharp, low = random.uniform(size=(4, count))
    distorted = np.empty_like(squares)
    for index, square in enumerate(squares):
        bend = cv2.resize(bends[index].astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
        at = sources[index] + bend.transpose(2, 0, 1)
        moved = cv2.remap(square, at[0], at[1], cv2.INTER_LINEAR)
        if stroke[index] < most * THICKER:
            moved = cv2.dilate(moved, np.ones((2, 2) if amount[index] < 0.6 else (3, 3), np.uint8))
        elif stroke[index] > 1 - most * THINNER:
            thin = cv2.erode(moved, np.ones((2, 2), np.uint8))
            moved = cv2.addWeighted(moved, 1 - amount[index], thin, amount[index], 0)
        if sharp[index] < most * SHARPER:
            moved = cv2.convertScaleAbs(cv2.subtract(moved, 80 * low[index]), alpha=1.4 + low[index])
        distorted[index] = moved
    return distorted
