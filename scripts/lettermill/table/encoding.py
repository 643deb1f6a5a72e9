"""The text of a table: its bytes converted to UTF-8."""

import codecs
from array import array
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import InputError
from lettermill.records.schemas import TableNote
from lettermill.table.notes import note_on_lines

AUTO = "auto"
"""Config ``encoding``: given by the byte order mark (BOM) if there is one. Otherwise each line is read as UTF-8, or as
Windows-1252 if it is not UTF-8."""

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like that of UTF-16, so it comes first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WINDOWS = "".join(
    bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)  # Latin-1 for the five bytes that it does not define
    for byte in range(256)
)


class Text(NamedTuple):
    """A table as UTF-8 without a byte order mark.

    damaged: line -> what is wrong in it. Lines end as in the file: ``\\n``, ``\\r\\n`` or ``\\r``.
    """

    data: bytes
    notes: list[TableNote]
    damaged: dict[int, str]


class Lines:
    """The lines of a text in UTF-8, with their ends. Only their starts are kept in memory."""

    def __init__(self, data: bytes):
        self._data = data
        self._starts = array("q", accumulate(map(len, data.splitlines(keepends=True)), initial=0))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, place: int) -> str:
        return self._data[self._starts[place] : self._starts[place + 1]].decode()

    def is_empty(self, place: int) -> bool:
        """Whether a line has nothing but its end."""
        return self._data[self._starts[place] : self._starts[place + 1]] in (b"\n", b"\r\n", b"\r")


def to_text(path: Path, data: bytes, encoding: str) -> Text:
    """The bytes of the table at ``path`` as text. encoding: AUTO or the name of a codec, see ``is_encoding``.

    Raises InputError when it is not text.
    """
    bom = next((bom for bom in _BOMS if data.startswith(bom)), b"")
    if encoding == AUTO and _BOMS.get(bom, "utf-8") == "utf-8":
        data, notes, damaged = _decode_each_line(data.removeprefix(codecs.BOM_UTF8))
    else:
        encoding = _BOMS[bom] if encoding == AUTO else encoding
        notes, (data, damaged) = [], _decode_all(path, data, encoding)
    if b"\0" in data:
        if b"\0" in next(iter(data.splitlines()), b""):
            raise InputError(
                f"{path}, line 1: there are NUL bytes, so the file is not text, or it is UTF-16 without a byte order "
                "mark. Save it as CSV in UTF-8, or set `encoding: utf-16-le` in your config."
            )
        damaged |= dict.fromkeys(_lines_with(b"\x00", data), "a NUL byte: delete it")
    return Text(data, notes, damaged)


def is_encoding(name: str) -> bool:
    """Whether ``name`` is AUTO or a codec between text and bytes."""
    try:
        return name == AUTO or isinstance("".encode(name), bytes)
    except (LookupError, ValueError):
        return False


def _decode_each_line(data: bytes) -> tuple[bytes, list[TableNote], dict[int, str]]:
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:
        return data, [], {}
    lines, others = [], []
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            others.append(number)
            line = codecs.charmap_decode(line, "strict", _WINDOWS)[0].encode()
        lines.append(line)
    note = note_on_lines(others, "not UTF-8: read as Windows-1252. If that is wrong, set `encoding` in your config")
    return b"".join(lines), [note], {}


def _decode_all(path: Path, data: bytes, encoding: str) -> tuple[bytes, dict[int, str]]:
    """(UTF-8, damaged lines)."""
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode(), {}
    except UnicodeError:
        pass
    try:
        decoded = data.decode(encoding, errors="replace").removeprefix("\ufeff")
        text = (
            decoded.encode(errors="surrogatepass").decode(errors="replace").encode()
        )  # some codecs give half a surrogate pair
    except (UnicodeError, OverflowError) as error:
        raise InputError(f"{path} is not {encoding}: {error}. Correct `encoding` in your config.") from error
    why = f"bytes that are not {encoding}: correct them, or correct `encoding` in your config"
    return text, dict.fromkeys(_lines_with("�".encode(), text), why)


def _lines_with(part: bytes, data: bytes) -> list[int]:
    return [number for number, line in enumerate(data.splitlines(), 1) if part in line]
