"""A classifier for tests, made without training a network: a linear model of the sample's letters."""

import csv
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.linear_model import LogisticRegression

from lettermill.image.box import Box
from lettermill.model.classifier import Preprocessing
from project import SAMPLE

SIDE, MARGIN = 28, 4


def write_model(folder: Path) -> None:
    """Write ``model.onnx`` and ``model.json`` of a classifier that has learnt from the sample's true boxes."""
    squares, labels = sample_letters()
    classes = sorted(set(labels))
    model = LogisticRegression(C=0.01, max_iter=100).fit(squares.reshape(len(squares), -1) / 255, labels)
    folder.mkdir(parents=True, exist_ok=True)
    Preprocessing(tuple(classes), SIDE, MARGIN).save(folder / "model.json")
    weights = (model.coef_.T / 255).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["letters"], ["flat"], axis=1),
            helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        ],
        "letters",
        [helper.make_tensor_value_info("letters", TensorProto.FLOAT, ["n", SIDE, SIDE, 1])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(classes)])],
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(model.intercept_.astype(np.float32), "bias"),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), folder / "model.onnx")


def sample_letters() -> tuple[np.ndarray, list[str]]:
    """The letters of the sample as (n, SIDE, SIDE) uint8, and their labels."""
    preprocessing = Preprocessing((), SIDE, MARGIN)
    letters, labels = [], []
    with open(SAMPLE / "boxes.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["status"] == "ok":
                image = cv2.imread(str(SAMPLE / f"images/{row['row_id']}.jpg"), cv2.IMREAD_GRAYSCALE)
                letters.append(Box.around(*(int(row[side]) for side in ("x0", "y0", "x1", "y1"))).of(image))
                labels.append(row["letter"])
    return preprocessing.squares(letters), labels
