"""The trained classifier as everybody can use it: an ONNX file, applied by OpenCV alone, and a small JSON beside it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import write_bytes
from lettermill.image.normalise import normalise

FORMAT = 1
"""Of the JSON; other formats are not read."""

AT_A_TIME = 512
"""Letters that go through the network together."""

FLOOR = 1e-6
"""Least probability of a class: none is impossible."""

INPUT = (
    "float32 (letters, side, side, 1): 0 paper, 255 ink; scaled with its aspect ratio so that the longer side is "
    "side - 2 * margin, centre of mass in the middle"
)


@dataclass(frozen=True)
class Preprocessing:
    """What the network needs to know of letters. classes: in the order of its outputs. side, margin: of ``normalise``,
    in pixels."""

    classes: tuple[str, ...]
    side: int
    margin: int

    def squares(self, letters: Sequence[np.ndarray]) -> np.ndarray:
        """Images of letters ((height, width) uint8, dark on light) as (n, side, side) uint8."""
        squares = [normalise(letter, self.side, self.margin) for letter in letters]
        return np.array(squares, np.uint8).reshape(-1, self.side, self.side)

    def save(self, path: Path) -> None:
        """Write it to the JSON file ``path``."""
        content = {
            "format": FORMAT,
            **asdict(self),
            "input": INPUT,
            "output": "float32 (letters, classes): probabilities",
        }
        write_bytes(path, (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())


def load_preprocessing(path: Path) -> Preprocessing:
    """Read what ``Preprocessing.save`` has written; raises CorruptedFileError when ``path`` holds something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError("another version of Lettermill has written it")
        return Preprocessing(tuple(content["classes"]), int(content["side"]), int(content["margin"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptedFileError(
            f"{path} cannot be read as the description of a model: {error!r}. Rerun the rule `fit`."
        ) from error


@dataclass(frozen=True)
class Classifier:
    """A network and what it needs to know."""

    network: cv2.dnn.Net
    preprocessing: Preprocessing

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of ``probabilities``."""
        return self.preprocessing.classes

    def probabilities(self, squares: np.ndarray) -> np.ndarray:
        """(n, side, side) uint8, see ``Preprocessing.squares``, to (n, classes) float32."""
        parts: list[np.ndarray] = [np.zeros((0, len(self.classes)), np.float32)]
        for first in range(0, len(squares), AT_A_TIME):
            self.network.setInput(squares[first : first + AT_A_TIME, :, :, None].astype(np.float32))
            parts.append(self.network.forward().copy())
        return np.concatenate(parts)

    def log_probabilities(self, letters: Sequence[np.ndarray]) -> np.ndarray:
        """Images of letters ((height, width) uint8, dark on light) to (n, classes) float64."""
        likely = self.probabilities(self.preprocessing.squares(letters))
        return np.log(np.maximum(likely.astype(np.float64), FLOOR))


def load_classifier(onnx: Path, preprocessing: Path) -> Classifier:
    """Read a classifier; raises CorruptedFileError when one of the files is none."""
    try:
        network = cv2.dnn.readNetFromONNX(str(onnx))
    except cv2.error as error:
        raise CorruptedFileError(
            f"{onnx} cannot be read as an ONNX model: {error.err}. Rerun the rule `fit`."
        ) from error
    return Classifier(network, load_preprocessing(preprocessing))
