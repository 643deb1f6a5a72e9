"""Workbooks for tests, written as XML, with what no library writes."""

import zipfile
from pathlib import Path

_NAMES = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns="{_NAMES}/spreadsheetml/2006/main" xmlns:r="{_NAMES}/officeDocument/2006/relationships"'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = f"{_NAMES}/package/2006"


def text(value: str) -> str:
    """A cell with a text."""
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


def workbook_row(number: int, *cells: str) -> str:
    """A row of a sheet."""
    return f'<row r="{number}">{"".join(cells)}</row>'


HEADER = workbook_row(1, *map(text, ("id", "image", "text")))


def write_xlsx(
    path: Path, rows: str, shared: str = "", about: str = "", sheets: int = 1, prolog: str = "", styles: str = ""
) -> None:
    """A workbook whose sheets all are the header and ``rows``. shared: the shared texts. about: of the workbook."""
    pages = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, sheets + 1))
    types = f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    types += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>' if shared else ""
    kind = f"{_NAMES}/officeDocument/2006/relationships/worksheet"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "xl/workbook.xml": f"<workbook {_MAIN}><sheets>{pages}</sheets>{about}</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"{prolog}<worksheet {_MAIN}><sheetData>{HEADER}{rows}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {_MAIN}>{shared}</sst>",
        "xl/styles.xml": styles,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, xml in parts.items():
            if xml:
                file.writestr(name, xml)
