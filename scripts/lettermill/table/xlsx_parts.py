"""The XML of an Excel workbook (.xlsx), unpacked and parsed within limits.

The XML of a workbook can unpack to a thousand times its size, and openpyxl reads whatever comes. Here every part that
it or Lettermill opens is counted before it is unpacked. zipfile reads no more of a part than the archive says it has.
"""

import contextlib
import io
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any, Literal
from xml.etree.ElementTree import Element, iterparse
from xml.parsers import expat

from lettermill.base.errors import InputError

MAX_XML = 256 << 20
"""Bytes of XML that a workbook may unpack to. A sheet of a million rows with three short texts has about 200 MB."""

MAX_PART = 16 << 20
"""Bytes of a part that is parsed as a whole: styles, the list of sheets, the addresses of links."""

MAX_RATIO, FREE_BYTES = 100, 16 << 20
"""More than FREE_BYTES may be MAX_RATIO times the size of the file. Sheets have a ratio of 5 to 30."""

MAX_TAGS = 250_000
"""Tags in such a part. openpyxl makes objects of them, 40 microseconds each."""

MAX_ELEMENTS, MAX_INSIDE, MAX_DEPTH = 12_000_000, 300_000, 100
"""XML elements in all sheets and texts, and in one row or text; their levels. A cell has two to four elements."""

_CHUNK = 1 << 20


class Parts(zipfile.ZipFile):
    """The parts of the workbook at ``path``, whose content is ``data``.

    Raises InputError when they unpack to more than allowed, and when XML declares a document type: its entities may
    expand to gigabytes, and no workbook needs them.
    """

    def __init__(self, path: Path, data: bytes):
        super().__init__(io.BytesIO(data))
        self._path, self._elements_left = path, MAX_ELEMENTS
        self._left = min(MAX_XML, max(FREE_BYTES, MAX_RATIO * len(data)))

    def open(
        self, name: Any, mode: Literal["r", "w"] = "r", pwd: bytes | None = None, *, force_zip64: bool = False
    ) -> Any:
        """The part as ZipFile opens it. It counts each time that it is opened."""
        part = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        self._left -= part.file_size
        if self._left < 0:
            raise self._too_much(part)
        with super().open(part) as source:
            self._refuse_entities(source)
        return super().open(part, mode, pwd, force_zip64=force_zip64)

    def read(self, name: Any, pwd: bytes | None = None) -> Any:
        """The content of a small part."""
        if (part := self.getinfo(name)).file_size > MAX_PART:
            raise self._too_much(part)
        content = super().read(name, pwd)
        if (tags := content.count(b"<")) > MAX_TAGS:
            raise InputError(
                f"{self._path} has {tags:,} XML tags in {name}: more styles or links than can be used. Copy the rows "
                "into a new workbook, or save them as CSV."
            )
        return content

    def _too_much(self, part: zipfile.ZipInfo) -> InputError:
        return InputError(
            f"{self._path} unpacks to too much: its part {part.filename} has {part.file_size >> 20:,} MiB. Copy the "
            "rows into a new workbook, or save them as CSV."
        )

    def elements(self, name: str, tags: Collection[str]) -> Iterator[Element]:
        """The elements of a part with these tags, none of them inside another; complete until the next is asked for.

        Nothing else of the part stays in memory.
        """
        path: list[Element] = []
        top = inside = 0  # the depth of the wanted element, and how many elements are in it
        with self.open(name) as source:
            for event, element in iterparse(_LargeChunks(source), ("start", "end")):
                if event == "start":
                    path.append(element)
                    inside += 1
                    if not top and element.tag in tags:
                        top, inside = len(path), 0
                    self._elements_left -= 1
                    if not self._elements_left or len(path) > MAX_DEPTH or (top and inside > MAX_INSIDE):
                        raise InputError(
                            f"{self._path} has too many XML elements in {name}, in all or in one row. Copy the rows "
                            "into a new workbook, or save them as CSV."
                        )
                    continue
                if len(path) == top:
                    yield element
                    top = 0
                path.pop()
                if path and not top:
                    path[-1].clear()

    def _refuse_entities(self, source: IO[bytes]) -> None:
        class Begun(Exception):
            """The first element."""

        def refuse(*_: object) -> None:
            raise InputError(f"{self._path} has XML with a document type, which no workbook needs. Save it as CSV.")

        def stop(*_: object) -> None:
            raise Begun

        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, stop
        with contextlib.suppress(Begun, expat.ExpatError):  # what is wrong with it, is said by what parses all of it
            while chunk := source.read(_CHUNK):
                parser.Parse(chunk)


class _LargeChunks:
    """A file whose chunks are large. expat before 2.6 scans a long comment or attribute again with every chunk."""

    def __init__(self, source: IO[bytes]):
        self._source = source

    def read(self, size: int = -1) -> bytes:
        """As of a file, but at least a large chunk."""
        return self._source.read(max(size, _CHUNK) if size > 0 else size)
