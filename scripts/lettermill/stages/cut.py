"""Cut: the letter crops of a batch, one folder per letter, and a record of everything rejected."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby, starmap
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from lettermill.base.alphabet import word
from lettermill.base.errors import CorruptedFileError
from lettermill.corrections.apply import decide, without_letters
from lettermill.corrections.correction import Correction
from lettermill.image.hypotheses import layer_of
from lettermill.records.csv_files import by_row, read_records, read_results, write_records
from lettermill.records.schemas import Letter, MatchedLetter, Rejected, StoppedRow, Suspect, TriedCorrection
from lettermill.stages.boxes import read_boxes
from lettermill.stages.findings import write_findings
from lettermill.stages.images import read_offsets
from lettermill.stages.letter_images import WordLetters, write_letter_images
from lettermill.stages.rejected import not_delivered, rejected_row, stopped_before
from lettermill.stages.review_candidates import review_letters, write_review_candidates

log = logging.getLogger(__name__)

REJECTED = "rejected"
"""The folder of the rejected letter crops, for inspection."""


class BatchFiles(NamedTuple):
    """The outputs of earlier stages for a batch."""

    downloaded: Path  # folder
    cropped: Path  # folder
    segmented: Path
    letters: Path  # the letters to cut, as MatchedLetter results
    suspected: Path | None = None  # Suspect records, if alignment wrote any


def cut_batch(
    files: BatchFiles,
    patterns: Sequence[tuple[str, str]],
    output: Path,
    erase_neighbours: bool,
    min_confidence: float,
    review_confidence: float,
    corrections: Iterable[tuple[str, ...]] = (),
    folders: Mapping[str, str] = MappingProxyType({}),
    depends_on: str = "",
) -> None:
    """Cut the letters of a batch out of its cropped images.

    patterns: (row id, pattern) of every row of the batch, see ``Alphabet.pattern``. min_confidence: letters with a
    lower confidence are rejected. review_confidence: letters with a lower confidence are review candidates.
    corrections: of letters of the batch, see ``Correction``; none may contradict another. folders: letter -> folder,
    for letters whose folder has another name than the letter, see ``letter_folders``. depends_on: see ``RowStore``.

    Writes into the folder ``output``: letter crops as {letter}/{row}_{position}.png (row: the name of the cropped
    image) and, if rejected, as rejected/{row}_{position}.png; ``letters.csv`` with the delivered letters;
    ``rejected.csv`` with the rejected letters, and the rows without letters and the stage that stopped them;
    ``corrections.csv`` with the outcome of each correction; and the files of ``write_review_candidates`` and
    ``write_findings``.
    Raises CorruptedFileError when a row or a letter is missing in ``files``.
    """
    output.mkdir(parents=True, exist_ok=True)
    crops = read_offsets(files.cropped)
    words = {row_id: word(pattern) for row_id, pattern in patterns}
    lines_of_corrections = sorted(starmap(Correction, corrections))
    by_hand = {row_id: list(lines) for row_id, lines in groupby(lines_of_corrections, lambda line: line.row_id)}
    images: list[WordLetters] = []
    letters: list[Letter] = []
    rejected: list[Rejected] = []
    outcomes: list[TriedCorrection] = []
    corrected: list[MatchedLetter] = []  # all letters
    for row_id, found in by_row(read_results(files.letters, MatchedLetter)):
        own = found.letters if isinstance(found, StoppedRow) else "".join(record.label for record in found)
        if own != words[row_id]:
            raise CorruptedFileError(
                f"{files.letters} is incomplete: row {row_id} lacks letters. Delete it and run again."
            )
        if isinstance(found, StoppedRow):
            rejected.append(rejected_row(found))
            continue
        row = crops[row_id]
        records, left_out, decided = decide(found, by_hand.pop(row_id, ()), row.box)
        outcomes += decided
        corrected += records
        confident = [
            r.position not in left_out and (r.confidence is None or r.confidence >= min_confidence) for r in records
        ]
        rejected += not_delivered(records, confident, left_out)
        names = [
            f"{folders.get(record.label, record.label) if deliver else REJECTED}"
            f"/{Path(row.file).stem}_{record.position}.png"
            for record, deliver in zip(records, confident, strict=True)
        ]
        in_crop = [record.box.moved(-row.box.x, -row.box.y) for record in records]
        images.append(WordLetters(row, layer_of(records[0].hypothesis), in_crop, names))
        letters += [
            Letter(file, record.label, row_id, record.position, record.box, record.confidence, record.method)
            for record, file, deliver in zip(records, names, confident, strict=True)
            if deliver
        ]
    write_letter_images(images, files.cropped, output, erase_neighbours, depends_on)
    boxes = read_boxes(files.segmented)
    rejected += stopped_before(files.downloaded, files.cropped, boxes.values())
    _check_rows(files, words.keys(), letters, rejected)
    reasons = {row.row_id: row.reason for row in rejected if row.position is None}
    for row_id, lines in by_hand.items():
        outcomes += without_letters(lines, reasons[row_id])
    suspects = {suspect.row_id for suspect in read_records(files.suspected, Suspect)} if files.suspected else set()
    candidates = review_letters(corrected, rejected, suspects, review_confidence)
    write_review_candidates(candidates, rejected, words, files.cropped, crops, output)
    write_findings(files.downloaded, crops, boxes, words, output)
    write_records(output / "corrections.csv", TriedCorrection, sorted(outcomes))
    write_records(output / "rejected.csv", Rejected, rejected)
    write_records(output / "letters.csv", Letter, letters)
    log.info("%d letters cut from %d rows", len(letters), len(words) - len(reasons))
    log.info("rejected: %d rows and %d letters of other rows", len(reasons), len(rejected) - len(reasons))


def _check_rows(
    files: BatchFiles, rows: Collection[str], letters: Iterable[Letter], rejected: Iterable[Rejected]
) -> None:
    found = Counter(row.row_id for row in rejected if row.position is None)
    found.update({letter.row_id for letter in letters})
    if found != Counter(rows):
        lost = min((Counter(rows) - found) or (found - Counter(rows)))
        places = ", ".join(str(path) for path in files if path)
        raise CorruptedFileError(f"Row {lost} is missing or duplicated in one of {places}. Delete these and run again.")
