"""The model card: what a model is, what it was made from, how good it is, and how to use it.

After Mitchell et al., "Model cards for model reporting", FAT* 2019.
"""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lettermill import __version__
from lettermill.base.split import PARTS
from lettermill.model.classifier import load_preprocessing
from lettermill.records.csv_files import read_fields
from lettermill.records.schemas import Delivered

CARD = """# A model of handwritten letters

It classifies single handwritten letters: {classes}.

Trained by Lettermill {version} on letters that it had cut out of the word images of `{source}` (`method: {method}`).

## How good it is

| letters of | letters | accuracy | 95 % interval |
|---|---:|---:|---|
{accuracies}

No row of the table has letters in two parts. `validation` has chosen the epoch that the model is from, so `test` is the
figure to quote. Labels are those of the dataset, wrong ones included. Intervals are Wilson's and take letters for
independent; those of one hand are not quite. Other sets are those of config `train: {{test_on}}`.

{by_class}

{words}`evaluation/` has the same for every set, confusion matrices, and the most confident mistakes as a picture
(`mistakes.png`).

## How to use it

- `model.keras`: `keras.saving.load_model("model.keras")`.
- `model.onnx`: the same for onnxruntime, OpenCV and others.
- `model.json`: the classes in the order of the outputs, and what the input is.

With Lettermill's `scripts/` on the path:

```python
from pathlib import Path

import cv2
from lettermill.model.classifier import load_classifier

classifier = load_classifier(Path("model.onnx"), Path("model.json"))
letter = cv2.imread("letter.png", cv2.IMREAD_GRAYSCALE)  # dark on light
print(classifier.classes[classifier.log_probabilities([letter])[0].argmax()])
```

## What it was made from

{train:,} letters to train on, {validation:,} to choose the epoch by, {test:,} to test on; {epochs} epochs.

{settings}

It has seen nothing but letters: what is none, it classifies as the letter that it looks most like. Hands, pens and
scans unlike those of the table may be read worse; test it on some of yours (`train: {{test_on: [my-letters]}}`).
"""


WORDS = """Words, as `snakemake predict` reads them: {rows:,} of the part `test`, by models that were not trained on
their letters (`words.csv` has each):

| | CER | 95 % interval | word accuracy |
|---|---:|---|---:|
| any text | {without_list} |
| with a list of {words_in_list:,} words | {with_list} |

The list is {source}; {rows_not_in_list:,} of the words are not in it. CER, the character error rate, is edits for each
character that is transcribed, wrong transcriptions included; word accuracy is the share of words read without error.
The interval is by bootstrap over rows.

"""


class Results(NamedTuple):
    """What a card is written from: files of ``fit``, the folder of ``evaluate``, the dataset's table of letters, the
    figures of ``evaluate_words`` if there are any."""

    preprocessing: Path
    history: Path
    evaluation: Path
    metadata: Path
    words: Path | None = None


def model_card(results: Results, source: str, method: str, settings: Mapping[str, object]) -> str:
    """The card as Markdown. source: name of the table. method: that found its letters. settings: config ``train``."""
    labels = load_preprocessing(results.preprocessing).classes
    counts: dict[str, Counter[str]] = {label: Counter() for label in labels}
    for _, label, *_, part in read_fields(results.metadata, Delivered):
        counts[label][part] += 1
    used = {key: value for key, value in settings.items() if value != {}}
    accuracies = [
        f"| {row['set']} | {int(row['letters']):,} | {float(row['accuracy']):.2%} | "
        f"{float(row['low']):.2%} to {float(row['high']):.2%} |"
        for row in _table(results.evaluation / "accuracy.csv")
    ]
    return CARD.format(
        classes=" ".join(labels),
        version=__version__,
        source=source,
        method=method,
        accuracies="\n".join(accuracies) or "| none held out | 0 | – | – |",
        by_class=_by_class(results.evaluation / "classes.csv", counts),
        words=_words(results.words),
        **{part: sum(count[part] for count in counts.values()) for part in PARTS},
        epochs=len(_table(results.history)),
        settings="\n".join(f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in used.items()),
    )


def _by_class(path: Path, counts: Mapping[str, Counter[str]]) -> str:
    rows = [row for row in _table(path) if row["set"] == "test"]
    if not rows:
        return "There are no letters in the part `test`."
    lines = ["| letter | trained on | tested on | precision | recall | F1 |", "|---|---:|---:|---|---|---|"]
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
    source = "that of config `predict`" if figures["list"] == "config" else "the transcriptions of the part `train`"
    return WORDS.format(**figures, source=source)


def _interval(row: Mapping[str, str], name: str) -> str:
    if not row[name]:
        return "–"
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    return f"{value:.3f} ({low:.3f}–{high:.3f})"


def _table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
