"""Tune: learn the n-grams of the training split, and choose the weights for reading on the validation split."""

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.align.folds import fold_of
from lettermill.base.alphabet import drawn_word
from lettermill.base.files import write_bytes
from lettermill.base.sampling import sample_key
from lettermill.base.split import Split
from lettermill.predict.models import DEFAULTS, Models, Opinions, ReadingWeights
from lettermill.predict.ngrams import learn_ngrams
from lettermill.predict.read import word_opinions
from lettermill.predict.search import read_lattice
from lettermill.stages.images import read_offsets
from lettermill.stages.word_images import read_word

log = logging.getLogger(__name__)

MAX_ROWS = 300
"""Maximum number of rows to read, a random sample. Every setting that is tried takes a second or two."""

FEWEST_ROWS = 30
"""Minimum number of rows to choose weights on. With fewer rows, they are the defaults."""

WORTHWHILE = 0.005
"""Gain in likelihood from which another weight is better than the default."""

CHANCE = 0.02
"""Share of the transcriptions that are wrong, whatever the reading. Without it they would decide."""

TRIED: Mapping[str, Sequence[float]] = {
    "ngrams": (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
    "classifier": (0.0, 0.2, 0.4, 0.6, 0.8),
    "recogniser": (0.2, 0.4, 0.6, 0.8, 1.0),
}
"""The weights that are tried, one after the other, in this order."""

Pattern = tuple[str, str]


class TunedRow(NamedTuple):
    """A row to choose weights on. text: its letters from left to right."""

    opinions: Opinions
    text: str


def tune_reading(
    batches: Sequence[tuple[Path, Sequence[Pattern]]], models: Models, split: Split, ngrams: Path, weights: Path
) -> None:
    """Write ``ngrams``, learnt from the rows of the split `train`, and the JSON file ``weights``, see
    ``ReadingWeights``, chosen on rows of the split `validation`.

    batches: (folder of cropped images, (row id, pattern) of its rows). Rows without an image are skipped.
    """
    rows = [(folder, row_id, drawn_word(pattern)) for folder, patterns in batches for row_id, pattern in patterns]
    words = Counter(text for _, row_id, text in rows if text and split.part_of(row_id) == "train")
    learnt = learn_ngrams(words)
    learnt.save(ngrams)
    log.info("%d n-grams learnt from %d words, %d of them different", len(learnt), words.total(), len(words))
    validation = [row for row in rows if row[2] and split.part_of(row[1]) == "validation"]
    chosen = sorted(sorted(validation, key=lambda row: sample_key(f"tune {row[1]}"))[:MAX_ROWS])
    tuned = _opinions(chosen, models)
    best = choose_weights(replace(models, ngrams=learnt), tuned) if len(tuned) >= FEWEST_ROWS else DEFAULTS
    content = {**best._asdict(), "rows": len(tuned), "chosen": len(tuned) >= FEWEST_ROWS}
    write_bytes(weights, (json.dumps(content, indent=2) + "\n").encode())
    log.info("%s", content)


def choose_weights(models: Models, rows: Sequence[TunedRow]) -> ReadingWeights:
    """The weights that suit ``rows`` best, one weight tried after the other."""
    best, highest = DEFAULTS, likelihood(models, rows, DEFAULTS) + WORTHWHILE
    for name, values in TRIED.items():
        for value in values:
            tried = best._replace(**{name: value})
            if tried == best or tried.recogniser + tried.classifier == 0:
                continue
            found = likelihood(models, rows, tried)
            log.info("%s: %.4f", tried, found)
            if found > highest:
                best, highest = tried, found
    return best


def likelihood(models: Models, rows: Sequence[TunedRow], weights: ReadingWeights) -> float:
    """Mean log of the probability of the transcription, to which ``CHANCE`` is added. It is less noisy than the share
    of words that are read right, and calibrates the probabilities too."""
    prior = replace(models, weights=weights).prior
    shares = []
    for opinions, text in rows:
        readings = read_lattice(opinions.lattice(weights), 10, prior=prior)
        shares.append(next((probability for reading, probability in readings if reading == text), 0.0))
    return float(np.log(np.array(shares) + CHANCE).mean())


def _opinions(rows: Sequence[tuple[Path, str, str]], models: Models) -> list[TunedRow]:
    found = []
    for folder in dict.fromkeys(folder for folder, _, _ in rows):
        crops = read_offsets(folder)
        for _, row_id, text in (row for row in rows if row[0] == folder):
            crop = crops.get(row_id)
            opinions = crop and word_opinions(models, *read_word(folder, crop).writing, fold_of(row_id))
            if opinions:
                found.append(TunedRow(opinions, text))
    return found
