"""Crop: a word image in one form, and the part of it that probably contains the handwriting."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lettermill.base.box import Box
from lettermill.image.printed import Writing, find_writing
from lettermill.paper.form import one_form
from lettermill.paper.rules import without_rules


class Edges(NamedTuple):
    """The part of an image to keep in pixels; ``right`` and ``bottom`` are exclusive; None is the edge of the image."""

    left: int | None = None
    top: int | None = None
    right: int | None = None
    bottom: int | None = None

    def box(self, shape: tuple[int, int]) -> Box:
        """The edges as a box inside an image of ``shape`` (height, width). It can be empty."""
        height, width = shape
        right = width if self.right is None else min(self.right, width)
        bottom = height if self.bottom is None else min(self.bottom, height)
        left, top = self.left or 0, self.top or 0
        return Box.around(left, top, max(right, left), max(bottom, top))


class Cropping(NamedTuple):
    """The settings of config ``crop``. The keys of ``profiles`` are image sizes such as 388x36 (width x height)."""

    mode: str = "auto"
    profiles: dict[str, Edges] = {}
    box: Edges = Edges()

    @classmethod
    def from_config(cls, mode: str, profiles: dict[str, dict], box: dict) -> "Cropping":
        return cls(mode, {size: Edges(**edges) for size, edges in profiles.items()}, Edges(**box))


class CroppedImage(NamedTuple):
    """A word image with all that the search for its letters needs.

    layers, region, line: see ``hypotheses.WordImage``, in pixels of the layers. box: the part of the image that the
    layers show. found: what the image is like, in the words of ``base.findings``.
    """

    layers: list[np.ndarray]
    region: Box
    line: int | None
    box: Box
    found: tuple[str, ...] = ()


def crop_image(image: np.ndarray, cropping: Cropping) -> CroppedImage:
    """Crop ``image`` ((height, width) uint8 grey, or (height, width, 3) uint8 BGR). ``box`` can be empty.

    Where the handwriting must be found, the whole image is kept, because the label of a form may look like the word:
    ``region`` says where to look first.
    """
    form = one_form(image)
    rules = without_rules(form.image)
    cleaned = rules.image
    region, line = crop(form.image, cropping)
    if line is None and cleaned is not form.image:
        # Rules can hide a label. But their removal can take the dots of its colon, so the image as it is comes first.
        region, line = crop(cleaned, cropping)
    height, width = cleaned.shape
    size_is_known = cropping.mode == "profiles" and f"{width}x{height}" in cropping.profiles
    finds = cropping.mode in ("auto", "profiles") and not size_is_known
    box = Box(0, 0, width, height) if finds else region
    images = [cleaned, *([] if cleaned is form.image else [form.image])]
    images += [without_rules(layer).image for layer in form.layers]
    inside = region.moved(-box.x, -box.y)
    shown = [box.of(layer) for layer in images]
    inside_line = None if line is None else line - box.y
    return CroppedImage(shown, inside, inside_line, box, _found(form.changes, rules.kinds))


def _found(changes: Sequence[str], kinds: Mapping[str, float]) -> tuple[str, ...]:
    """changes: see ``Form``. kinds: see ``Rules``. Upright rules alone do not count: a few of them are stems of letters
    or the edge of the scan."""
    ruling = [name for name in ("line", "frame", "grid", "dots") if name in kinds and kinds["horizontal"]]
    return (*changes, *ruling)


def crop(image: np.ndarray, cropping: Cropping) -> Writing:
    """The region of the handwriting in ``image`` ((height, width) uint8). It can be empty."""
    height, width = image.shape
    if cropping.mode == "none":
        return Writing(Box(0, 0, width, height), None)
    if cropping.mode == "box":
        return Writing(cropping.box.box(image.shape), None)
    profile = cropping.profiles.get(f"{width}x{height}")
    if cropping.mode == "profiles" and profile is not None:
        return Writing(profile.box(image.shape), None)
    return find_writing(image)
