"""The trained classifier: an ONNX file, which OpenCV applies, and a JSON file with its classes and preprocessing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import write_bytes
from lettermill.image.normalise import normalise

FORMAT = 1
"""Format version of the JSON file. Other versions are not read."""

AT_A_TIME = 512
"""Batch size for inference."""

FLOOR = 1e-6
"""Minimum probability of a class."""

INPUT = (
    "float32 (letters, side, side, 1): 0 paper, 255 ink; scaled with its aspect ratio so that the longer side is "
    "side - 2 * margin, centre of mass in the middle"
)


@dataclass(frozen=True)
class Preprocessing:
    """The classes and the preprocessing of the network.

    classes: labels in the order of the outputs. side, margin: in pixels, see ``normalise``.
    """

    classes: tuple[str, ...]
    side: int
    margin: int

    def squares(self, letters: Sequence[np.ndarray]) -> np.ndarray:
        """Letter crops ((height, width) uint8, dark on light) as (n, side, side) uint8, see ``normalise``."""
        squares = [normalise(letter, self.side, self.margin) for letter in letters]
        return np.array(squares, np.uint8).reshape(-1, self.side, self.side)

    def save(self, path: Path, training: Mapping[str, str] = MappingProxyType({})) -> None:
        """Write the JSON file ``path``. training: what the model card says of the training, see ``fit``."""
        content = {
            "format": FORMAT,
            **asdict(self),
            "input": INPUT,
            "output": "float32 (letters, classes): probabilities",
            **({"training": dict(training)} if training else {}),
        }
        write_bytes(path, (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())


def load_preprocessing(path: Path) -> Preprocessing:
    """Read the JSON file ``path`` of ``Preprocessing.save``. Raises CorruptedFileError if it is missing or damaged."""
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
    """A trained network with its preprocessing."""

    network: cv2.dnn.Net
    preprocessing: Preprocessing

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of ``probabilities``."""
        return self.preprocessing.classes

    def probabilities(self, squares: np.ndarray) -> np.ndarray:
        """Probabilities (n, classes) float32 of (n, side, side) uint8, see ``Preprocessing.squares``."""
        parts: list[np.ndarray] = [np.zeros((0, len(self.classes)), np.float32)]
        for first in range(0, len(squares), AT_A_TIME):
            self.network.setInput(squares[first : first + AT_A_TIME, :, :, None].astype(np.float32))
            parts.append(self.network.forward().copy())
        return np.concatenate(parts)

    def log_probabilities(self, letters: Sequence[np.ndarray]) -> np.ndarray:
        """Log probabilities (n, classes) float64 of letter crops ((height, width) uint8, dark on light)."""
        likely = self.probabilities(self.preprocessing.squares(letters))
        return np.log(np.maximum(likely.astype(np.float64), FLOOR))


def load_classifier(onnx: Path, preprocessing: Path) -> Classifier:
    """Read a classifier from its ONNX and JSON files. Raises CorruptedFileError if one is missing or damaged."""
    try:
        network = cv2.dnn.readNetFromONNX(str(onnx))
    except cv2.error as error:
        raise CorruptedFileError(
            f"{onnx} cannot be read as an ONNX model: {error.err}. Rerun the rule `fit`."
        ) from error
    return Classifier(network, load_preprocessing(preprocessing))
