"""Write the review page: a folder that a browser opens without a server."""

import logging
import shutil
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.base.alphabet import Alphabet
from lettermill.base.box import Box
from lettermill.base.files import write_bytes
from lettermill.base.kept import Kept, digest_of_files
from lettermill.corrections.correction import OF_LETTERS, OF_ROWS
from lettermill.records.csv_files import read_records, read_rows, read_some
from lettermill.records.current import current
from lettermill.records.schemas import CorrectionOutcome, ReviewLetter, ReviewWord, Suspect
from lettermill.review.candidates import LOW_CONFIDENCE, MAX_WORDS, Candidate, best_letters, best_words
from lettermill.review.page_data import (
    IN_FORCE,
    PageWord,
    Reviewed,
    as_reviewed,
    region_of,
    script_of,
    word_data,
    words_as_reviewed,
)
from lettermill.review.page_files import DATA, PAGE, WORDS, page_files
from lettermill.review.sprites import SpriteSheets, name_of
from lettermill.stages.images import read_cut

log = logging.getLogger(__name__)


class Settings(NamedTuple):
    """Settings of the page.

    name: name of the table. method: config ``method``. review_confidence: delivered letters with at least this
    confidence need no review. letters: how many letters the page shows at most.
    """

    name: str
    alphabet: str
    method: str
    review_confidence: float
    letters: int


def write_page(
    batches: Sequence[Path],
    suspects: Path | None,
    corrections: Sequence[CorrectionOutcome],
    output: Path,
    settings: Settings,
    kept: Kept | None = None,
) -> None:
    """Write the page into the folder ``output``: ``page_files()``, ``DATA`` and the folder ``WORDS``.

    batches: folders written by ``cut_batch``. suspects: ``suspects.csv``, if it exists.
    corrections: outcomes of the corrections of the run. kept: sheets that were drawn before.
    Raises CorruptedFileError when a picture is missing or damaged.
    """
    in_force = [correction for correction in corrections if correction.outcome in IN_FORCE]
    letters_done = {(c.row_id, int(c.position)) for c in in_force if c.action in OF_LETTERS}
    rows_done = {c.row_id for c in in_force if c.action in OF_ROWS}
    reviewed = Reviewed.of(in_force)
    suspected = read_records(suspects, Suspect) if suspects else []

    letters = (_to_review(batch, reviewed, letters_done, settings.review_confidence) for batch in batches)
    cards = best_letters(letters, settings.letters, settings.review_confidence, letters_done)
    rows = best_words((_words(batch, reviewed) for batch in batches), suspected, MAX_WORDS, rows_done)
    order = list(dict.fromkeys([*(card.letter.row_id for card in cards), *rows]))

    shutil.rmtree(output / WORDS, ignore_errors=True)
    sheets = SpriteSheets(output / WORDS, kept)
    shown = list(_page_words(order, batches, reviewed, sheets))
    sheets.finish()
    content = _content(settings, shown, cards, rows, suspected, corrections, sheets)
    write_bytes(output / DATA, script_of("LETTERMILL", content))
    for name in page_files():
        write_bytes(output / name, (PAGE / name).read_bytes())
    log.info("%d letters and %d words on the page, %d sheets", len(cards), len(rows), len(sheets.sizes))


def _to_review(
    batch: Path, reviewed: Reviewed, corrected: Collection[tuple[str, int]], review_confidence: float
) -> list[ReviewLetter]:
    """The letters of a batch of which ``candidate`` may make a candidate, and few others: records of all are slow."""
    done = {*reviewed.letters, *((row_id, str(position)) for row_id, position in corrected)}

    def wanted(fields: Sequence[str]) -> bool:
        row_id, position, label, *_, confidence, predicted, reason = fields
        return (
            reason == LOW_CONFIDENCE
            or (not reason and (predicted not in ("", label) or (confidence and float(confidence) < review_confidence)))
            or (row_id, position) in done
        )

    return as_reviewed(read_some(current(batch, "review_letters.csv"), ReviewLetter, wanted), reviewed)


def _words(batch: Path, reviewed: Reviewed) -> list[ReviewWord]:
    return words_as_reviewed(read_records(current(batch, "review_words.csv"), ReviewWord), reviewed)


def _page_words(
    order: Sequence[str], batches: Sequence[Path], reviewed: Reviewed, sheets: SpriteSheets
) -> Iterator[PageWord]:
    """The words of ``order``, added to the sheets one by one. Words without a picture are skipped."""
    wanted = set(order)
    words: dict[str, tuple[Path, ReviewWord]] = {}
    letters: dict[str, list[ReviewLetter]] = {}
    for batch in batches:
        found_words = read_rows(current(batch, "review_words.csv"), ReviewWord, wanted)
        words.update((word.row_id, (batch, word)) for word in words_as_reviewed(found_words, reviewed))
        found_letters = read_rows(current(batch, "review_letters.csv"), ReviewLetter, wanted)
        for letter in as_reviewed(found_letters, reviewed):
            letters.setdefault(letter.row_id, []).append(letter)
    for row_id in order:
        if row_id in words:
            batch, word = words[row_id]
            found = letters.get(row_id, [])
            region = region_of(word, found)
            path = batch / word.file
            key = digest_of_files([path]) + repr((word.box, region)).encode()
            sprite = sheets.add_later((region.height, region.width), key, partial(_picture, path, word.box, region))
            yield PageWord(word, found, region, sprite)


def _picture(path: Path, box: Box, region: Box) -> np.ndarray:
    """The region of the word image ``path``, which shows ``box``."""
    return region.moved(-box.x, -box.y).of(read_cut(path, (box.height, box.width)))


def _content(
    settings: Settings,
    shown: Sequence[PageWord],
    cards: Sequence[Candidate],
    rows: Sequence[str],
    suspects: Sequence[Suspect],
    corrections: Sequence[CorrectionOutcome],
    sheets: SpriteSheets,
) -> dict:
    """The data for the page's scripts. See ``word_data`` for the words, and model.js for the reader."""
    numbers = {each.word.row_id: number for number, each in enumerate(shown)}
    return {
        "name": settings.name,
        "alphabet": list(Alphabet(settings.alphabet).letters),
        "method": settings.method,
        "sheets": [[f"{WORDS}/{name_of(number)}", *size] for number, size in enumerate(sheets.sizes)],
        "words": [word_data(each) for each in shown],
        "cards": [
            [numbers[card.letter.row_id], card.letter.position, card.kind]
            for card in cards
            if card.letter.row_id in numbers
        ],
        "rows": [numbers[row_id] for row_id in rows],
        "suspects": [[numbers[s.row_id], s.reading] for s in suspects if s.row_id in numbers],
        "corrections": [[line.line, *line.correction, line.outcome, line.detail] for line in corrections],
    }
