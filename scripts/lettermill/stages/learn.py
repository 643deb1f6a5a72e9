"""Learn: train the recogniser on the words whose boxes fit, and measure its calibration."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from lettermill.align.ground_truth import Example
from lettermill.align.learn import FEWEST_LETTERS, learn
from lettermill.align.lexicon import Lexicon
from lettermill.align.recogniser import write_untrained
from lettermill.align.supervision import supervision_of
from lettermill.base.direction import drawn_order, embedding_levels
from lettermill.corrections.correction import Correction
from lettermill.image.hypotheses import WordImage
from lettermill.paper.print_forms import PrintForms
from lettermill.records.csv_files import by_row, read_results, write_records
from lettermill.records.schemas import (
    CorrectionEffect,
    Cropped,
    Learning,
    MatchedLetter,
    Printed,
    Reliability,
    StoppedRow,
)
from lettermill.stages.images import read_offsets
from lettermill.stages.unprinted import SAMPLE, CountedAgain, print_of
from lettermill.stages.word_images import read_word

log = logging.getLogger(__name__)


MAX_UNFIT = 1_500
"""Maximum number of words without boxes to learn from in further rounds."""


class LearningSource(NamedTuple):
    """The files of a batch: a table of letters and a folder of cropped images."""

    matched: Path
    cropped: Path


class _Word(NamedTuple):
    order: bytes  # random, see ``base.sampling``
    row_id: str
    found: list[MatchedLetter] | StoppedRow
    cropped: Path

    @property
    def fits(self) -> bool:
        return not isinstance(self.found, StoppedRow)

    @property
    def letters(self) -> str:
        return self.found.letters if isinstance(self.found, StoppedRow) else "".join(r.label for r in self.found)

    @property
    def places(self) -> list[int]:
        """For each place of the line, from left to right, the position of the letter that is drawn there.

        By the letters alone: what stands between them in the transcription is not known here. It hardly ever matters.
        """
        return drawn_order(embedding_levels(self.letters))

    @property
    def drawn(self) -> str:
        """The letters from left to right."""
        return "".join(self.letters[position] for position in self.places)


class LearningOutput(NamedTuple):
    """The files that `learn` writes."""

    recogniser: Path
    reliability: Path
    correction_effects: Path
    learning: Path
    printed: Path

    @classmethod
    def of(cls, folder: Path) -> "LearningOutput":
        """The files with their usual names in ``folder``."""
        names = ("recogniser.npz", "reliability.csv", "lessons.csv", "learning.csv", "printed.csv")
        return cls(*(folder / name for name in names))


def learn_recogniser(
    sources: Iterable[LearningSource],
    max_words: int,
    rounds: int | str,
    corrections: Iterable[Correction],
    output: LearningOutput,
    jobs: int,
) -> None:
    """Train a recogniser and write it with its reliability table, the effect of corrections, and what it had to learn
    from.

    max_words: maximum number of words to train on, not counting those with ``corrections`` (of letters). rounds: their
    number, or `auto`. jobs: see ``learn``. If there are too few examples, the file of the recogniser says so, and
    `align` stops every row.
    """
    by_row: dict[str, list[Correction]] = {}
    for correction in corrections:
        by_row.setdefault(correction.row_id, []).append(correction)
    examples, lexicon, places = gather_examples(sources, max_words, by_row)
    forms = print_of(examples[:SAMPLE])
    log.info("printed labels: %d", len(forms.templates))
    known = [example._replace(load=partial(_with_forms, example.load, forms)) for example in examples]
    counted = CountedAgain(known, forms)
    learnt = learn(counted, lexicon, forms, rounds if isinstance(rounds, int) else None, jobs)
    if learnt is None:
        write_untrained(output.recogniser)
    else:
        learnt.recogniser.save(output.recogniser)
    write_records(output.reliability, Reliability, learnt.reliability if learnt else [])
    effects = learnt.correction_effects if learnt else []
    as_read = [effect._replace(position=places[effect.row_id][effect.position]) for effect in effects]
    write_records(output.correction_effects, CorrectionEffect, as_read)
    tried = Learning(len(counted.printed), counted.fitting, counted.letters, FEWEST_LETTERS, int(learnt is not None))
    write_records(output.learning, Learning, [tried])
    write_records(output.printed, Printed, counted.printed)


def _with_forms(load: Callable[[], WordImage], forms: PrintForms) -> WordImage:
    return load()._replace(forms=forms)


def gather_examples(
    sources: Iterable[LearningSource], max_words: int, corrections: Mapping[str, Sequence[Correction]]
) -> tuple[list[Example], Lexicon, dict[str, list[int]]]:
    """A random sample of up to ``max_words`` words whose boxes fit and up to ``MAX_UNFIT`` others, in random order; the
    lexicon of all words; and for each corrected row the positions of its letters from left to right.

    Examples and lexicon have the letters of a word from left to right, as `align` does.
    corrections: row id -> corrections; words with corrections are always included. Images are read lazily.
    """
    fitting: list[_Word] = []
    unfit: list[_Word] = []
    corrected: list[_Word] = []
    spelt: list[tuple[str, str]] = []
    for source in sources:
        words = list(_words(source))
        fits = [word for word in words if word.fits]
        spelt += [(word.row_id, word.drawn) for word in words]
        fitting = sorted([*fitting, *fits])[:max_words]
        unfit = sorted([*unfit, *(word for word in words if not word.fits)])[: min(max_words, MAX_UNFIT)]
        corrected += [word for word in words if word.row_id in corrections]
    chosen = {word.row_id: word for word in (*fitting, *unfit, *corrected)}
    log.info("words to train on: %d whose boxes fit, %d whose boxes do not fit", len(fitting), len(unfit))
    log.info("words with corrected letters: %d", len(corrected))
    crops = {folder: read_offsets(folder) for folder in sorted({word.cropped for word in chosen.values()})}
    examples = [
        _example(word, crops[word.cropped][word.row_id], corrections.get(word.row_id, ()))
        for word in sorted(chosen.values())
    ]
    return examples, Lexicon.of(spelt), {word.row_id: word.places for word in corrected}


def _words(source: LearningSource) -> Iterator[_Word]:
    for row_id, found in by_row(read_results(source.matched, MatchedLetter)):
        yield _Word(hashlib.sha256(f"example {row_id}".encode()).digest(), row_id, found, source.cropped)


def _example(word: _Word, row: Cropped, corrections: Sequence[Correction]) -> Example:
    found = [] if isinstance(word.found, StoppedRow) else [word.found[position] for position in word.places]
    boxes = [letter.box.moved(-row.box.x, -row.box.y) for letter in found]
    by_hand = supervision_of(word.found, corrections, row.box)
    hypothesis = found[0].hypothesis if found else ""
    drawn = tuple(letter._replace(position=word.places.index(letter.position)) for letter in by_hand)
    load = partial(read_word, word.cropped, row)
    return Example(word.row_id, load, word.drawn, boxes, hypothesis, drawn)
