"""The diagnosis on the report's page, with example pictures."""

from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.findings import KINDS, LEARNING
from lettermill.base.sampling import sample_key
from lettermill.image.codec import decode_colour
from lettermill.records.csv_files import read_fields, read_records
from lettermill.records.current import current
from lettermill.records.schemas import Diagnosed, Finding, Printed, ReviewWord
from lettermill.report.letter_pictures import data_uri, small_png
from lettermill.stages.findings import EXAMPLES


def diagnosed(
    diagnosis: Path | None, printed: Path | None, batches: Sequence[Path]
) -> list[tuple[Diagnosed, list[tuple[str, str]]]]:
    """Each diagnosis with up to ``EXAMPLES`` examples of it: (row id, picture as a data URL).

    diagnosis, printed: files written by ``diagnosis_of`` and ``learn_recogniser``. batches: folders written by
    ``cut_batch``.
    """
    found = read_records(diagnosis, Diagnosed) if diagnosis else []
    pictures = _pictures(batches, printed, {one.kind for one in found})
    return [(one, list(_first(pictures.get(one.kind, {})))) for one in found]


def _pictures(batches: Sequence[Path], printed: Path | None, kinds: Set[str]) -> dict[str, dict[str, Path]]:
    """Those of ``kinds`` -> row id -> its picture. Printed labels show only when all batches are known: `learn` names
    their rows."""
    pictures: dict[str, dict[str, Path]] = {kind: {} for kind in kinds}
    with_print = {row.row_id for row in read_records(printed, Printed) if row.printed} if printed else set()
    for batch in batches if kinds & KINDS.keys() else ():
        for row_id, _, _, _, found, picture in read_fields(batch / "findings.csv", Finding):
            for kind in kinds & set(found.split()) if picture else ():
                pictures[kind][row_id] = batch / picture
    for batch in batches if kinds & {"print", LEARNING} else ():
        for row_id, _, file, *_, reason in read_fields(current(batch, "review_words.csv"), ReviewWord):
            kind = "print" if row_id in with_print else LEARNING if reason else ""
            if kind in kinds:
                pictures[kind][row_id] = batch / file
    return pictures


def _first(pictures: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """A random sample. Pictures come from outside and are encoded again."""
    for row_id in sorted(pictures, key=sample_key)[:EXAMPLES]:
        image = decode_colour(pictures[row_id].read_bytes()) if pictures[row_id].is_file() else None
        if image is None:
            path = pictures[row_id]
            raise CorruptedFileError(f"{path} is missing or cannot be decoded. Rerun the rules `cut` and `dataset`.")
        yield row_id, data_uri(small_png(image))
