"""The rows of a table, each validated by itself: which are usable, and why the others are not."""

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from lettermill.base.alphabet import Alphabet, word
from lettermill.base.visible import shortened
from lettermill.corrections.correction import EXCLUDED, Correction
from lettermill.corrections.rows import RowCorrections
from lettermill.plan.text_notes import text_notes
from lettermill.records.schemas import RejectedRow, TriedCorrection
from lettermill.table.cells import MAX_CELL_LENGTH, NO_ADDRESS, NOT_COMPUTED, is_error
from lettermill.table.layout import Columns
from lettermill.table.raw_table import RawTable

MAX_ID_BYTES = 4_096
"""Bytes of UTF-8 in a row id."""

_NAMED = 10
"""Lines with the same id that a message names, at most."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
_WRITE_A_URL = "write an http:// or https:// URL, or the path of a file"
_NO_PATH = re.compile(r"(?:data|https?|ftps?|file|blob|cid|about|mailto|javascript):", re.IGNORECASE)
"""Schemes of what is no path although it may lack ``://``."""

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")
"""The beginning of an absolute path, also of Windows."""


class Row(NamedTuple):
    """One word image: a path below the images folder, or a URL, and its transcription."""

    row_id: str
    image: str
    pattern: str  # see Alphabet.pattern

    @property
    def is_url(self) -> bool:
        return "://" in self.image


def validate_rows(
    name: str,
    table: RawTable,
    columns: Columns,
    alphabet: Alphabet,
    unreadable: Iterable[str],
    corrections: Iterable[Correction] = (),
) -> tuple[list[Row], list[RejectedRow], list[TriedCorrection]]:
    """The usable rows of ``table``, the rejected ones, and the outcomes of ``corrections``.

    corrections: those of whole rows. name: that of the table's file. Notes on transcriptions are added to those of
    ``table``.
    """
    layout = table.layout
    images = [cell.strip() for cell in table.column(layout.image)]
    ids = [_stem(image) for image in images] if layout.id is None else [c.strip() for c in table.column(layout.id)]
    skipped = {text.strip().casefold() for text in unreadable}
    corrected = RowCorrections(corrections, ids, table.column(layout.text), alphabet, skipped)
    texts, lines = corrected.texts, table.lines
    patterns = {text: alphabet.pattern(text) if len(text) <= MAX_CELL_LENGTH else "" for text in set(texts)}
    text_errors = {text: _text_error(text, pattern, skipped, columns) for text, pattern in patterns.items()}
    rows = [Row(row_id, image, patterns[text]) for row_id, image, text in zip(ids, images, texts, strict=True)]
    duplicated = _duplicates(rows, lines)

    good, kept_texts, bad = (
        [],
        {},
        [RejectedRow("", "malformed_line", f"{name} line {line}: {why}") for line, why in table.malformed],
    )
    for index, (row, text) in enumerate(zip(rows, texts, strict=True)):
        reason, detail = _row_error(row, columns) or text_errors[text] or ("", "")
        if not reason and index in duplicated:
            reason = "duplicate_id"
            detail = f"{name} lines {duplicated[index]} have this id: give each row its own id, or keep one row"
        if not reason and row.row_id in corrected.excluded:
            reason = EXCLUDED
        if not reason:
            good.append(row)
            kept_texts[lines[index]] = text
            continue
        line, row_id = lines[index], _shown_id(row, columns, reason)
        if not row_id or line in table.short or reason == "spreadsheet_error":  # the line is needed to find the row
            detail = f"{name} line {line}: {detail}" if detail else f"{name} line {line}"
        bad.append(RejectedRow(row_id, reason, detail))
    table.notes += text_notes(kept_texts, alphabet)
    if not (row_ids := corrected.row_ids):
        return good, bad, []
    kept = [row.row_id for row in good if row.row_id in row_ids]
    rejected = {row.row_id: row.reason for row in bad if row.row_id in row_ids}
    return good, bad, corrected.outcomes(kept, rejected)


def _row_error(row: Row, columns: Columns) -> tuple[str, str] | None:
    """(reason, how to fix it) if the id or the image of a row is not usable."""
    row_id, image, _ = row
    for column, cell in ((columns.image, image), (columns.id, row_id)):
        if column and is_error(cell):
            return "spreadsheet_error", _error_detail(column, cell)
    if not image:
        return "empty_image", f"fill in column {columns.image}"
    if _NO_PATH.match(image) and not _WEB.match(image):
        shown = f"{image[:60]}…" if len(image) > 60 else image
        return "invalid_url", f"{shown}: {_WRITE_A_URL}"
    source = f"column {columns.id}" if columns.id else f"the file name in column {columns.image}"
    if not row_id:
        return "empty_id", f"fill in {source}"
    if not (row_id.isprintable() and len(row_id) < MAX_ID_BYTES // 4):  # nearly all are
        if len(row_id.encode()) > MAX_ID_BYTES:
            return (
                "unsafe_id",
                f"{source} has {len(row_id.encode()):,} bytes, and {MAX_ID_BYTES:,} are allowed: shorten it",
            )
        if control := _CONTROL.search(row_id):
            return "unsafe_id", f"{source}: delete the character {control[0]!r}"
    if len(image) > MAX_CELL_LENGTH:
        return (
            "malformed_line",
            f"column {columns.image} has {len(image):,} characters, shorten it: {shortened(image)}",
        )
    if "://" in image:
        if not _WEB.match(image):
            return "invalid_url", f"{shortened(image)}: {_WRITE_A_URL}"
    elif _ABSOLUTE.match(image) or ".." in re.split(r"[/\\]", image):
        return "outside_images_folder", f"{shortened(image)}: write a path inside the folder `images` of your config"
    return None


def _text_error(text: str, pattern: str, skipped: set[str], columns: Columns) -> tuple[str, str] | None:
    """The same for the transcription. skipped: transcriptions of unreadable images."""
    if len(text) > MAX_CELL_LENGTH:
        return "malformed_line", f"column {columns.text} has {len(text):,} characters, shorten it: {shortened(text)}"
    if text.strip().casefold() in skipped:
        return "unreadable_transcription", ""
    if is_error(text.strip()):
        return "spreadsheet_error", _error_detail(columns.text, text.strip())
    if not word(pattern):
        return "empty_transcription", f"fill in column {columns.text}, or add its letters to `alphabet` in your config"
    return None


def _duplicates(rows: Sequence[Row], lines: Sequence[int]) -> dict[int, str]:
    """Index of every row to reject for its id -> the lines of all rows with that id.

    Of identical rows, the first one is kept. Rows that differ are all rejected: otherwise the order of the table would
    decide which one is kept.
    """
    if len({row.row_id for row in rows}) == len(rows):
        return {}
    found: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        if row.row_id:
            found.setdefault(row.row_id, []).append(index)
    rejected = {}
    for twins in found.values():
        if len(twins) > 1:
            same = all(rows[twin] == rows[twins[0]] for twin in twins)
            places = ", ".join(str(lines[twin]) for twin in twins[:_NAMED])
            rejected.update(dict.fromkeys(twins[1:] if same else twins, places + ", …" * (len(twins) > _NAMED)))
    return rejected


def _stem(image: str) -> str:
    """The name of the image's file without folder and suffix; empty if the URL is not valid."""
    try:
        path = unquote(urlsplit(image).path) if "://" in image else image
    except ValueError:
        return ""
    return posixpath.splitext(posixpath.basename(path))[0].strip()


def _error_detail(column: str, cell: str) -> str:
    if cell == NOT_COMPUTED:
        return f"column {column} has a formula without a value: open the workbook in Excel and save it"
    if cell == NO_ADDRESS:
        return f"column {column} has a link whose address a formula computes: write the address itself into the cell"
    return f"column {column} has the error {cell}: correct its formula, or write text"


def _shown_id(row: Row, columns: Columns, reason: str) -> str:
    """The id of a rejected row; empty if what stands there cannot be one."""
    no_name = reason == "spreadsheet_error" or (reason == "invalid_url" and "://" not in row.image)
    if is_error(row.row_id) or (columns.id is None and no_name):
        return ""
    return shortened(row.row_id) if reason == "unsafe_id" or len(row.row_id) > MAX_ID_BYTES else row.row_id
