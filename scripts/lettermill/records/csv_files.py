"""Tables as CSV files, one per batch: UTF-8, the columns of a schema as the header, lines that end in ``\n``."""

import csv
import io
import itertools
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer
from lettermill.records.schemas import StoppedRow

OF_FOLDERS = (
    *("status.csv", "offsets.csv", "letters.csv", "rejected.csv", "corrections.csv"),
    *("review_letters.csv", "review_words.csv", "findings.csv"),
)
"""Tables that a job writes together with their folder. If one is damaged, the folder must be deleted."""

R = TypeVar("R", bound=NamedTuple)
"""A record."""


class _OfRow(Protocol):
    @property
    def row_id(self) -> str: ...


L = TypeVar("L", bound=_OfRow)
"""A record of a row."""


def columns_of(schema: type[NamedTuple]) -> tuple[str, ...]:
    """The columns of a table of ``schema``: its fields, a box as four columns in its place."""
    return tuple(
        column
        for field, hint in typing.get_type_hints(schema).items()
        for column in (Box._fields if hint is Box else (field,))
    )


def write_records(path: Path, schema: type[R], records: Iterable[R]) -> None:
    """Write ``records`` of type ``schema`` to the CSV file ``path`` (UTF-8, ``\\n``), atomically."""
    _write(path, columns_of(schema), map(_flat(schema), records))


def csv_of(schema: type[R], records: Iterable[R]) -> str:
    """What ``write_records`` would write, but with carriage returns as they are."""
    lines = [columns_of(schema), *map(_flat(schema), records)]
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        file = io.StringIO()
        csv.writer(file, lineterminator="\n", quoting=quoting).writerows(lines)
        if "\r" not in file.getvalue():
            break
    return file.getvalue()


def read_records(path: Path, schema: type[R]) -> list[R]:
    """Read the CSV file ``path`` as records of type ``schema``.

    Raises CorruptedFileError, with file and line, when it is not what ``write_records`` writes.
    """
    return records_of(path.read_bytes(), schema, path)


def records_of(content: bytes, schema: type[R], path: Path) -> list[R]:
    """The same of the ``content`` of the CSV file ``path``."""
    return _parsed(path, content, columns_of(schema), _parser(schema))


def read_some(path: Path, schema: type[R], wanted: Callable[[list[str]], object]) -> list[R]:
    """The records of type ``schema`` of those lines of the CSV file ``path`` for which ``wanted`` is true, given their
    columns as text. Raises CorruptedFileError as ``read_records`` does, for these lines and those out of form."""
    return _parsed(path, path.read_bytes(), columns_of(schema), _parser(schema), wanted)


def read_rows(path: Path, schema: type[R], row_ids: Collection[str]) -> list[R]:
    """The records of type ``schema``, whose first column is the row, of rows ``row_ids`` in the CSV file ``path``. It
    must have been read before: lines of other rows are not checked."""
    text = path.read_bytes().decode()
    if '"' in text:  # a line may be a part of a record
        return read_some(path, schema, lambda fields: fields[0] in row_ids)
    lines = [line for line in text.split("\n")[1:] if line.partition(",")[0] in row_ids]
    return list(map(_parser(schema), csv.reader(lines, strict=True)))


def write_results(path: Path, schema: type[R], results: Iterable[R | StoppedRow]) -> None:
    """Write the results of a stage as ``write_records`` does: records of type ``schema``, and one line for each row
    that the stage has rejected. The columns of ``StoppedRow`` come last and are empty in the lines of records."""
    _write(path, _columns_of_results(schema), map(_flat_result(schema), results))


def read_results(path: Path, schema: type[R]) -> list[R | StoppedRow]:
    """Read what ``write_results`` has written; a line is a ``StoppedRow`` when its reason is not empty.

    Raises CorruptedFileError as ``read_records``.
    """
    return _parsed(path, path.read_bytes(), _columns_of_results(schema), _result_parser(schema))


def as_text(schema: type[R], results: Iterable[R | StoppedRow]) -> list[list[str]]:
    """The fields that ``write_results`` would write, as text."""
    flat = _flat_result(schema)
    return [["" if value is None else str(value) for value in flat(result)] for result in results]


def from_text(schema: type[R], lines: Iterable[list[str]]) -> list[R | StoppedRow]:
    """The results whose fields ``as_text`` has returned."""
    return list(map(_result_parser(schema), lines))


def by_row(results: Iterable[L | StoppedRow]) -> Iterator[tuple[str, list[L] | StoppedRow]]:
    """(row id, its records or its ``StoppedRow``) of ``results``, in which the lines of a row are consecutive."""
    for row_id, group in itertools.groupby(results, key=lambda result: result.row_id):
        found = list(group)
        first = found[0]
        yield row_id, first if isinstance(first, StoppedRow) else typing.cast(list[L], found)


def read_fields(path: Path, schema: type[NamedTuple]) -> Iterator[list[str]]:
    """The lines of the CSV file ``path`` as lists of text, one item for each of ``columns_of(schema)``.

    Several times as fast as ``read_records``, for tables of all letters. Raises CorruptedFileError as ``read_records``
    does, while the lines are read."""
    return (fields for _, fields in _lines(path, path.read_bytes(), columns_of(schema)))


@cache
def _columns_of_results(schema: type[NamedTuple]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*columns_of(schema), *StoppedRow._fields)))


@cache
def _flat_result(schema: type[R]) -> Callable[[R | StoppedRow], Sequence[object]]:
    """A function from a result to the values of its columns."""
    columns = _columns_of_results(schema)
    own, stopped = columns_of(schema), StoppedRow._fields
    flat = _flat(schema)
    empty = [""] * (len(columns) - len(own))
    places = [stopped.index(column) if column in stopped else None for column in columns]

    def values(result: R | StoppedRow) -> Sequence[object]:
        if isinstance(result, StoppedRow):
            return ["" if place is None else result[place] for place in places]
        return [*flat(result), *empty]

    return values


@cache
def _result_parser(schema: type[R]) -> Callable[[list[str]], R | StoppedRow]:
    """A function from the columns of a result, as text, to the result."""
    columns = _columns_of_results(schema)
    own, parse = len(columns_of(schema)), _parser(schema)
    reason, places = columns.index("reason"), [columns.index(field) for field in StoppedRow._fields]

    def result(fields: list[str]) -> R | StoppedRow:
        return StoppedRow(*(fields[place] for place in places)) if fields[reason] else parse(fields[:own])

    return result


def _write(path: Path, columns: Sequence[str], lines: Iterable[Iterable[object]]) -> None:
    with atomic_writer(path, text=True) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(map(_without_returns, lines))


def _parsed(
    path: Path,
    content: bytes,
    columns: Sequence[str],
    parse: Callable[[list[str]], R],
    wanted: Callable[[list[str]], object] = bool,
) -> list[R]:
    records = []
    for line, fields in _lines(path, content, columns):
        try:
            if wanted(fields):
                records.append(parse(fields))
        except ValueError as error:
            raise _corrupted(path, line, error) from error
    return records


def _lines(path: Path, content: bytes, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """(number, fields) of the lines of ``content`` after the header, which must be ``columns``."""
    count = len(columns)
    lines: Iterable[str]
    try:
        lines = io.StringIO(content.decode(), newline="\n")
    except UnicodeDecodeError:
        lines = (text.decode() for text in io.BytesIO(content))  # finds the line
    reader = csv.reader(lines, strict=True)
    try:
        if next(reader, []) != list(columns):
            raise ValueError(f"the header must be {','.join(columns)}")
        for fields in reader:
            if len(fields) != count:
                raise ValueError(f"expected {count} fields, found {len(fields)}")
            yield reader.line_num, fields
        if not content.endswith(b"\n"):
            raise ValueError("the last line is incomplete")
    except UnicodeDecodeError as error:  # the reader has not counted this line yet
        raise _corrupted(path, reader.line_num + 1, ValueError("the line is not UTF-8")) from error
    except (ValueError, csv.Error) as error:
        raise _corrupted(path, max(reader.line_num, 1), error) from error


def _corrupted(path: Path, line: int, error: Exception) -> CorruptedFileError:
    what = f"the folder {path.parent}" if path.name in OF_FOLDERS else "it"
    return CorruptedFileError(f"{path}, line {line}: {error}. Delete {what} and run again.")


def _without_returns(fields: Iterable[object]) -> list[object]:
    """``fields``, lone carriage returns as ``\\r``: csv writes them as they are and reads a new line."""
    return [field.replace("\r", "\\r") if isinstance(field, str) else field for field in fields]


def _place_of_box(schema: type[NamedTuple]) -> int | None:
    """The index of the field of ``schema`` that is a box, if there is one. No schema has two."""
    hints = list(typing.get_type_hints(schema).values())
    return hints.index(Box) if Box in hints else None


def _flat(schema: type[R]) -> Callable[[R], Sequence[object]]:
    """A function from a record to the values of its columns."""
    place = _place_of_box(schema)
    if place is None:
        return lambda record: record
    return lambda record: (*record[:place], *record[place], *record[place + 1 :])


def _parser(schema: type[R]) -> Callable[[list[str]], R]:
    """A function from the columns of a record, as text, to the record. It raises ValueError when a column has the
    wrong type."""
    hints = typing.get_type_hints(schema).values()
    kinds = [kind for hint in hints for kind in ([int] * len(Box._fields) if hint is Box else [hint])]
    parsers = [(column, _parser_of(kind)) for column, kind in enumerate(kinds) if kind is not str]
    place = _place_of_box(schema)
    make = typing.cast(Callable[[Iterable[object]], R], schema._make)

    def record(fields: list[str]) -> R:
        values: list[Any] = list(fields)
        for column, parse in parsers:
            values[column] = parse(values[column])
        if place is not None:
            values[place : place + len(Box._fields)] = (Box._make(values[place : place + len(Box._fields)]),)
        return make(values)

    return record


def _parser_of(hint: object) -> Callable[[str], object]:
    if isinstance(hint, types.UnionType):
        inner = next(kind for kind in typing.get_args(hint) if kind is not type(None))
        return lambda field: inner(field) if field else None
    return typing.cast(Callable[[str], object], hint)
