"""What the exports share: the letters of a batch by part of the split, their images, their classes, their number."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from lettermill.base.alphabet import Alphabet
from lettermill.base.errors import CorruptedFileError
from lettermill.base.split import PARTS, Split
from lettermill.records.csv_files import columns_of, read_fields, read_records
from lettermill.records.schemas import Letter

TYPES = {
    "row_id": "string",
    "position": "int32",
    "x": "int32",
    "y": "int32",
    "width": "int32",
    "height": "int32",
    "confidence": "float64",
    "method": "string",
}
"""The fields of a Letter that say where it comes from -> type of the column, as parquet and Hugging Face call it."""

_LABEL, _ROW = (columns_of(Letter).index(name) for name in ("label", "row_id"))


def classes_of(alphabet: str) -> list[str]:
    """The classes, in the order of their indices, for config ``alphabet``: its letters by their code points.

    They are those that may be delivered, not those that are: new rows give no class another index.
    """
    return sorted(Alphabet(alphabet).letters)


def letters_by_part(batch: Path, split: Split) -> dict[str, list[Letter]]:
    """Part -> its letters in ``batch``, a folder that ``cut_batch`` has written, by row and position."""
    parts: dict[str, list[Letter]] = {part: [] for part in PARTS}
    for letter in read_records(batch / "letters.csv", Letter):
        parts[split.part_of(letter.row_id)].append(letter)
    return parts


def image_of(batch: Path, letter: Letter) -> bytes:
    """The file of a letter as it is; raises CorruptedFileError when it is missing."""
    path = batch / letter.file_name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CorruptedFileError(f"{path} is missing. Delete {batch} and run again: it will be made anew.") from None


def provenance(letter: Letter) -> dict[str, object]:
    """Where a letter comes from: the fields in TYPES."""
    fields = {**letter._asdict(), **letter.box._asdict()}
    return {name: fields[name] for name in TYPES}


def count_letters(batches: Iterable[Path], split: Split) -> Counter[tuple[str, str]]:
    """(part, label) -> letters in ``batches``."""
    part_of = cache(split.part_of)
    return Counter(
        (part_of(fields[_ROW]), fields[_LABEL])
        for batch in batches
        for fields in read_fields(batch / "letters.csv", Letter)
    )


def totals(counts: Mapping[tuple[str, str], int]) -> Counter[str]:
    """Part -> letters, of what ``count_letters`` gives."""
    found: Counter[str] = Counter()
    for (part, _), count in counts.items():
        found[part] += count
    return found


def indices(classes: Sequence[str]) -> dict[str, int]:
    """Label -> index of its class."""
    return {label: index for index, label in enumerate(classes)}


def idx_labels(classes: Sequence[str]) -> str:
    """The name of a file of labels in IDX, after the part: more than 256 classes do not fit into a byte each."""
    return "labels-idx1-ubyte.gz" if len(classes) <= 256 else "labels-idx1-int.gz"
