"""Schemas of the tables that the stages pass to each other: a named tuple for the lines of each table.

Field names are the header, and types are those of the columns. A box has four columns, those of ``Box``. An empty field
is None where the type allows it. All boxes are in pixels of the downloaded image as shown, see ``image.codec.decode``.
"""

from typing import NamedTuple

from lettermill.base.box import Box


class PlannedBatch(NamedTuple):
    """``results/plan/batches.csv``: one line for every batch."""

    batch: str
    rows: int
    files: int  # how many of the rows have an image that is a file; the images of the others are URLs


class ImageSource(NamedTuple):
    """``results/plan/images/{batch}.csv``: where the image of each row of the batch is."""

    row_id: str
    image: str  # an http(s) URL, or a path below the images folder
    stamp: str  # of this version of the image; empty for a URL whose image has not changed since it was first seen
    stem: str = ""  # the name of the row's files without suffix, if it is not that of ``file_stem``

    @property
    def is_url(self) -> bool:
        """Whether the image must be downloaded."""
        return "://" in self.image


class Transcription(NamedTuple):
    """``results/plan/transcriptions/{batch}.csv``: one line for every row of the batch."""

    row_id: str
    pattern: str  # see ``Alphabet.pattern``


class TableRow(NamedTuple):
    """``results/plan/order.csv``: one line for every row of all batches, in the order of the table."""

    row_id: str
    letters: int  # number of letters of its transcription


class RejectedRow(NamedTuple):
    """``results/plan/rejected.csv``: the rows of the table that are in no batch, because they are not usable."""

    row_id: str  # may be empty
    reason: str  # see ``lettermill.base.reasons``
    detail: str


class ConfirmedRow(NamedTuple):
    """``results/plan/confirmed.csv``: the rows whose transcription is corrected or confirmed."""

    row_id: str


class StoppedRow(NamedTuple):
    """A row that a stage has rejected. It is a line of that stage's table, among the records of the other rows."""

    row_id: str
    stage: str
    reason: str  # see ``lettermill.base.reasons``
    detail: str
    letters: str = ""  # of its transcription, if the stage knows it


class Downloaded(NamedTuple):
    """``results/downloaded/{batch}/status.csv``: one line for every row of the batch."""

    row_id: str
    status: str  # ok or failed
    reason: str  # empty when ok
    detail: str
    file: str  # name beside status.csv, empty when failed
    http_status: int | None  # of the response; None without a response, and for local files
    bytes: int | None
    sha256: str
    attempts: int | None  # 0: from the cache, or the host is known to be down; None for local files
    elapsed: float | None  # seconds of all attempts, with the waits between them
    cache_key: str = ""  # name of the image in the cache; empty for local files


class Cropped(NamedTuple):
    """``results/cropped/{batch}/offsets.csv``: one line for every downloaded row; a ``StoppedRow`` if the crop
    leaves nothing of its image."""

    row_id: str
    file: str  # name beside offsets.csv
    box: Box  # the part of the downloaded image that is kept
    line: int | None  # a row of the downloaded image known to cross the word
    left: int = 0  # this and the next three: where in the crop the word probably is, in pixels of the crop
    top: int = 0
    right: int | None = None
    bottom: int | None = None
    layers: int = 1  # number of images of the crop; the second is 1/{file}, the third 2/{file}
    found: str = ""  # what the image is like: words of ``lettermill.base.findings``, separated by spaces

    @property
    def line_in_crop(self) -> int | None:
        """``line`` as a row of the crop."""
        return None if self.line is None else self.line - self.box.y


class SegmentedBox(NamedTuple):
    """``results/segmented/{batch}.csv``: one line per box of each ink hypothesis of a row; a ``StoppedRow`` for a row
    without boxes."""

    row_id: str
    number: int  # counts the boxes of the hypothesis from left to right, from 0
    boxes: int  # how many the hypothesis has
    box: Box
    hypothesis: str  # see ``lettermill.image.hypotheses``
    votes: int  # number of sets of ink that agree


class MatchedLetter(NamedTuple):
    """``results/matched/{batch}.csv`` and ``results/aligned/{batch}.csv``: one line per letter of the
    transcription; a ``StoppedRow`` for a row that does not fit its transcription."""

    row_id: str
    position: int  # counts the letters of the transcription from 0
    label: str
    box: Box
    confidence: float | None  # None if the method has none
    predicted_label: str  # the recogniser's label of the box, without the transcription; empty if it has none
    method: str
    hypothesis: str = ""  # the ink hypothesis of the box, see ``lettermill.image.hypotheses``


class Suspect(NamedTuple):
    """``results/suspected/{batch}.csv`` and ``results/suspects.csv``: rows whose ink contradicts the transcription."""

    row_id: str
    transcription: str  # its letters
    reading: str  # what the recogniser reads
    score_gap: float  # how much better the reading explains the ink: log weight per letter


class Reliability(NamedTuple):
    """``results/recogniser/reliability.csv``: letters with a confidence from ``low`` to ``high``.

    Confidences are those that the words of the other folds teach. Letters of simulated transcription errors count by
    their weight. Letters of suspect transcriptions count as wrong.
    """

    low: float
    high: float
    letters: float  # number of letters
    independent: float  # number of independent letters that would tell as much: those of a word are alike
    confidence: float  # their mean
    accuracy: float  # share of right letters
    accuracy_low: float  # its 95 % interval
    accuracy_high: float


class Learning(NamedTuple):
    """``results/recogniser/learning.csv``: one line, what there was to train on."""

    words: int  # that were looked at
    fitting: int  # words whose boxes fit their transcriptions
    letters: int  # of these words
    needed: int  # number of letters that are needed
    learnt: int  # 1 if a recogniser was trained, otherwise 0


class Printed(NamedTuple):
    """``results/recogniser/printed.csv``: one line for every word that was looked at."""

    row_id: str
    printed: int  # 1 if its image has print that other images have as well, otherwise 0


class CorrectionEffect(NamedTuple):
    """``results/recogniser/lessons.csv``: one line for every corrected letter."""

    row_id: str
    position: int
    label: str  # in the transcription
    verdict: str  # right or wrong
    before: float | None  # its confidence from a recogniser trained without corrections
    after: float | None  # and with them. Both are None if the recogniser places the letter elsewhere


class Letter(NamedTuple):
    """``results/letters/{batch}/letters.csv``: one line for every letter image of the batch."""

    file_name: str  # relative to the folder of letters.csv
    label: str
    row_id: str
    position: int
    box: Box
    confidence: float | None
    method: str


class ReviewLetter(NamedTuple):
    """``results/letters/{batch}/review_letters.csv``: one line for every letter of the words to review."""

    row_id: str
    position: int
    label: str
    box: Box
    confidence: float | None
    predicted_label: str  # see MatchedLetter
    reason: str  # why it is rejected; empty when it is delivered


class ReviewWord(NamedTuple):
    """``results/letters/{batch}/review_words.csv``: one line for every word to review."""

    row_id: str
    letters: str  # of its transcription
    file: str  # the cropped image, relative to the folder of review_words.csv
    box: Box  # of the cropped image
    reason: str  # why none of its letters is delivered; empty if one is


class Finding(NamedTuple):
    """``results/letters/{batch}/findings.csv``: one line for every row with a cropped image."""

    row_id: str
    transcription: str  # the letters of it
    boxes: int  # number of boxes by the most usual ink hypothesis
    sha256: str  # digest of the image
    found: str  # what the image is like: words of ``lettermill.base.findings``, separated by spaces
    picture: str  # the image as an example, relative to the folder of findings.csv; empty if it is none


class Duplicate(NamedTuple):
    """``results/duplicates.csv``: a row whose image is also that of another row."""

    row_id: str
    same_as: str  # the first row with this image
    transcription: str
    differs: int  # 1 if the rows with this image have different transcriptions, otherwise 0


class MovedRows(NamedTuple):
    """``results/moved.csv``: rows, one after the other, whose transcriptions seem to belong to the images of others."""

    by: int  # to that so many rows above; negative: below
    rows: int  # number of those that have an image
    first: str  # id of the first and of the last of them
    last: str
    withheld: int  # how many of them are not delivered for it


class Withheld(NamedTuple):
    """``results/withheld.csv``: rows whose letters are not delivered, because their transcriptions seem to belong to
    other images."""

    row_id: str
    reason: str  # see ``lettermill.base.reasons``
    detail: str


class Diagnosed(NamedTuple):
    """``results/diagnosis.csv``: what stands in the way of most rows, the most important first."""

    kind: str  # see ``lettermill.base.findings``
    share: float  # of the images
    text: str
    advice: str  # what helps; empty if nothing need be done


class Delivered(NamedTuple):
    """``results/dataset/metadata.csv``: one line for every letter of the dataset."""

    file_name: str  # relative to results/dataset
    label: str
    row_id: str
    position: int
    box: Box
    confidence: float | None
    method: str
    split: str


class Rejected(NamedTuple):
    """``results/dataset/rejected.csv``: one line for every row, and every letter, that was not delivered."""

    row_id: str
    position: int | None  # None when the whole row is rejected
    label: str
    stage: str
    reason: str
    confidence: float | None
    detail: str


class TriedCorrection(NamedTuple):
    """``results/letters/{batch}/corrections.csv``: one line for every correction of a letter of the batch."""

    row_id: str
    position: str  # empty for a whole row
    label: str
    box: str
    action: str
    value: str
    outcome: str  # applied, unneeded, stale
    detail: str
    confidence: float | None = None  # of the letter without it, where it is applied

    @property
    def correction(self) -> tuple[str, ...]:
        """The fields of the correction itself."""
        return self[:6]


class CorrectionOutcome(NamedTuple):
    """``results/corrections.csv``: what became of each line of the table of corrections; and
    ``results/plan/corrections.csv``: the same, without the outcomes that ``cut`` decides."""

    line: int  # of the table
    row_id: str
    position: str  # this and the next fields are as written if the line is malformed
    label: str
    box: str
    action: str
    value: str
    outcome: str  # applied, unneeded, stale, conflict, malformed
    detail: str
    confidence: float | None = None  # of the letter without it, where it is applied

    @property
    def correction(self) -> tuple[str, ...]:
        """The fields of the correction itself."""
        return self[1:7]


class TableNote(NamedTuple):
    """``results/table_notes.csv``, ``results/plan/notes.csv``: repairs of the table, and assumptions about it."""

    line: int  # of the table's file; in a workbook, the row
    note: str
