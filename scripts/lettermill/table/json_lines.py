"""JSON Lines as tables: one object per line.

pandas reads such a file as a whole or not at all, and changes numbers (5 becomes ``5.0`` if another row has none, 1e5
becomes ``100000.0``). Here a bad line affects no other line, and a number stays as it is written.
"""

import json
import re
from pathlib import Path

from lettermill.base.errors import InputError
from lettermill.table.cells import check_text
from lettermill.table.encoding import Text
from lettermill.table.layout import Columns, layout_of
from lettermill.table.raw_table import RawTable, to_frame

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

_OBJECT = re.compile(rb'\s*\{\s*["}]')
_OBJECTS_BELOW = re.compile(rb'^[ \t]*\{\s*"', re.MULTILINE)
_ARRAY = re.compile(rb"\s*\[\s*\{")


def is_json_lines(path: Path, data: bytes) -> bool:
    """Whether the text ``data`` (UTF-8) of the table at ``path`` is JSON Lines.

    The name matters only if the first line is not an object and another is. Raises InputError for other JSON.
    """
    if _ARRAY.match(data):
        raise InputError(
            f"{path} is a JSON array, not JSON Lines. Write one object per line, for example with pandas: "
            "`to_json(…, orient='records', lines=True)`."
        )
    return bool(_OBJECT.match(data) or (path.name.lower().endswith(SUFFIXES) and _OBJECTS_BELOW.search(data)))


def read_json_lines(path: Path, text: Text, columns: Columns) -> RawTable:
    """The rows of the table at ``path``. Raises InputError when no line is an object, or a column is missing."""
    wanted = {name.strip() for name in columns if name}
    objects: list[dict[str, object]] = []
    lines: list[int] = []
    malformed: list[tuple[int, str]] = []
    names: dict[str, None] = {}
    for number, line in enumerate(text.data.splitlines(), 1):
        if line.isspace() or not line:
            continue
        try:
            if number in text.damaged:
                raise ValueError(text.damaged[number])
            found = _object(line)
        except ValueError as error:
            malformed.append((number, str(error)))
            continue
        names |= dict.fromkeys(found)
        objects.append({name: value for name, value in found.items() if name.strip() in wanted})
        lines.append(number)
    if not names:
        why = f", line {malformed[0][0]}: {malformed[0][1]}" if malformed else ": there is no object with a key"
        raise InputError(f"{path}{why}. Write one JSON object per line: {_example(columns)}")
    place = layout_of(f"{path}, line {lines[0]}", list(names), columns, 0)
    every = list(names)
    used = list(dict.fromkeys(every[index] for index in (place.id, place.image, place.text) if index is not None))
    layout = layout_of(str(path), used, columns, 0)
    rows, kept = [], []
    for number, found in zip(lines, objects, strict=True):
        try:
            rows.append([_cell(name, found.get(name)) for name in used])
            kept.append(number)
        except ValueError as error:
            malformed.append((number, str(error)))
    return RawTable(layout, to_frame(rows, kept, layout.width), sorted(malformed), notes=list(text.notes))


def _object(line: bytes) -> dict[str, object]:
    """The object on a line, with numbers as they are written and NaN as None. Raises ValueError."""
    try:
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=lambda name: None)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        raise ValueError(f"not JSON: {what} at character {error.pos + 1}: correct the line") from error
    except RecursionError as error:
        raise ValueError("the JSON is too deeply nested: write one flat object") from error
    if not isinstance(found, dict):
        raise ValueError("not a JSON object: write {…}")
    return found


def _cell(column: str, value: object) -> str:
    """A value as text. Raises ValueError for a list or an object."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return check_text(column, value)
    raise ValueError(f"column {column} contains a list or an object: write text")


def _example(columns: Columns) -> str:
    return json.dumps(dict.fromkeys((name for name in columns if name), "…"), ensure_ascii=False)
