"""Learn: a recogniser from the words whose boxes fit, and how far its confidences can be trusted."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from lettermill.align.calibrate import Reliability
from lettermill.align.known import Example
from lettermill.align.learn import learn
from lettermill.align.lexicon import Lexicon
from lettermill.align.recogniser import nothing_learnt
from lettermill.image.box import Box
from lettermill.records import Cropped, Matched, read_records, write_records
from lettermill.stages.images import read_crop, read_offsets

log = logging.getLogger(__name__)


class Source(NamedTuple):
    """Where the words of a batch are: a file of letters and a folder of images."""

    matched: Path
    cropped: Path


class _Word(NamedTuple):
    draw: bytes
    row_id: str
    records: list[Matched]
    cropped: Path

    @property
    def letters(self) -> str:
        return "".join(record.label for record in self.records)


def learn_recogniser(
    sources: Iterable[Source], most: int, rounds: int, output: Path, reliability: Path, jobs: int
) -> None:
    """Write a recogniser to ``output`` and its reliability table to ``reliability``.

    most: words that it learns from. rounds, jobs: see ``learn``. When there is too little to learn from, ``output``
    says so, and alignment falls back to matching.
    """
    examples, lexicon = gather_examples(sources, most, others=rounds > 1)
    learnt = learn(examples, lexicon, rounds, jobs)
    if learnt is None:
        nothing_learnt(output)
        write_records(reliability, Reliability, [])
        return
    recogniser, table, _ = learnt
    recogniser.save(output)
    write_records(reliability, Reliability, table)


def gather_examples(sources: Iterable[Source], most: int, others: bool) -> tuple[Iterator[Example], Lexicon]:
    """Up to ``most`` words whose boxes fit, drawn by a hash of their ids, and the lexicon of all words that fit.

    others: up to as many words whose boxes do not fit come too, without boxes. Images are read as they are asked for.
    """
    fitting: list[_Word] = []
    unfit: list[_Word] = []
    spelt: list[tuple[str, str]] = []
    for source in sources:
        words = list(_words(source))
        fits = [word for word in words if not word.records[0].reason]
        spelt += [(word.row_id, word.letters) for word in fits]
        fitting = sorted([*fitting, *fits])[:most]
        if others:
            unfit = sorted([*unfit, *(word for word in words if word.records[0].reason)])[:most]
    chosen = fitting + unfit
    log.info("%d words that fit to learn from, %d that do not", len(fitting), len(unfit))
    crops = {folder: read_offsets(folder) for folder in sorted({word.cropped for word in chosen})}
    return (_example(word, crops[word.cropped][word.row_id]) for word in chosen), Lexicon.of(spelt)


def _words(source: Source) -> Iterator[_Word]:
    for row_id, group in groupby(read_records(source.matched, Matched), key=lambda record: record.row_id):
        yield _Word(hashlib.sha256(f"example {row_id}".encode()).digest(), row_id, list(group), source.cropped)


def _example(word: _Word, row: Cropped) -> Example:
    boxes = [Box(r.x, r.y, r.width, r.height).moved(-row.x, -row.y) for r in word.records if not r.reason]
    return Example(word.row_id, read_crop(word.cropped, row), row.line_in_crop, word.letters, boxes)
