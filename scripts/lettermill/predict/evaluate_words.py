"""Evaluation on words: read the rows of the test split, which no model was trained on."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lettermill.align.folds import fold_of
from lettermill.base.alphabet import drawn_word, word
from lettermill.base.direction import as_written
from lettermill.base.files import write_bytes
from lettermill.base.split import Split
from lettermill.predict.cer import measure
from lettermill.predict.models import Models
from lettermill.predict.read import word_opinions
from lettermill.predict.search import Reading, read_lattice
from lettermill.predict.tables import ReadRow
from lettermill.predict.word_list import WordList
from lettermill.records.csv_files import write_records
from lettermill.stages.images import read_offsets
from lettermill.stages.word_images import read_word

log = logging.getLogger(__name__)

MAX_ROWS = 3000
"""Maximum number of rows to read, a random sample. More rows would hardly change the result."""

Pattern = tuple[str, str]


def evaluate_words(
    batches: Sequence[tuple[Path, Sequence[Pattern]]],
    models: Models,
    split: Split,
    words: WordList | None,
    other_words: float,
    output: Path,
    figures: Path,
) -> None:
    """Read the rows of the test split as one word each, without and with a word list.

    batches: (folder of cropped images, (row id, pattern) of its rows). words: the word list; None means the
    transcriptions of the train split. other_words: see ``read_lattice``. Writes ``ReadRow`` records to ``output``, and
    CER and word accuracy with their intervals as JSON to ``figures``. Rows without an image are skipped. Rows in which
    no letter is found count as read wrongly.
    """
    everything = [(folder, row_id, pattern) for folder, rows in batches for row_id, pattern in rows]
    source = "config"
    if words is None:
        source = "training rows"
        texts = [pattern for _, row_id, pattern in everything if split.part_of(row_id) == "train"]
        words = WordList({drawn_word(pattern): word(pattern) for pattern in texts if word(pattern)})
    tested = [row for row in everything if word(row[2]) and split.part_of(row[1]) == "test"]
    chosen = sorted(sorted(tested, key=lambda row: hashlib.sha256(f"read {row[1]}".encode()).digest())[:MAX_ROWS])
    records: list[ReadRow] = []
    for folder in dict.fromkeys(folder for folder, _, _ in chosen):
        crops = read_offsets(folder)
        for _, row_id, pattern in (row for row in chosen if row[0] == folder):
            crop = crops.get(row_id)
            if crop is None:
                continue
            opinions = word_opinions(models, *read_word(folder, crop).writing, fold_of(row_id))
            lattice = opinions and opinions.lattice(models.weights)
            free = read_lattice(lattice, 1, prior=models.prior) if lattice else []
            listed = read_lattice(lattice, 1, words, other_words, models.prior) if lattice else []
            text, drawn = word(pattern), drawn_word(pattern)
            first, best = (_first(readings, {drawn: text}) for readings in (free, listed))
            records.append(ReadRow(row_id, text, *first, *best, int(drawn in words.spellings)))
    records.sort()
    write_records(output, ReadRow, records)
    content = {
        "rows": len(records),
        "characters": sum(len(row.transcription) for row in records),
        "without_list": _accuracy((row.reading, row.transcription) for row in records),
        "with_list": _accuracy((row.reading_with_list, row.transcription) for row in records),
        "list": source,
        "words_in_list": len(words.words),
        "other_words": other_words,
        "weights": models.weights._asdict(),
        "rows_not_in_list": sum(not row.in_list for row in records),
        "intervals": "95 %: CER by bootstrap over rows, word accuracy after Wilson",
    }
    write_bytes(figures, (json.dumps(content, indent=2) + "\n").encode())
    log.info("%d of %d test rows read: %s", len(records), len(tested), content)


def _first(readings: Sequence[Reading], known: Mapping[str, str]) -> tuple[str, float | None]:
    """The most likely text and its probability. known: letters from left to right -> text."""
    if not readings:
        return "", None
    drawn, probability = readings[0]
    return known.get(drawn) or as_written(drawn), round(probability, 4)


def _accuracy(pairs: Iterable[tuple[str, str]]) -> dict[str, float] | None:
    accuracy = measure(list(pairs))
    return accuracy._asdict() if accuracy else None
