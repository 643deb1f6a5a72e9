"""Ink and paper: the ink pixels of a scan and their connected components."""

from dataclasses import dataclass
from functools import cached_property

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

INK_SHARE = 0.2
"""Share of the difference between paper and ink from which a pixel counts as ink, unless a caller says otherwise. It is
low to keep faint strokes."""


@dataclass(frozen=True)
class Components:
    """The connected components (8-neighbourhood) of an ink mask, ordered left to right.

    labels: (height, width) int32, 0 is paper, component ``i`` has the label ``i + 1``.
    left, top, right, bottom, area: (n,) int; ``right`` and ``bottom`` are exclusive, pixels.
    """

    labels: np.ndarray
    left: np.ndarray
    top: np.ndarray
    right: np.ndarray
    bottom: np.ndarray
    area: np.ndarray

    def __len__(self) -> int:
        return len(self.area)

    @property
    def width(self) -> np.ndarray:
        width: np.ndarray = self.right - self.left
        return width

    @property
    def height(self) -> np.ndarray:
        height: np.ndarray = self.bottom - self.top
        return height

    @cached_property
    def whole(self) -> np.ndarray:
        """(n,) bool: whether a component touches neither the upper nor the lower edge of the image."""
        whole: np.ndarray = (self.top > 0) & (self.bottom < self.labels.shape[0])
        whole.flags.writeable = False  # the array is cached: copy it before changing it
        return whole

    @property
    def no_word(self) -> bool:
        """Whether this is not the ink of a word but noise, a pattern or a page, in which the search for letters would
        take minutes or hours."""
        if len(self) > MAX_SPECKS or np.count_nonzero(self.area > 1) > MAX_COMPONENTS:
            return True
        return int((self.width * self.height).sum()) > MAX_ENTANGLEMENT * self.labels.size

    @cached_property
    def boxes(self) -> list[Box]:
        """The bounding box of each component."""
        columns = (self.left, self.top, self.width, self.height)
        return [Box(*sides) for sides in zip(*(column.tolist() for column in columns), strict=True)]

    def mask(self, chosen: np.ndarray) -> np.ndarray:
        """The pixels of the chosen components: ``chosen`` is (n,) bool, the result (height, width) bool."""
        return np.concatenate(([False], chosen)).take(self.labels)


def ink_threshold(image: np.ndarray, share: float = INK_SHARE) -> int | None:
    """Grey level below which a pixel of ``image`` ((height, width) uint8, dark ink) is ink; None when blank.

    share: of the difference between paper (0) and ink (1).

    Otsu's method (IEEE Trans. SMC 9(1), 1979) separates paper from ink. The threshold then moves towards the paper,
    because the edges of pencil strokes are much fainter than their core.
    """
    histogram = np.bincount(image.ravel(), minlength=256).astype(float)
    otsu, _ = cv2.threshold(image, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = histogram[: int(otsu) + 1]
    light = histogram[int(otsu) + 1 :]
    if dark.sum() == 0 or light.sum() == 0:
        return None
    ink = float(np.dot(dark, np.arange(len(dark))) / dark.sum())
    paper = int(np.argmax(light)) + len(dark)
    if paper - ink < FAINTEST_CONTRAST:
        return None
    return int(paper - share * (paper - ink))


def ink_mask(image: np.ndarray, share: float = INK_SHARE) -> np.ndarray:
    """(height, width) bool: True where ``image`` ((height, width) uint8) has ink; all False when blank."""
    threshold = ink_threshold(image, share)
    return np.zeros(image.shape, bool) if threshold is None else image < threshold


def components(mask: np.ndarray) -> Components:
    """The connected components of ``mask`` ((height, width) bool), ordered by left edge, then top."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    stats = stats[1:].astype(np.int64)
    order = np.lexsort((stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_LEFT]))
    rank = np.zeros(len(stats) + 1, np.int32)
    rank[order + 1] = np.arange(1, len(stats) + 1)
    stats = stats[order]
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    return Components(
        labels=rank[labels],
        left=left,
        top=top,
        right=left + stats[:, cv2.CC_STAT_WIDTH],
        bottom=top + stats[:, cv2.CC_STAT_HEIGHT],
        area=stats[:, cv2.CC_STAT_AREA],
    )
