"""The sheets of an Excel workbook since 2007 (.xlsx).

openpyxl finds the sheets and the styles, and converts the values of cells. Its reader of whole sheets is not used: it
makes every row that is missing before a row, forgets which cells have formulas without a value, and knows no links.
"""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from lettermill.table.cells import NOT_COMPUTED, displayed, error_cell
from lettermill.table.worksheet import MAX_COLUMNS, MAX_ROWS, CellLimit, Worksheet
from lettermill.table.xlsx_parts import Parts

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL, _FORMULA, _INLINE, _VALUE, _LINK, _ROW, _RUN, _TEXT = (
    f"{_MAIN}{name}" for name in ("c", "f", "is", "v", "hyperlink", "row", "r", "t")
)
_LINK_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_NEVER_COMPUTED = re.compile(rb'\bfullCalcOnLoad="(?:1|true)"')
"""In the part with the list of sheets: a program has written the workbook, and Excel has not saved it since."""

_LINK_FORMULA = re.compile(r'\s*(?:_xlfn\.)?HYPERLINK\(\s*(?:"((?:[^"]|"")*+)"\s*[,;)])?', re.IGNORECASE)


def read_xlsx(path: Path, data: bytes) -> Iterator[Worksheet]:
    """The sheets of the workbook at ``path``. Raises InputError when it is too large, and others when damaged."""
    from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader, apply_stylesheet  # slow to import

    parts = Parts(path, data)
    reader = ExcelReader(parts.fp, read_only=True, data_only=True, keep_links=False)
    reader.archive = parts
    reader.read_manifest()
    strings = reader.package.find(SHARED_STRINGS)
    reader.read_workbook()
    apply_stylesheet(parts, reader.wb)
    limit = CellLimit(path)
    texts = [] if strings is None else _shared_texts(parts, strings.PartName[1:])
    stale = bool(_NEVER_COMPUTED.search(parts.read(reader.parser.workbook_part_name)))
    names = set(parts.namelist())
    for sheet, part in reader.parser.find_sheets():
        if part.target in names and "chartsheet" not in part.Type:
            page = Worksheet(sheet.name, sheet.state != "visible", escaped=True)
            page.rows = _Rows(parts, part.target, reader.wb, texts, stale, page, limit)
            yield page


def _shared_texts(parts: Parts, name: str) -> list[str]:
    """The texts that cells refer to by number. openpyxl would lose escapes of escapes (``_x005F_x000D_``)."""
    texts = []
    for item in parts.elements(name, {f"{_MAIN}si"}):
        texts.append(_plain(item))
    return texts


def _plain(item: Element | None) -> str:
    """The text of an element that has texts, runs with texts, and how these are pronounced."""
    found = ""
    for piece in () if item is None else item:
        text = piece if piece.tag == _TEXT else piece.find(_TEXT) if piece.tag == _RUN else None
        if text is not None:
            found += text.text or ""
    return found


class _Rows:
    """The rows of a sheet, see ``Worksheet.rows``. texts: see ``_shared_texts``. stale: see ``_NEVER_COMPUTED``."""

    def __init__(
        self, parts: Parts, name: str, book: Any, texts: list[str], stale: bool, page: Worksheet, limit: CellLimit
    ):
        from openpyxl.utils import column_index_from_string
        from openpyxl.worksheet._reader import WorkSheetParser

        self._parts, self._name, self._book, self._page, self._limit = parts, name, book, page, limit
        self._stale, self._texts, self._column = stale, texts, column_index_from_string
        self._shared: dict[str, str] = {}  # number of a formula that Excel writes once for many cells -> formula
        formats = (book.epoch, book._date_formats, book._timedelta_formats)
        self._parser = WorkSheetParser(None, [], True, *formats)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        number, links = 0, {}
        for element in self._parts.elements(self._name, {_ROW, _LINK}):
            if element.tag == _LINK:
                if id_ := element.get(_LINK_ID):
                    links[element.get("ref", "")] = id_
                continue
            number = int(float(element.get("r", number + 1)))
            if not 0 < number <= MAX_ROWS:
                self._limit.refuse_row(self._page.name, number)
            if len(element):
                if element.get("hidden") in ("1", "true"):
                    self._page.hidden_rows.append(number)
                yield number, self._cells(number, element)
        self._find_addresses(links)

    def _cells(self, number: int, row: Element) -> list[str]:
        cells: list[str] = []
        column = 0
        for element in row:
            if element.tag != _CELL:
                continue
            place = element.get("r")
            column = self._column(place.rstrip("0123456789")) if place else column + 1
            if not len(element) or not (text := self._text(number, column, element)):
                continue
            if not 0 < column <= MAX_COLUMNS:
                raise ValueError(f"row {number} has a column {column:,}")
            cells += [""] * (column - len(cells))
            cells[column - 1] = text
        self._limit.take(len(cells))
        return cells

    def _text(self, number: int, column: int, element: Element) -> str:
        """A cell as Excel shows it."""
        kind, formula = element.get("t", "n"), element.find(_FORMULA)
        stored = element.findtext(_VALUE)
        if formula is not None:
            if (not stored and kind not in ("str", "inlineStr")) or (self._stale and stored == "0" and kind == "n"):
                return NOT_COMPUTED
            self._note_link(number, column, formula)
        if kind == "s" and stored:
            return self._texts[int(stored)]
        if kind == "inlineStr":
            return _plain(element.find(_INLINE))
        if kind == "str" or not stored:
            return stored or ""
        self._parser.row_counter, self._parser.col_counter = number, column
        cell = self._parser.parse_cell(element)
        value = cell["value"]
        if cell["data_type"] == "e":
            return error_cell(str(value))
        if isinstance(value, datetime.date | datetime.time | datetime.timedelta) and self._page.dates[-1:] != [number]:
            self._page.dates.append(number)
        return displayed(value, self._number_format(cell["style_id"]))

    def _note_link(self, number: int, column: int, formula: Element) -> None:
        """Note the address if the formula of a cell is a link."""
        written = formula.text or self._shared.get(formula.get("si", ""), "")
        if "si" in formula.attrib:
            self._shared.setdefault(formula.attrib["si"], written)
        if link := _LINK_FORMULA.match(written):
            self._page.links[number, column] = (link[1] or "").replace('""', '"')

    def _number_format(self, style: int) -> str:
        from openpyxl.styles import numbers

        code = self._book._cell_styles[style].numFmtId
        if code < numbers.BUILTIN_FORMATS_MAX_SIZE:
            return str(numbers.BUILTIN_FORMATS.get(code, ""))
        return str(self._book._number_formats[code - numbers.BUILTIN_FORMATS_MAX_SIZE])

    def _find_addresses(self, links: dict[str, str]) -> None:
        """Note the addresses of ``links`` (cell, such as B2 -> id of its address), but not of links over many cells."""
        from openpyxl.packaging.relationship import get_dependents, get_rels_path
        from openpyxl.utils import coordinate_to_tuple

        addresses_part = get_rels_path(self._name)
        if links and addresses_part in self._parts.namelist():
            addresses = get_dependents(self._parts, addresses_part).to_dict()
            for place, id_ in links.items():
                if ":" not in place and id_ in addresses:
                    self._page.links.setdefault(coordinate_to_tuple(place), addresses[id_].Target)
