"""How well a trained model reads letters of other hands: its accuracy on a folder of letters, in all and by class.

usage: python benchmarks/foreign_letters.py MODEL FOLDER

MODEL    the folder results/model/ of a training
FOLDER   has a folder of images for each letter, dark on light or light on dark, as config `train: {test_on: …}` expects
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lettermill.model.classifier import load_classifier
from lettermill.model.letter_data import NO_CLASS, load_folder
from lettermill.model.metrics import accuracy, by_class, confusion


def foreign_lines(model: Path, folder: Path) -> list[str]:
    """The accuracy with its 95 % interval, the recall of every class, and what its letters are taken for most."""
    classifier = load_classifier(model / "model.onnx", model / "model.json")
    how, classes = classifier.preprocessing, classifier.classes
    letters = load_folder(folder, classes, how.side, how.margin)
    counts = confusion(letters.targets, classifier.probabilities(letters.squares).argmax(axis=1), len(classes))
    share, unknown = accuracy(counts), int((letters.targets == NO_CLASS).sum())
    lines = [f"accuracy {share.value:.1%} ({share.low:.1%} to {share.high:.1%}) on {share.total:,} letters"]
    lines += [f"{unknown:,} letters of other classes are left out"] if unknown else []
    for metrics, row in zip(by_class(counts, classes), counts, strict=True):
        wrong = {label: int(count) for label, count in zip(classes, row, strict=True) if label != metrics.label}
        taken = sorted((label for label in wrong if wrong[label]), key=lambda label: -wrong[label])[:3]
        said = ", ".join(f"{label} {wrong[label]}" for label in taken)
        if metrics.recall.total:
            lines.append(f"{metrics.label}  {metrics.recall.value:6.1%} of {metrics.recall.total:>5,}  {said}".rstrip())
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    print("\n".join(foreign_lines(arguments.model, arguments.folder)))


if __name__ == "__main__":
    main()
