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
from lettermill.table.worksheet import MAX_COLUMNS, CellLimit, Worksheet
from lettermill.table.xlsx_parts import Parts, elements

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL, _FORMULA, _LINK, _ROW = (f"{_MAIN}{name}" for name in ("c", "f", "hyperlink", "row"))
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
    texts = [] if strings is None else _shared_texts(parts, strings.PartName[1:], limit)
    stale = bool(_NEVER_COMPUTED.search(parts.read(reader.parser.workbook_part_name)))
    for sheet, part in reader.parser.find_sheets():
        if part.target in parts.namelist() and "chartsheet" not in part.Type:
            page = Worksheet(sheet.name, sheet.state != "visible", escaped=True)
            page.rows = _Rows(parts, part.target, reader.wb, texts, stale, page, limit)
            yield page


def _shared_texts(parts: Parts, name: str, limit: CellLimit) -> list[str]:
    """The texts that cells refer to by number. openpyxl would lose escapes of escapes (``_x005F_x000D_``)."""
    texts = []
    with parts.open(name) as source:
        for item in elements(source, {f"{_MAIN}si"}):
            limit.take(1)
            found = [*item.iterfind(f"{_MAIN}t"), *item.iterfind(f"{_MAIN}r/{_MAIN}t")]  # not how it is pronounced
            texts.append("".join(text.text or "" for text in found))
    return texts


class _Rows:
    """The rows of a sheet, see ``Worksheet.rows``. texts: see ``_shared_texts``. stale: see ``_NEVER_COMPUTED``."""

    def __init__(
        self, parts: Parts, name: str, book: Any, texts: list[str], stale: bool, page: Worksheet, limit: CellLimit
    ):
        from openpyxl.worksheet._reader import WorkSheetParser

        self._parts, self._name, self._book, self._page, self._limit = parts, name, book, page, limit
        self._stale = stale
        self._shared: dict[str, str] = {}  # number of a formula that Excel writes once for many cells -> formula
        formats = (book.epoch, book._date_formats, book._timedelta_formats)
        self._parser = WorkSheetParser(None, texts, True, *formats)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        number, links = 0, {}
        with self._parts.open(self._name) as source:
            for element in elements(source, {_ROW, _LINK}):
                if element.tag == _LINK:
                    if id_ := element.get(_LINK_ID):
                        links[element.get("ref", "")] = id_
                    continue
                number = int(float(element.get("r", number + 1)))
                self._limit.check_row(self._page.name, number)
                if element.get("hidden") in ("1", "true"):
                    self._page.hidden_rows.append(number)
                yield number, self._cells(number, element)
        self._find_addresses(links)

    def _cells(self, number: int, row: Element) -> list[str]:
        cells: list[str] = []
        self._parser.row_counter, self._parser.col_counter = number, 0
        for element in row.iterfind(_CELL):
            cell = self._parser.parse_cell(element)
            text, column = self._text(number, cell, element.find(_FORMULA)), cell["column"]
            if not text:
                continue
            if column > MAX_COLUMNS:
                raise ValueError(f"row {number} has a column {column:,}")
            cells += [""] * (column - len(cells))
            cells[column - 1] = text
        self._limit.take(len(cells) + len(row) + 1)
        return cells

    def _text(self, number: int, cell: dict[str, Any], formula: Element | None) -> str:
        """A cell as Excel shows it. cell: of openpyxl."""
        value, kind = cell["value"], cell["data_type"]
        if formula is not None:
            if (value is None and kind != "s") or (self._stale and value == 0 and kind == "n"):
                return NOT_COMPUTED
            written = formula.text or self._shared.get(formula.get("si", ""), "")
            if "si" in formula.attrib:
                self._shared.setdefault(formula.attrib["si"], written)
            if link := _LINK_FORMULA.match(written):
                self._page.links[number, cell["column"]] = (link[1] or "").replace('""', '"')
        if isinstance(value, str):
            return error_cell(value) if kind == "e" else value
        if value is None:
            return ""
        if isinstance(value, datetime.date | datetime.time | datetime.timedelta) and self._page.dates[-1:] != [number]:
            self._page.dates.append(number)
        return displayed(value, self._number_format(cell["style_id"]))

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
