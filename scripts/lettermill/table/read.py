"""The user's table: the cells of every row, whatever kind of file it is."""

from pathlib import Path

from lettermill.table.content import TEXT, read_content
from lettermill.table.delimited import read_records
from lettermill.table.encoding import AUTO, to_text
from lettermill.table.excel import read_workbook
from lettermill.table.layout import Columns
from lettermill.table.sheet import Sheet


def read_sheet(path: Path, columns: Columns, encoding: str = AUTO) -> Sheet:
    """The cells of the table at ``path``, every row by itself.

    It is CSV or TSV, also gzipped, or Excel, whatever its name. encoding: see ``to_text``. Raises InputError when there
    is no table with these columns in it.
    """
    kind, data = read_content(path)
    if kind != TEXT:
        return read_workbook(path, kind, data, columns)
    return read_records(path, to_text(path, data, encoding), columns)
