"""Tables as CSV files, one a batch: UTF-8, the names of a schema's fields as the header, ``\n`` at the end of lines."""

import csv
import io
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer

OF_FOLDERS = (
    *("status.csv", "offsets.csv", "letters.csv", "rejected.csv", "corrections.csv"),
    *("doubtful_letters.csv", "doubtful_words.csv"),
)
"""Tables that a job makes together with the folder that they are in."""

R = TypeVar("R", bound=NamedTuple)


def write_records(path: Path, schema: type[R], records: Iterable[R]) -> None:
    """Write ``records`` of type ``schema`` to the CSV file ``path`` (UTF-8, ``\\n``), atomically."""
    with atomic_writer(path, text=True) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(schema._fields)
        writer.writerows(map(_without_returns, records))


def read_records(path: Path, schema: type[R]) -> list[R]:
    """Read the CSV file ``path`` as records of type ``schema``.

    Raises CorruptedFileError, naming file and line, when it is not what ``write_records`` writes.
    """
    parsers = [_parser(hint) for hint in typing.get_type_hints(schema).values()]
    records = []
    for line, fields in _lines(path, schema):
        try:
            records.append(schema(*(parse(field) for parse, field in zip(parsers, fields, strict=True))))
        except ValueError as error:
            raise _corrupted(path, line, error) from error
    return records


def read_fields(path: Path, schema: type[NamedTuple]) -> Iterator[list[str]]:
    """The lines of the CSV file ``path``, which holds records of type ``schema``, as text: several times as fast as
    ``read_records``, for tables of all letters. Raises CorruptedFileError likewise, while it is gone through."""
    for line, fields in _lines(path, schema):
        if len(fields) != len(schema._fields):
            raise _corrupted(path, line, ValueError(f"{len(fields)} fields, not {len(schema._fields)}"))
        yield fields


def _lines(path: Path, schema: type[NamedTuple]) -> Iterator[tuple[int, list[str]]]:
    """(number, fields) of the lines after the header."""
    content = path.read_bytes()
    reader = csv.reader((text.decode() for text in io.BytesIO(content)), strict=True)
    try:
        if tuple(next(reader, [])) != schema._fields:
            raise ValueError(f"the header is not {','.join(schema._fields)}")
        for fields in reader:
            yield reader.line_num, fields
        if not content.endswith(b"\n"):
            raise ValueError("the last line is not whole")
    except (ValueError, csv.Error) as error:
        raise _corrupted(path, max(reader.line_num, 1), error) from error


def _corrupted(path: Path, line: int, error: Exception) -> CorruptedFileError:
    what = f"the folder {path.parent}" if path.name in OF_FOLDERS else "it"
    return CorruptedFileError(f"{path}, line {line}: {error}. Delete {what} and run again.")


def _without_returns(record: NamedTuple) -> list:
    """The fields of ``record``, lone carriage returns as ``\\r``: csv writes them as they are and reads a new line."""
    return [field.replace("\r", "\\r") if isinstance(field, str) else field for field in record]


def _parser(hint: object) -> Callable[[str], object]:
    if hint is str:
        return str
    if isinstance(hint, types.UnionType):
        inner = next(kind for kind in typing.get_args(hint) if kind is not type(None))
        return lambda field: inner(field) if field else None
    return typing.cast(Callable[[str], object], hint)
