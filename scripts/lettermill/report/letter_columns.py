"""The letters of ``metadata.csv`` as columns, without parsing what was parsed before.

The table is cut into blocks of some thousand lines, where the content of a line says so: when lines change, only the
blocks that contain them are others.
"""

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lettermill.base.errors import CorruptedFileError
from lettermill.base.kept import Kept
from lettermill.base.sampling import sample_key
from lettermill.base.split import PARTS
from lettermill.records.csv_files import columns_of
from lettermill.records.schemas import Delivered

BLOCK_BITS = 13
"""A block has two to the power of this lines on average."""

FINGERPRINT = 24
"""How many bytes of a line say whether a block begins there."""

_COLUMNS = columns_of(Delivered)
_TYPES = {"label": "<u2", "part": "<u1", "start": "<u4", "confidence": "<f8", "order": "<u8"}


@dataclass
class LetterColumns:
    """The letters of a dataset in the order of ``metadata.csv``.

    content: of the file. labels: the labels that occur, sorted. rows: (row id, number of its letters).
    (n,) arrays: label, part: places in ``labels`` and ``PARTS``. start: where the letter's line starts in ``content``.
    confidence: NaN if there is none. order: the first 48 bits of the ``sample_key`` of the file name.
    """

    content: bytes
    labels: list[str]
    rows: list[tuple[str, int]]
    label: np.ndarray
    part: np.ndarray
    start: np.ndarray
    confidence: np.ndarray
    order: np.ndarray

    def name(self, place: int) -> str:
        """The file name of a letter."""
        start = int(self.start[place])
        line = self.content[start : self.content.index(b"\n", start)].decode()
        return next(csv.reader([line]))[0]  # the first field, whatever follows

    def first(self, order: np.ndarray, among: np.ndarray, count: int) -> list[int]:
        """The ``count`` letters of ``among`` (places) with the smallest ``order``, then file name."""
        if len(among) > count:
            last = np.partition(order[among], count - 1)[count - 1]
            among = among[order[among] <= last]
        return sorted(among.tolist(), key=lambda place: (order[place], self.name(place)))[:count]

    def of_rows(self, rows: Collection[str]) -> np.ndarray:
        """(n,) bool: whether each letter is of one of these rows."""
        counts = [count for _, count in self.rows]
        return np.repeat(np.array([row_id in rows for row_id, _ in self.rows], bool), counts)


def read_columns(metadata: Path, kept: Kept) -> LetterColumns:
    """The letters of the table ``metadata``.

    kept: what is known of blocks of the same content. Raises CorruptedFileError when the table is damaged.
    """
    try:
        content = metadata.read_bytes()
        header = ",".join(_COLUMNS).encode() + b"\n"
        if not content.startswith(header):
            raise ValueError(f"the header must be {','.join(_COLUMNS)}")
        if not content.endswith(b"\n"):
            raise ValueError("the last line is incomplete")
        edges = [len(header), *_edges(content, len(header)), len(content)]
        blocks = [_block(content[start:end], kept) for start, end in itertools.pairwise(edges)]
    except (OSError, ValueError, OverflowError, csv.Error) as error:
        raise CorruptedFileError(f"{metadata}: {error}. Delete it and run again.") from error
    labels = sorted({label for known, _ in blocks for label in known["labels"]})
    places = {label: place for place, label in enumerate(labels)}
    columns: dict[str, list[np.ndarray]] = {name: [np.zeros(0, kind)] for name, kind in _TYPES.items()}
    rows: list[tuple[str, int]] = []
    for start, (known, arrays) in zip(edges, blocks, strict=False):
        for name, array in arrays.items():
            columns[name].append(array.astype(np.int64) + start if name == "start" else array)
        columns["label"][-1] = np.array([places[label] for label in known["labels"]], np.uint16)[arrays["label"]]
        of_block = list(map(tuple, known["rows"]))
        if rows and of_block and rows[-1][0] == of_block[0][0]:
            row_id, count = rows.pop()
            of_block[0] = (row_id, count + of_block[0][1])
        rows += of_block
    return LetterColumns(content, labels, rows, **{name: np.concatenate(arrays) for name, arrays in columns.items()})


def _edges(content: bytes, first: int) -> list[int]:
    """Where blocks begin, besides the first: content is that of the table, ``first`` the place of its first record."""
    if len(content) < first + 2 * FINGERPRINT:
        return []
    text = np.frombuffer(content, np.uint8)
    starts = np.flatnonzero(text[first:] == ord("\n"))[:-1] + first + 1
    if b'"' in content:  # an id may contain line breaks
        starts = starts[np.cumsum(text == ord('"'), dtype=np.int32)[starts - 1] % 2 == 0]
    starts = starts[starts <= len(content) - FINGERPRINT]
    eights = np.ndarray((len(content) - 7,), "<u8", content, strides=(1,))
    mixed = np.zeros(len(starts), np.uint64)
    for place in range(0, FINGERPRINT, 8):
        mixed = (mixed ^ eights[starts + place]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(32)
    return [int(start) for start in starts[mixed & np.uint64((1 << BLOCK_BITS) - 1) == 0]]


def _block(lines: bytes, kept: Kept) -> tuple[dict, dict[str, np.ndarray]]:
    """(labels and rows, columns) of a block of lines. The columns are those of ``LetterColumns``; starts are within the
    block."""
    known, _, packed = kept.get(hashlib.sha256(lines).digest(), lambda: _packed(lines)).partition(b"\n")
    header = json.loads(known)
    arrays, place = {}, 0
    for name, kind in _TYPES.items():
        arrays[name] = np.frombuffer(packed, kind, header["letters"], place)
        place += arrays[name].nbytes
    return header, arrays


def _packed(lines: bytes) -> bytes:
    starts, records = [], []
    for start, record in _records(lines):
        if len(record) != len(_COLUMNS):
            raise ValueError(f"expected {len(_COLUMNS)} fields, found {len(record)}")
        starts.append(start)
        records.append(record)
    columns = dict(zip(_COLUMNS, list(zip(*records, strict=True)) or [()] * len(_COLUMNS), strict=True))
    labels = sorted(set(columns["label"]))
    places = {label: place for place, label in enumerate(labels)}
    if not set(columns["split"]) <= set(PARTS):
        raise ValueError("a letter has an unknown split")
    values: dict[str, Sequence[float]] = {
        "label": [places[label] for label in columns["label"]],
        "part": [PARTS.index(part) for part in columns["split"]],
        "start": starts,
        "confidence": [float(field or "nan") for field in columns["confidence"]],
        "order": [random_order(name) for name in columns["file_name"]],
    }
    rows = [(row_id, len(list(group))) for row_id, group in itertools.groupby(columns["row_id"])]
    header = json.dumps({"letters": len(records), "labels": labels, "rows": rows}, separators=(",", ":"))
    return b"\n".join([header.encode(), b"".join(np.array(values[name], _TYPES[name]).tobytes() for name in _TYPES)])


def _records(lines: bytes) -> Iterator[tuple[int, list[str]]]:
    """(start, fields) of each record."""
    starts, place = [], 0
    for line in io.BytesIO(lines):
        starts.append(place)
        place += len(line)
    reader = csv.reader((line.decode() for line in io.BytesIO(lines)), strict=True)
    number = 0
    for record in reader:
        yield starts[number], record
        number = reader.line_num


def random_order(name: str) -> int:
    """The first 48 bits of the ``sample_key`` of ``name``."""
    return int.from_bytes(sample_key(name)[:6])
