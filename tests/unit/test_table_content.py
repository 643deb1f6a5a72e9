"""What a file is, is told by what is in it; characters are those that were meant, or there is a note."""

import bz2
import gzip
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from lettermill.base.errors import InputError
from lettermill.table.encoding import is_encoding
from tables import HEADER, account, cells, read, rows_of

ROWS = f"{HEADER}007,a.jpg,ZOÉ\n8,http://h/b.jpg,NA\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.csv"


def xlsx(rows: str = ROWS) -> bytes:
    file = io.BytesIO()
    pd.read_csv(io.StringIO(rows), dtype=str, keep_default_na=False).to_excel(file, index=False)
    return file.getvalue()


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.xlsx", "t.csv.gz", "t.dat", "t"])
def test_names_do_not_count(tmp_path: Path, name: str) -> None:
    for content in (ROWS.encode(), ROWS.encode("utf-16"), gzip.compress(ROWS.encode()), xlsx(), gzip.compress(xlsx())):
        table = read(tmp_path / name, content)
        assert [tuple(row) for row in table.rows.values()] == [("007", "a.jpg", "ZOE"), ("8", "http://h/b.jpg", "NA")]


def archive(**files: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("_", "."), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            gzip.compress(HEADER.encode() * 99, mtime=0)[:40],
            "cannot be read: Compressed file ended.*Copy or download it again",
        ),
        (gzip.compress(ROWS.encode(), mtime=0)[:-8] + b"\0" * 8, "cannot be read: CRC check failed"),
        (b"\x1f\x8bno gzip", "cannot be read: "),
        (b"PK\x03\x04 no archive", "a damaged zip archive or workbook"),
        (xlsx()[:1000], "a damaged zip archive or workbook"),
        (archive(words_csv=ROWS), "a zip archive without an Excel workbook. Unpack it"),
        (archive(content_xml="<x/>"), "a LibreOffice workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read as an Excel workbook: .*save it as .xlsx"),
        (bz2.compress(ROWS.encode()), "compressed with bzip2. Unpack it"),
        ("\ufeff\n<!DOCTYPE html><html>Log in</html>".encode(), "a web page or XML, not a table"),
        (ROWS.encode("utf-16-le"), "line 1: there are NUL bytes, .* `encoding: utf-16-le`"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "there is no column 'id'"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "there is no column 'id'"),
    ],
)
def test_what_is_no_table_is_a_clear_error(path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"words.csv.*{message}"):
        read(path, content)


def test_lines_that_are_not_utf_8_are_windows_1252(path: Path) -> None:
    lines = ["1,a.jpg,É“".encode(), "2,b.jpg,“É".encode("cp1252"), b"3,c.jpg,ANA", b"4,d.jpg,A\x81\xc9"]
    table = cells(path, b"\r\n".join([HEADER.strip().encode(), *lines]))
    assert [row[2] for row in rows_of(table)] == ["É“", "“É", "ANA", "A\x81É"]
    what = "not UTF-8: read as Windows-1252. If that is wrong, set `encoding` in your config"
    assert [tuple(note) for note in table.notes] == [(3, f"2 lines (3, 5): {what}")]


def test_a_table_of_many_such_lines_has_one_note(path: Path) -> None:
    table = cells(path, (HEADER + "1,a.jpg,É\n" * 1_000).encode("latin-1"))
    assert [note.note[:32] for note in table.notes] == ["1,000 lines (2, 3, 4, 5, 6, …): "]
    assert {row[2] for row in rows_of(table)} == {"É"}


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-16-be", "utf-8", "utf-7", "gb18030"])
def test_an_encoding_that_is_named(path: Path, encoding: str) -> None:
    content = f"{HEADER}1,a.jpg,ЖУК\n"
    for data in (content.encode(encoding), gzip.compress(content.encode(encoding))):
        table = cells(path, data, encoding=encoding)
        assert rows_of(table) == [["1", "a.jpg", "ЖУК"]] and not table.notes


@pytest.mark.parametrize(
    ("encoding", "line"),
    [
        ("utf-8", b"2,b.jpg,\xc9\n"),
        ("cp1251", b"2,b.jpg,\x98\n"),
        ("shift_jis", b"2,b.jpg,\x82\n"),
        ("ascii", b"2,b,\xc9\n"),
    ],
)
def test_what_is_not_in_it_costs_its_line(path: Path, encoding: str, line: bytes) -> None:
    content = HEADER.encode() + b"1,a.jpg,ANA\n" + line + b"3,c.jpg,EVA\n"
    table = cells(path, content, encoding=encoding)
    assert [row[0] for row in rows_of(table)] == ["1", "3"]
    why = f"bytes that are not {encoding}: correct them, or correct `encoding` in your config"
    assert table.malformed == [(3, why)]
    account(table, content.decode(encoding, errors="replace").split("\n"))


def test_half_a_character_of_utf_16_costs_its_line(path: Path) -> None:
    content = f"{HEADER}1,a.jpg,ANA\n2,b.jpg,E".encode("utf-16")
    table = cells(path, content + b"\x00\xd8")
    assert [row[0] for row in rows_of(table)] == ["1"] and [line for line, _ in table.malformed] == [3]


def test_a_whole_table_in_another_encoding_is_a_clear_error(path: Path) -> None:
    with pytest.raises(InputError, match=r"words.csv"):
        read(path, ROWS.encode("utf-16"), encoding="utf-8")


@pytest.mark.parametrize("name", ["auto", "utf-8", "CP1251", "latin 1", "shift_jis", "utf-7"])
def test_encodings(name: str) -> None:
    assert is_encoding(name)


@pytest.mark.parametrize("name", ["", "klingon", "rot13", "hex", "zlib", "undefined", "a\0b", "é", "\ud800"])
def test_no_encodings(name: str) -> None:
    assert not is_encoding(name)


@pytest.mark.parametrize("content", [gzip.compress(ROWS.encode() * 99), xlsx()], ids=["gzip", "xlsx"])
def test_what_unpacks_to_too_much_is_not_unpacked(path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lettermill.table.content.MAX_BYTES", 2_000)
    with pytest.raises(InputError, match=r"words\.csv has more than .* when unpacked, too much for a table. Split it"):
        read(path, content)
