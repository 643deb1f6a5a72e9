"""The user's table: the cells of every row, for every format."""

from pathlib import Path

from lettermill.base.errors import InputError
from lettermill.table.content import PARQUET, XLS, XLSX, read_content
from lettermill.table.delimited import read_delimited
from lettermill.table.encoding import AUTO, to_text
from lettermill.table.excel import read_workbook
from lettermill.table.json_lines import is_json_lines, read_json_lines
from lettermill.table.layout import Columns
from lettermill.table.parquet import read_parquet
from lettermill.table.raw_table import RawTable


def read_raw_table(path: Path, columns: Columns, encoding: str = AUTO, sheet: str | None = None) -> RawTable:
    """The cells of the table at ``path``. A bad row affects no other row.

    The table is CSV, TSV, JSON Lines, Excel or Parquet, also gzipped; its name does not matter. encoding: of text, see
    ``to_text``. sheet: of a workbook, see ``read_workbook``. Raises InputError when the file is not a table with these
    columns.
    """
    kind, data = read_content(path)
    if kind in (XLSX, XLS):
        return read_workbook(path, kind, data, columns, sheet)
    if sheet:
        raise InputError(
            f"{path} is not an Excel workbook and has no sheet {sheet!r}. Delete `sheet` from your config."
        )
    if kind == PARQUET:
        return read_parquet(path, data, columns)
    text = to_text(path, data, encoding)
    if is_json_lines(path, text.data):
        return read_json_lines(path, text, columns)
    return read_delimited(path, text, columns)
