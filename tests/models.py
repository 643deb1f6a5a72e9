"""A classifier for tests, made without training a network: a linear model of the sample's letters."""

import csv
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lettermill.align.lexicon import Lexicon
from lettermill.align.recogniser import Confidence, Recogniser
from lettermill.base.box import Box
from lettermill.model.classifier import Classifier, Preprocessing
from lettermill.predict.models import Models
from project import SAMPLE

SIDE, MARGIN = 28, 4
SHARPNESS = 8.0
"""Turns shares that a linear model finds into probabilities that are about as sure."""


def write_model(folder: Path) -> None:
    """Write ``model.onnx`` and ``model.json`` of a classifier that is fitted to the sample's true boxes."""
    squares, labels = sample_letters()
    classes = sorted(set(labels))
    flat = np.hstack([squares.reshape(len(squares), -1) / 255, np.ones((len(squares), 1))])
    wanted = np.array([[label == name for name in classes] for label in labels], float)
    fitted = np.linalg.solve(flat.T @ flat + 10 * np.eye(flat.shape[1]), flat.T @ wanted)  # ridge regression
    folder.mkdir(parents=True, exist_ok=True)
    Preprocessing(tuple(classes), SIDE, MARGIN).save(folder / "model.json")
    weights, bias = (SHARPNESS * part for part in (fitted[:-1] / 255, fitted[-1]))
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
            numpy_helper.from_array(weights.astype(np.float32), "weights"),
            numpy_helper.from_array(bias.astype(np.float32), "bias"),
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


def models_without_networks() -> Models:
    """Models for tests of what is made of the opinions of networks."""
    recogniser = Recogniser("ABC", (), Lexicon.of([]), Confidence(np.zeros(0), 0.0))
    return Models(recogniser, Classifier(cv2.dnn.Net(), Preprocessing(tuple("ABC"), SIDE, MARGIN)))
