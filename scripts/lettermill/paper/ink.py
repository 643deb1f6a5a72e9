"""Ink and paper: the ink pixels of a scan and their connected components."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np

from lettermill.base.box import Box
from lettermill.base.memory import keep_freed_memory

keep_freed_memory()

MAX_COMPONENTS, MAX_SPECKS = 2_000, 100_000
"""Maximum numbers of components in a word image: with more than one pixel, and of any size. A word of twenty letters
has about fifty."""

MAX_ENTANGLEMENT = 10.0
"""Maximum of the sum of the bounding box areas of all components, as a multiple of the area of the image."""

FAINTEST_CONTRAST = 40
"""Difference of grey levels between paper and ink below which an image counts as blank."""

COUNTED = 1 << 20
"""Number of pixels counted at a time."""

INK_SHARE = 0.2
"""Share of the difference between paper and ink from which a pixel counts as ink, unless a caller says otherwise. It is
low to keep faint strokes."""


@dataclass(frozen=True)
class Components:
    """The connected components (8-neighbourhood) of an ink mask, ordered left to right.

    labels: (height, width) uint16, or int32 if there are more, 0 is paper, component ``i`` has the label ``i + 1``.
    left, top, right, bottom, area: (n,) int; ``right`` and ``bottom`` are exclusive, pixels. count: number of
    components. It is ``n``, unless there are more than ``MAX_SPECKS``: these are not listed, n is 0, for their lists
    would take more memory than a large image.
    """

    labels: np.ndarray
    left: np.ndarray
    top: np.ndarray
    right: np.ndarray
    bottom: np.ndarray
    area: np.ndarray
    count: int

    def __len__(self) -> int:
        return len(self.area)

    @cached_property
    def width(self) -> np.ndarray:
        return _kept(self.right - self.left)

    @cached_property
    def height(self) -> np.ndarray:
        return _kept(self.bottom - self.top)

    @cached_property
    def whole(self) -> np.ndarray:
        """(n,) bool: whether a component touches neither the upper nor the lower edge of the image."""
        return _kept((self.top > 0) & (self.bottom < self.labels.shape[0]))

    @property
    def no_word(self) -> bool:
        """Whether this is not the ink of a word but noise, a pattern or a page, in which the search for letters would
        take minutes or hours."""
        if self.count > MAX_SPECKS or np.count_nonzero(self.area > 1) > MAX_COMPONENTS:
            return True
        return int((self.width * self.height).sum()) > MAX_ENTANGLEMENT * self.labels.size

    @cached_property
    def unlabelled(self) -> "Components":
        """The same with labels that are all 0 and take no memory: two bytes of each pixel are many in a large image."""
        return replace(self, labels=_no_labels(self.labels.shape))

    @cached_property
    def boxes(self) -> list[Box]:
        """The bounding box of each component."""
        columns = (self.left, self.top, self.width, self.height)
        return [Box(*sides) for sides in zip(*(column.tolist() for column in columns), strict=True)]

    def mask(self, chosen: np.ndarray) -> np.ndarray:
        """The pixels of the chosen components: ``chosen`` is (n,) bool, the result (height, width) bool."""
        if chosen.all():
            return self.labels > 0
        return np.concatenate(([False], chosen)).take(self.labels)


def _kept(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False  # the array is cached: copy it before changing it
    return values


class Contrast(NamedTuple):
    """Grey levels of the paper and of the ink (mean) of an image."""

    paper: int
    ink: float

    def threshold(self, share: float = INK_SHARE) -> int:
        """Grey level below which a pixel is ink. share: of the difference between paper (0) and ink (1)."""
        return int(self.paper - share * (self.paper - self.ink))


def histogram_of(image: np.ndarray) -> np.ndarray:
    """(256,) int64: how many pixels of ``image`` (uint8) have each level.

    NumPy makes eight bytes of each pixel that it counts, so a part of a large image is counted at a time.
    """
    levels = np.ascontiguousarray(image).ravel()
    counts = np.bincount(levels[:COUNTED], minlength=256)
    for first in range(COUNTED, len(levels), COUNTED):
        counts += np.bincount(levels[first : first + COUNTED], minlength=256)
    return counts


def contrast(image: np.ndarray) -> Contrast | None:
    """The contrast of ``image`` ((height, width) uint8, dark ink); None when blank.

    Otsu's method (IEEE Trans. SMC 9(1), 1979) separates paper from ink.
    """
    histogram = histogram_of(image)
    otsu = int(cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0])
    dark, light = histogram[: otsu + 1], histogram[otsu + 1 :]
    total = int(dark.sum())
    if total in (0, image.size):
        return None
    ink = int(dark @ np.arange(len(dark))) / total
    paper = int(light.argmax()) + len(dark)
    return None if paper - ink < FAINTEST_CONTRAST else Contrast(paper, ink)


def ink_threshold(image: np.ndarray, share: float = INK_SHARE) -> int | None:
    """Grey level below which a pixel of ``image`` ((height, width) uint8, dark ink) is ink; None when blank.

    The threshold is nearer to the paper than that of Otsu, because the edges of pencil strokes are much fainter than
    their core. share: see ``Contrast.threshold``.
    """
    found = contrast(image)
    return found and found.threshold(share)


def ink_mask(image: np.ndarray, share: float = INK_SHARE) -> np.ndarray:
    """(height, width) bool: True where ``image`` ((height, width) uint8) has ink; all False when blank."""
    threshold = ink_threshold(image, share)
    return np.zeros(image.shape, bool) if threshold is None else image < threshold


def _no_labels(shape: tuple[int, ...]) -> np.ndarray:
    return np.broadcast_to(np.uint16(0), shape)


def components(mask: np.ndarray) -> Components:
    """The connected components of ``mask`` ((height, width) bool), ordered by left edge, then top."""
    height, width = mask.shape
    most = (height + 1) // 2 * ((width + 1) // 2)  # at most one component in each square of four pixels
    if most > MAX_SPECKS:
        count = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)[0] - 1
        if count > MAX_SPECKS:
            none = np.zeros(0, np.int64)
            return Components(_no_labels(mask.shape), none, none, none, none, none, count)
    kind = cv2.CV_16U if most < 1 << 16 else cv2.CV_32S  # 16 bits are three times as fast
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8, ltype=kind)
    left, top = stats[1:, cv2.CC_STAT_LEFT], stats[1:, cv2.CC_STAT_TOP]
    order = np.lexsort((top, left))
    rank = np.zeros(len(stats), np.uint16 if len(stats) < 1 << 16 else np.int32)
    rank[order + 1] = np.arange(1, len(stats), dtype=rank.dtype)
    left, top, width, height, area = stats[1:].T.astype(np.int64).take(order, axis=1)
    return Components(rank.take(np.asarray(labels)), left, top, left + width, top + height, area, len(area))
