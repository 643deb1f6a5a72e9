"""Parquet files are read as text that a person would write for what is in them."""

import datetime
import decimal
import gzip
import io
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lettermill.base.errors import InputError
from lettermill.plan.validated_table import read_validated_table
from lettermill.table.layout import Columns
from tables import COLUMNS, LATIN, cells, read, rows_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.parquet"


def parquet(**columns: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


GOOD = parquet(
    id=["1", "007", "NULL"], image=["a.jpg", "http://h/b.jpg", "c.jpg"], text=["ANA", "ZOÉ", "NA"], more=[[1], None, []]
)


@pytest.mark.parametrize("name", ["words.parquet", "words.csv", "words"])
def test_names_do_not_count(tmp_path: Path, name: str) -> None:
    for data in (GOOD, gzip.compress(GOOD)):
        table = cells(tmp_path / name, data)
        assert rows_of(table) == [["1", "a.jpg", "ANA"], ["007", "http://h/b.jpg", "ZOÉ"], ["NULL", "c.jpg", "NA"]]
        assert table.lines == [1, 2, 3] and not table.notes


DAY = datetime.datetime(2026, 3, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([5, None, -1], pa.int64()), ["5", "", "-1"]),
        (pa.array([2**63], pa.uint64()), [str(2**63)]),
        (pa.array([5.0, 0.5, None, float("nan"), 1e15], pa.float64()), ["5", "0.5", "", "", "1000000000000000"]),
        (pa.array([0.1], pa.float32()), ["0.100000001490116"]),
        (pa.array([True, None]), ["TRUE", ""]),
        (pa.array([b"ANA", "É".encode(), None], pa.binary()), ["ANA", "É", ""]),
        (pa.array(["b", "a", None, "b"]).dictionary_encode(), ["b", "a", "", "b"]),
        (pa.array(["A"], pa.large_string()), ["A"]),
        (pa.array([DAY, DAY.replace(hour=7)], pa.timestamp("ns")), ["2026-03-01", "2026-03-01 07:00:00"]),
        (pa.array([1], pa.timestamp("ns")), ["1970-01-01"]),
        (pa.array([DAY.date()]), ["2026-03-01"]),
        (pa.array([decimal.Decimal("007.50")]), ["7.50"]),
        (pa.array([None, None]), ["", ""]),
    ],
    ids=str,
)
def test_values_are_as_people_see_them(path: Path, values: pa.Array, expected: list[str]) -> None:
    count = len(values)
    table = cells(path, parquet(id=values, image=["a.jpg"] * count, text=["A"] * count))
    assert [row[0] for row in rows_of(table)] == expected and not table.malformed


def test_whole_numbers_beside_an_empty_cell_are_what_pandas_would_lose(path: Path) -> None:
    data = parquet(id=pa.array([5, None]), image=["a.jpg", "b.jpg"], text=["A", "B"])
    assert pd.read_parquet(io.BytesIO(data))["id"].map(str, na_action=None).tolist() == ["5.0", "nan"]
    assert [row[0] for row in rows_of(cells(path, data))] == ["5", ""]


def test_what_is_no_text_costs_its_row(path: Path) -> None:
    images = [b"a.jpg", b"\x89PNG\r\n\x1a\n" + bytes(99), b"c\0.jpg", b"d.jpg"]
    table = read(path, parquet(id=list("1234"), image=pa.array(images, pa.binary()), text=list("ABCD")))
    assert list(table.rows) == ["1", "4"]
    assert [tuple(row) for row in table.rejected] == [
        ("", "malformed_line", "words.parquet line 2: column image contains 107 bytes that are not text "
         r"(b'\x89PNG\r\n\x1a\n'…). If this is the image itself, save it as a file and write its path into the table"),
        ("", "malformed_line", "words.parquet line 3: column image contains a NUL byte: delete it"),
    ]  # fmt: skip


def test_columns_of_images_are_a_clear_error(path: Path) -> None:
    image = pa.array([{"bytes": b"\x89PNG", "path": None}])
    with pytest.raises(
        InputError, match=r"column 'image' contains struct<bytes: binary, path: null> instead of text. If these"
    ):
        read(path, parquet(id=["1"], image=image, text=["A"]))


def test_columns_that_are_not_needed_do_not_matter(path: Path) -> None:
    data = parquet(file=["a.jpg"], word=["A"], image=pa.array([{"bytes": b"\x89PNG"}]))
    assert rows_of(cells(path, data, Columns(None, "file", "word"))) == [["a.jpg", "A"]]
    with pytest.raises(
        InputError, match=r"words.parquet: there is no column 'id'. The columns are 'file', 'word', 'image'."
    ):
        cells(path, data, COLUMNS)


def test_many_rows_keep_their_numbers(path: Path) -> None:
    count = 10_000
    text = pa.array([b"\xff" if number % 5_000 == 0 else b"A" for number in range(1, count + 1)], pa.binary())
    table = cells(path, parquet(id=[str(number) for number in range(1, count + 1)], image=["a.jpg"] * count, text=text))
    assert [line for line, _ in table.malformed] == [5_000, 10_000]
    assert [int(row[0]) for row in rows_of(table)] == table.lines


def test_no_rows_are_a_clear_error(path: Path) -> None:
    with pytest.raises(InputError, match="a header but no rows"):
        read(path, parquet(id=[], image=[], text=[]))


def test_what_unpacks_to_too_much_is_not_unpacked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is written once, for thousands of rows."""
    data = parquet(**{name: pa.array(["a" * 9_999] * 500).dictionary_encode() for name in COLUMNS})
    assert len(data) < 100_000
    monkeypatch.setattr("lettermill.table.content.MAX_BYTES", 1_000_000)
    with pytest.raises(
        InputError, match=r"words\.parquet has more than .* when unpacked, too much for a table. Split it"
    ):
        read(path, data)


def test_where_pyarrow_is_missing_the_error_names_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(
        InputError, match=r"(?s)words.parquet is a Parquet file, and pyarrow.*pip install -r requirements-export"
    ):
        read(path, GOOD)


def test_damaged_files_are_a_clear_error_or_read(path: Path) -> None:
    """Every 31st byte damaged, one at a time, and files that end too early."""
    places = range(0, len(GOOD), 31)
    damaged = [GOOD[:place] + bytes([GOOD[place] ^ 0xFF]) + GOOD[place + 1 :] for place in places]
    refused = 0
    for data in [*damaged, *(GOOD[:place] + b"PAR1" for place in range(4, len(GOOD), 97))]:
        path.write_bytes(data)
        try:
            read_validated_table(path, COLUMNS, LATIN, [])
        except InputError as error:
            assert "words.parquet" in str(error)
            refused += 1
    assert refused
