"""JSON Lines: every object is a row, numbers are as they are written, and a bad line costs no other."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lettermill.base.errors import InputError
from lettermill.table.layout import Columns
from tables import COLUMNS, HEADER, cells, read, rows_of

GOOD = '{"id": "1", "image": "http://h/1.jpg", "text": "ANA"}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.jsonl"


@pytest.mark.parametrize("name", ["words.jsonl", "words.ndjson", "words.csv", "words"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_names_and_line_ends_do_not_count(tmp_path: Path, name: str, newline: str) -> None:
    lines = newline.join([GOOD.strip(), "", '{"text": "ZOÉ", "kind": 3, "image": "b.png", "id": "007"}'])
    for data in (lines.encode(), lines.encode("utf-16"), lines.encode("utf-8-sig"), gzip.compress(lines.encode())):
        table = cells(tmp_path / name, data)
        assert rows_of(table) == [["1", "http://h/1.jpg", "ANA"], ["007", "b.png", "ZOÉ"]]
        assert table.lines == [1, 3]


def test_csv_under_the_name_of_json_lines_is_csv(path: Path) -> None:
    assert rows_of(cells(path, f"{HEADER}1,a.jpg,ANA\n")) == [["1", "a.jpg", "ANA"]]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("5", "5"), ("5.0", "5.0"), ("1e5", "1e5"), ("-0", "-0"), ("98765432109876543210", "98765432109876543210"),
        ('"007"', "007"), ('"1e5"', "1e5"), ('"null"', "null"), ("null", ""), ("NaN", ""), ("true", "true"),
        ("false", "false"), ('""', ""), ('" x "', " x "), (r'"\u00e9\ud83d\ude00"', "é😀"), (r'"a\nb"', "a\nb"),
    ],
)  # fmt: skip
def test_values_are_as_they_are_written(path: Path, value: str, cell: str) -> None:
    table = cells(path, GOOD + f'{{"id": {value}, "image": "a.jpg", "text": "A"}}\n')
    assert rows_of(table)[1] == [cell, "a.jpg", "A"] and not table.malformed


def test_missing_keys_are_empty_and_other_keys_do_not_matter(path: Path) -> None:
    content = '{"image": "a.jpg", "box": [1, {"x": NaN}]}\n{"text": "B", "box": {}}\n' + GOOD
    assert rows_of(cells(path, content)) == [["", "a.jpg", ""], ["", "", "B"], ["1", "http://h/1.jpg", "ANA"]]
    assert [row.reason for row in read(path, content).rejected] == ["empty_id", "empty_image"]


def test_names_of_columns_may_have_spaces_around_them_and_ids_may_come_from_images(path: Path) -> None:
    table = cells(path, '{" image ": "a.jpg", "text": "A"}\n', Columns(None, "image", "text"))
    assert rows_of(table) == [["a.jpg", "A"]] and table.layout.id is None


BAD = {
    "{": "not JSON: Expecting property name enclosed in double quotes at character 2: correct the line",
    '{"id": "2", "image": "b.jpg"': "not JSON: Expecting ',' delimiter at character 29: correct the line",
    "oops": "not JSON: Expecting value at character 1: correct the line",
    "[1, 2]": "not a JSON object: write {…}",
    "7": "not a JSON object: write {…}",
    "[" * 100_000: "the JSON is too deeply nested: write one flat object",
    '{"id": "2", "image": ["b.jpg"], "text": "B"}': "column image contains a list or an object: write text",
    '{"id": "2", "image": "b.jpg", "text": {"en": "B"}}': "column text contains a list or an object: write text",
    r'{"id": "2\u0000", "image": "b.jpg", "text": "B"}': "column id contains a NUL byte: delete it",
    r'{"id": "2", "image": "\ud800.jpg", "text": "B"}': r"column image contains half a character ('\ud800'): delete it",
    '{"id": "2", "image": "a\tb.jpg", "text": "B"}': (
        "not JSON: Invalid control character at character 24: correct the line"
    ),
}


@pytest.mark.parametrize(("line", "message"), BAD.items(), ids=[line[:20] for line in BAD])
def test_a_bad_line_is_named_and_costs_no_other(path: Path, line: str, message: str) -> None:
    content = f"{GOOD}\n{line}\n{GOOD.replace('1', '3')}"
    table = read(path, content)
    assert list(table.rows) == ["1", "3"]
    assert [tuple(row) for row in table.rejected] == [("", "malformed_line", f"words.jsonl line 3: {message}")]


def test_a_first_line_that_is_bad_costs_no_other_where_the_name_tells(path: Path) -> None:
    assert list(read(path, f"oops\n{GOOD}").rows) == ["1"]


def test_lines_in_no_encoding_cost_their_own(path: Path) -> None:
    data = GOOD.encode() + b'{"id": "2", "image": "b.jpg", "text": "\xc9"}\n'
    assert [row[2] for row in rows_of(cells(path, data))] == ["ANA", "É"]
    assert [note.line for note in cells(path, data).notes] == [2]
    table = cells(path, data, encoding="utf-8")
    assert len(table.cells) == 1
    assert table.malformed == [(2, "bytes that are not utf-8: correct them, or correct `encoding` in your config")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": 1, "url": "a"}\n', "line 1: there is no column 'image'. The columns are 'id', 'url'"),
        ('\n{"id": 1}\n', "line 2: there is no column 'image'"),
        ('[\n {"id": 1}\n]', "is a JSON array, not JSON Lines. Write one object per line"),
        ('{\n "id": 1\n}\n', 'line 1: not JSON: .* Write one JSON object per line: {"id": "…"'),
        ("{}\n", "there is no object with a key"),
    ],
)
def test_what_is_no_table_is_a_clear_error(path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=f"words.jsonl.*{message}"):
        read(path, content)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text('{}[]":,\\u0dn1e \n\r', max_size=40).map(str.encode))
def test_any_bytes_end_as_rows_or_reported_lines(path: Path, data: bytes) -> None:
    content = GOOD.encode() + data
    table = cells(path, content)
    covered = [*table.lines, *(line for line, _ in table.malformed)]
    assert sorted(covered) == [number for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    assert rows_of(table)[0] == ["1", "http://h/1.jpg", "ANA"]


def test_what_pandas_writes_is_read(path: Path) -> None:
    frame = pd.DataFrame({"id": ["1", "2"], "image": ["é/a.jpg", "b.jpg"], "text": ["A\nB", None]})
    frame.to_json(path, orient="records", lines=True)
    assert rows_of(cells(path, path.read_bytes(), COLUMNS)) == [["1", "é/a.jpg", "A\nB"], ["2", "b.jpg", ""]]
    assert json.loads(path.read_text().splitlines()[1])["text"] is None
