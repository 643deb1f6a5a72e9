"""Parquet files as tables.

Read with pyarrow, as pandas does, but a batch of rows at a time, so that a file that is too large is not unpacked; and
with the types of the file's columns, so that a whole number stays whole if other cells of its column are empty.
"""

import io
import itertools
from pathlib import Path
from typing import Any

from lettermill.base.errors import InputError
from lettermill.table.cells import check_text, displayed
from lettermill.table.content import check_size
from lettermill.table.layout import Columns, Layout, layout_of
from lettermill.table.raw_table import RawTable, to_frame

_BATCH = 1_024
"""Rows that are unpacked at the same time."""


def read_parquet(path: Path, data: bytes, columns: Columns) -> RawTable:
    """The rows of the table at ``path``, by their numbers from 1 on.

    Raises InputError when it cannot be read, a column is missing or is not text, or pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # optional
    except ImportError as error:
        raise InputError(
            f"{path} is a Parquet file, and pyarrow, which reads it, is not installed. Install it:\n"
            "pip install -r requirements-export.txt -c constraints.txt"
        ) from error
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        used = _used_columns(path, file.schema_arrow, columns)
        layout = layout_of(str(path), used, columns, 0)
        return _read_rows(path, file, used, layout)
    except InputError:
        raise
    except Exception as error:  # a damaged file may raise nearly anything in the library
        message = str(error).strip() or type(error).__name__
        raise InputError(f"{path} cannot be read as Parquet: {message}. Copy or download it again.") from error


def _used_columns(path: Path, schema: Any, columns: Columns) -> list[str]:
    """The names of the columns that are needed, each once. schema: of pyarrow."""
    import pyarrow as pa

    every = layout_of(str(path), schema.names, columns, 0)
    places = [place for place in (every.id, every.image, every.text) if place is not None]
    for place in places:
        kind = schema.field(place).type
        if pa.types.is_nested(kind):
            raise InputError(
                f"{path}: column {schema.names[place]!r} contains {kind} instead of text. If these are the images "
                "themselves, save them as files and write their paths into the table."
            )
    return list(dict.fromkeys(schema.names[place] for place in places))


def _read_rows(path: Path, file: Any, used: list[str], layout: Layout) -> RawTable:
    rows: list[list[str]] = []
    lines: list[int] = []
    malformed: list[tuple[int, str]] = []
    size, count = 0, itertools.count(1)
    for batch in file.iter_batches(_BATCH, columns=used):
        cells = [_plain(batch.column(name)) for name in used]
        size += sum(column.nbytes for column in cells)
        check_size(path, size)
        for values in zip(*(column.to_pylist() for column in cells), strict=True):
            number = next(count)
            try:
                rows.append([_cell(name, value) for name, value in zip(used, values, strict=True)])
                lines.append(number)
            except ValueError as error:
                malformed.append((number, str(error)))
    return RawTable(layout, to_frame(rows, lines, layout.width), malformed)


def _plain(column: Any) -> Any:
    """A column (array of pyarrow) with types that Python has. Text is bytes, because it may not be UTF-8."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":  # finer than what Python has
        kind = pa.timestamp("us", kind.tz)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        kind = pa.large_binary()
    return column.cast(kind, safe=False)


def _cell(column: str, value: object) -> str:
    """A value as text. Raises ValueError when it is not text."""
    if value is None or value != value:  # not a number
        return ""
    if not isinstance(value, bytes):
        return displayed(value)
    try:
        return check_text(column, value.decode())
    except UnicodeDecodeError:
        start = value[:8]
        raise ValueError(
            f"column {column} contains {len(value):,} bytes that are not text ({start!r}…). If this is the image "
            "itself, save it as a file and write its path into the table"
        ) from None
