"""Align: forced alignment of every word of a batch with its transcription, with a confidence for each letter."""

import logging
from collections.abc import Sequence
from pathlib import Path

from lettermill.align.recogniser import Recogniser, load_recogniser
from lettermill.align.views import views_of
from lettermill.base.alphabet import as_read, drawn_letters, drawn_word, word
from lettermill.base.direction import as_written
from lettermill.records.csv_files import as_text, by_row, from_text, read_results, write_records, write_results
from lettermill.records.row_store import RowStore, row_key
from lettermill.records.schemas import Cropped, MatchedLetter, StoppedRow, Suspect
from lettermill.stages.images import crop_bytes, read_offsets
from lettermill.stages.word_images import read_word

log = logging.getLogger(__name__)

STAGE = METHOD = "align"

SUSPECT_GAP = 1.0
"""Score gap (see ``WordAlignment``) from which a row is reported as suspect."""


def align_batch(
    recogniser_file: Path,
    matched: Path,
    cropped: Path,
    patterns: Sequence[tuple[str, str]],
    output: Path,
    suspected: Path,
    depends_on: str = "",
) -> None:
    """Align the rows of the file ``matched``, that is, all rows with boxes, whether these fit or not.

    patterns: (row id, pattern) of every row of the batch, see ``Alphabet.pattern``. depends_on: see ``RowStore``; the
    recogniser is added to it.
    Writes ``MatchedLetter`` results to ``output`` and ``Suspect`` records to ``suspected``. Without a recogniser,
    every row is stopped.
    """
    found = list(by_row(read_results(matched, MatchedLetter)))
    results: list[MatchedLetter | StoppedRow] = []
    suspects: list[Suspect] = []
    recogniser = load_recogniser(recogniser_file)
    crops = read_offsets(cropped)
    pattern_of = dict(patterns)
    if recogniser is None:
        log.warning("no recogniser could be trained, see the log of the rule learn: no letter is delivered")
        results += [StoppedRow(row_id, STAGE, "nothing_learnt", "", word(pattern_of[row_id])) for row_id, _ in found]
    else:
        depends_on = depends_on and row_key(depends_on, recogniser_file.read_bytes())
        with RowStore(output, depends_on) as store:
            for row_id, counted in found:
                first = "" if isinstance(counted, StoppedRow) else counted[0].hypothesis
                row, pattern = crops[row_id], pattern_of[row_id]
                key = row_key(repr(row), pattern, first, *crop_bytes(cropped, row))
                kept = store.find(key)
                if kept is None:
                    letters, suspect = _align(recogniser, row, cropped, pattern, first)
                    kept = [as_text(MatchedLetter, letters), list(suspect or ())]
                    store.keep(key, kept)
                results += from_text(MatchedLetter, kept[0])
                suspects += [Suspect(*kept[1])] if kept[1] else []
        log.info("%d words aligned, %d of them suspect", len(found), len(suspects))
    write_records(suspected, Suspect, suspects)
    write_results(output, MatchedLetter, results)


def _align(
    recogniser: Recogniser, row: Cropped, cropped: Path, pattern: str, first: str
) -> tuple[Sequence[MatchedLetter | StoppedRow], Suspect | None]:
    """first: the name of the ink hypothesis to try first."""
    letters, drawn = word(pattern), drawn_word(pattern)
    image = read_word(cropped, row)._replace(forms=recogniser.forms)
    best = recogniser.align(row.row_id, views_of(image.hypotheses(first)), drawn)
    if best is None:
        detail = f"too few fragments of ink for the {len(letters)} letters of {letters}"
        return [StoppedRow(row.row_id, STAGE, "too_few_pieces", detail, letters)], None
    view, aligned = best
    confidences = recogniser.confidence.of(aligned.evidence).tolist()
    boxes = [view.candidates[index].box.moved(row.box.x, row.box.y) for index in aligned.chosen]
    of_letters = list(zip(drawn, boxes, confidences, aligned.predicted_labels, strict=True))
    found = [
        MatchedLetter(row.row_id, position, *of_letter, METHOD, view.hypothesis)
        for position, of_letter in enumerate(as_read(of_letters, drawn_letters(pattern)))
    ]
    if aligned.score_gap < SUSPECT_GAP or aligned.reading == drawn:
        return found, None
    return found, Suspect(row.row_id, letters, as_written(aligned.reading), round(aligned.score_gap, 3))
