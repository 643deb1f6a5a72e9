"""The model card: training data, evaluation, usage and limitations of a model.

See Mitchell et al., "Model cards for model reporting", FAT* 2019.
"""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lettermill import __version__
from lettermill.base.split import PARTS
from lettermill.model.classifier import load_preprocessing
from lettermill.records.csv_files import read_fields
from lettermill.records.schemas import Delivered

CARD = """# Classifier of handwritten letters

This model classifies images of single handwritten letters into {number} classes: {classes}.

Lettermill {version} trained it on letters cut from the word images of `{source}` (`method: {method}`).

## Evaluation

| set | letters | accuracy | 95 % interval |
|---|---:|---:|---|
{accuracies}

All letters of a row are in the same split. The epoch was selected on `validation`; report the accuracy on `test`.
Further sets are folders of config `train: {{test_on}}`. The labels are those of the dataset, including label errors.
Intervals are Wilson intervals. They assume that letters are independent, which is not quite true of letters by the same
writer.

{by_class}

{words}`evaluation/` has the same metrics for every set, the confusion matrices, and the most confident errors
(`mistakes.png`).

## Usage

- `model.keras`: load it with `keras.saving.load_model("model.keras")`.
- `model.onnx`: the same network for ONNX Runtime, OpenCV and others.
- `model.json`: the classes in the order of the outputs, and the preprocessing of the input.

With Lettermill installed (`pip install .` in its repository):

```python
from pathlib import Path

import cv2
from lettermill.model.classifier import load_classifier

classifier = load_classifier(Path("model.onnx"), Path("model.json"))
letter = cv2.imread("letter.png", cv2.IMREAD_GRAYSCALE)  # dark ink on light paper
print(classifier.classes[classifier.log_probabilities([letter])[0].argmax()])
```

## Training

{train:,} training letters, {validation:,} validation letters, {test:,} test letters; epochs: {epochs}.

Initial weights: {initial_weights}.

{settings}

## Limitations

The model was {seen}. It assigns one of its classes to every image, also to images that are not
letters. Accuracy may be lower for handwriting, pens or scans unlike those of the table. Test the model on your own
letters before you use it (`train: {{test_on: [my-letters]}}`).
"""


WORDS = """Reading words with `snakemake predict`: {rows:,} words of the split `test`, read by models that were not
trained on them (`words.csv` lists each word):

| | CER | 95 % interval | word accuracy |
|---|---:|---|---:|
| without a word list | {without_list} |
| with a list of {words_in_list:,} words | {with_list} |

The word list is {source}. It does not contain {rows_not_in_list:,} of the test words. CER is the character error rate:
edits per transcribed character, including errors of the transcriptions. Word accuracy is the share of words read
without error. Intervals are bootstrapped over rows.

"""


class Results(NamedTuple):
    """Inputs of the card: files of ``fit``, the folder of ``evaluate``, the dataset's metadata.csv, and words.json of
    ``evaluate_words`` if it exists."""

    preprocessing: Path
    history: Path
    evaluation: Path
    metadata: Path
    words: Path | None = None


def model_card(results: Results, source: str, method: str, settings: Mapping[str, object]) -> str:
    """The card as Markdown. source: name of the table. method, settings: config ``method`` and ``train``."""
    labels = load_preprocessing(results.preprocessing).classes
    training = json.loads(results.preprocessing.read_text(encoding="utf-8")).get("training", {})
    initial = training.get("initial_weights", "unknown")
    counts: dict[str, Counter[str]] = {label: Counter() for label in labels}
    for _, label, *_, part in read_fields(results.metadata, Delivered):
        counts[label][part] += 1
    used = {key: _without_folder(value) for key, value in settings.items() if value != {}}
    accuracies = [
        f"| {row['set']} | {int(row['letters']):,} | {float(row['accuracy']):.2%} | "
        f"{float(row['low']):.2%} to {float(row['high']):.2%} |"
        for row in _table(results.evaluation / "accuracy.csv")
    ]
    return CARD.format(
        number=len(labels),
        classes=" ".join(labels),
        version=__version__,
        source=source,
        method=method,
        accuracies="\n".join(accuracies) or "| no held-out letters | 0 | – | – |",
        by_class=_by_class(results.evaluation / "classes.csv", counts),
        words=_words(results.words),
        **{part: sum(count[part] for count in counts.values()) for part in PARTS},
        epochs=_epochs(_table(results.history), training.get("weights_of_phase")),
        initial_weights=initial,
        seen="trained on letters" + (" only" if initial == "random" else ", from weights that had seen other images"),
        settings="\n".join(f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in used.items()),
    )


def _epochs(history: Sequence[Mapping[str, str]], kept: str | None) -> str:
    """Epochs of each phase. kept: the phase whose weights the model has."""
    counts = Counter(row["phase"] for row in history)
    text = ", ".join(f"{count} ({phase})" for phase, count in counts.items())
    last = list(counts)[-1]
    if kept in (None, last):
        return text
    return f"{text}. `{last}` did not lower the loss, so the weights are those of `{kept}`"


def _without_folder(value: object) -> object:
    """A setting without the folder of a file of weights, which means nothing to readers of the card."""
    if isinstance(value, Mapping) and "weights" in value:
        return {**value, "weights": Path(str(value["weights"])).name}
    return value


def _by_class(path: Path, counts: Mapping[str, Counter[str]]) -> str:
    rows = [row for row in _table(path) if row["set"] == "test"]
    if not rows:
        return "The split `test` has no letters."
    lines = ["| class | training letters | test letters | precision | recall | F1 |", "|---|---:|---:|---|---|---|"]
    for row in rows:
        measures = " | ".join(_interval(row, name) for name in ("precision", "recall", "f1"))
        lines.append(f"| {row['label']} | {counts[row['label']]['train']:,} | {int(row['letters']):,} | {measures} |")
    return "\n".join(lines)


def _words(path: Path | None) -> str:
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path else {}
    if not figures.get("rows"):
        return ""
    for kind in ("without_list", "with_list"):
        rates = figures[kind]
        low, high = rates["cer_low"], rates["cer_high"]
        figures[kind] = f"{rates['cer']:.2%} | {low:.2%} to {high:.2%} | {rates['word_accuracy']:.1%}"
    source = (
        "that of config `predict`" if figures["list"] == "config" else "made of the transcriptions of the split `train`"
    )
    return WORDS.format(**figures, source=source)


def _interval(row: Mapping[str, str], name: str) -> str:
    if not row[name]:
        return "–"
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    return f"{value:.3f} ({low:.3f}–{high:.3f})"


def _table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
