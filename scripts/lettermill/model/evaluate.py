"""Evaluate: accuracy, metrics by class and confusions of a trained model on letters that it was not trained on."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.base.files import write_bytes
from lettermill.image.codec import decode, encode_png
from lettermill.image.drawing import captioned
from lettermill.model.classifier import Classifier, load_classifier
from lettermill.model.letter_data import NO_CLASS, LetterData, load_dataset, load_folder, write_table
from lettermill.model.metrics import ClassMetrics, Share, accuracy, by_class, confusion
from lettermill.model.training_plots import draw_confusion

log = logging.getLogger(__name__)

MISTAKE_COLUMNS, MISTAKE_LINES, MISTAKE_CELL, MAX_MISTAKE_SCALE = 16, 12, (56, 64), 3.0
"""Layout of the sheet of mistakes: letters per line, number of lines, (height, width) in pixels of the space for a
letter, and maximum factor by which letters are enlarged."""

HELD_OUT = ("validation", "test")
"""Splits that the model is not trained on. The first one decided when training stopped."""

METRIC_COLUMNS = ("letters", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high",
           "f1", "f1_low", "f1_high")  # fmt: skip


class Tested(NamedTuple):
    """The results on one set of letters."""

    name: str
    letters: LetterData
    predicted: np.ndarray  # (n,) int
    confidences: np.ndarray  # (n,) float, 0 to 1


def evaluate(onnx: Path, preprocessing: Path, metadata: Path, folders: Sequence[Path], output: Path) -> None:
    """Test a model on the held-out splits of the dataset with the table ``metadata``, and on ``folders`` of letters.

    Writes into the folder ``output``: ``accuracy.csv``, one line per set; ``classes.csv``, one line per set and class;
    ``confusion_{set}.csv`` and ``.png``; ``mistakes.csv``, all mistakes; ``mistakes.png``, the most confident of them.
    """
    classifier = load_classifier(onnx, preprocessing)
    expected = classifier.preprocessing
    parts = load_dataset(metadata, expected.classes, expected.side, expected.margin, HELD_OUT)
    sets = [(part, parts[part]) for part in HELD_OUT]
    for folder, name in zip(folders, names_of(folders), strict=True):
        sets.append((name, load_folder(folder, expected.classes, expected.side, expected.margin)))
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    tested = [_test(name, letters, classifier) for name, letters in sets if len(letters.targets)]
    lines, classes = [], []
    for each in tested:
        counts = confusion(each.letters.targets, each.predicted, len(expected.classes))
        share, of_no_class = accuracy(counts), int((each.letters.targets == NO_CLASS).sum())
        lines.append((each.name, share.total, *_rounded(share), of_no_class))
        classes += [(each.name, *_line(metrics)) for metrics in by_class(counts, expected.classes)]
        log.info("%s: accuracy %.4f on %d letters", each.name, share.value, share.total)
        title = f"Confusion matrix, {each.name}: accuracy {share.value:.2%} on {share.total:,} letters"
        draw_confusion(counts, expected.classes, title, output / f"confusion_{each.name}.png")
        rows = [(label, *line) for label, line in zip(expected.classes, counts.tolist(), strict=True)]
        write_table(output / f"confusion_{each.name}.csv", ["letter", *expected.classes], rows)
    write_table(output / "accuracy.csv", ["set", "letters", "accuracy", "low", "high", "of_no_class"], lines)
    write_table(output / "classes.csv", ["set", "label", *METRIC_COLUMNS], classes)
    _write_mistakes(tested, expected.classes, output)


def names_of(folders: Sequence[Path]) -> list[str]:
    """A unique name for each of ``folders``: its own name, with a number appended if necessary."""
    names: list[str] = []
    for folder in folders:
        name, number = folder.resolve().name, 2
        while name in (*HELD_OUT, *names):
            name, number = f"{folder.resolve().name}_{number}", number + 1
        names.append(name)
    return names


def _test(name: str, letters: LetterData, classifier: Classifier) -> Tested:
    likely = classifier.probabilities(letters.squares)
    return Tested(name, letters, likely.argmax(axis=1), np.round(likely.max(axis=1).astype(float), 4))


def _write_mistakes(tested: Sequence[Tested], classes: Sequence[str], output: Path) -> None:
    mistakes = sorted(
        (-float(confidence), each.name, str(file), classes[target], classes[predicted])
        for each in tested
        for target, predicted, confidence, file in zip(
            each.letters.targets, each.predicted, each.confidences, each.letters.files, strict=True
        )
        if target not in (predicted, NO_CLASS)
    )
    rows = [(name, label, predicted, -order, file) for order, name, file, label, predicted in mistakes]
    write_table(output / "mistakes.csv", ["set", "label", "predicted_label", "confidence", "file_name"], rows)
    shown = [
        (f"{label}, not {predicted} {share:.2f}", file)
        for _, label, predicted, share, file in rows[: MISTAKE_COLUMNS * MISTAKE_LINES]
    ]
    images = [(caption, decode(Path(file).read_bytes())) for caption, file in shown]
    pictures = [(caption, image) for caption, image in images if image is not None]
    sheet = captioned(pictures, MISTAKE_COLUMNS, MISTAKE_CELL, MAX_MISTAKE_SCALE)
    write_bytes(output / "mistakes.png", encode_png(sheet))


def _line(metrics: ClassMetrics) -> tuple:
    shares = (metrics.precision, metrics.recall, metrics.f1)
    return metrics.label, metrics.recall.total, *(value for share in shares for value in _rounded(share))


def _rounded(share: Share) -> tuple:
    """Value and interval, empty if there are no letters."""
    return tuple(round(value, 4) if share.total else "" for value in share[:3])
