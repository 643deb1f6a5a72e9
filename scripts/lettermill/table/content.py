"""The format of a table's file, detected from its first bytes and not from its name."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path

from lettermill.base.errors import InputError

TEXT, XLSX, XLS, PARQUET = "text", "xlsx", "xls", "parquet"
"""Kinds of content: text (CSV, TSV, JSON Lines), Excel workbooks since 2007 and before, and Parquet."""

MAX_BYTES = 1 << 30
"""Largest size of a table, unpacked: about ten million rows."""

_GZIP, _ZIP, _OLE, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}
_PAGES = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<?xml")


def read_content(path: Path) -> tuple[str, bytes]:
    """(kind, content) of the table at ``path``, unpacked if it is gzipped.

    Raises InputError when it cannot be read or is not a table.
    """
    if not path.is_file():
        raise InputError(f"{path} does not exist. Correct `table` in your config.")
    try:
        data = path.read_bytes()
        if data.startswith(_GZIP):
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MAX_BYTES + 1)
            check_size(path, len(data))
    except (OSError, EOFError, zlib.error) as error:
        message = str(error).strip() or type(error).__name__
        raise InputError(f"{path} cannot be read: {message}. Copy or download it again.") from error
    if data.startswith(_OLE):
        return XLS, data
    if data.startswith(_ZIP):
        _check_workbook(path, data)
        return XLSX, data
    if data.startswith(_PARQUET) and data.endswith(_PARQUET):
        return PARQUET, data
    for start, name in _PACKED.items():
        if data.startswith(start):
            raise InputError(f"{path} is compressed with {name}. Unpack it, or compress it with gzip.")
    if data[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        raise InputError(
            f"{path} is a web page or XML, not a table. If you downloaded it, open it in a browser: it may be a login "
            "page. If a program wrote it, export CSV or .xlsx instead."
        )
    return TEXT, data


def check_size(path: Path, size: int) -> None:
    """Raises InputError when a table has more than MAX_BYTES unpacked. A small file may, and would fill the memory."""
    if size > MAX_BYTES:
        raise InputError(f"{path} has more than {MAX_BYTES >> 30} GiB when unpacked, too much for a table. Split it.")


def _check_workbook(path: Path, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InputError(f"{path} is a damaged zip archive or workbook: {error}. Copy or download it again.") from error
    check_size(path, size)
    if "xl/workbook.bin" in names:
        raise InputError(f"{path} is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV.")
    if "xl/workbook.xml" in names:
        return
    if "content.xml" in names:
        raise InputError(f"{path} is a LibreOffice workbook (.ods). Save it as .xlsx or CSV.")
    raise InputError(f"{path} is a zip archive without an Excel workbook. Unpack it.")
