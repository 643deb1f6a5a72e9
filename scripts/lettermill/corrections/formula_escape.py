"""Fields that a spreadsheet would take for formulas: they are written with an apostrophe before them."""

_FIRST = tuple("=+-@'\t\r")


def escape_formula(field: str) -> str:
    """``field`` as it is written to the file."""
    return f"'{field}" if field.startswith(_FIRST) else field


def unescape_formula(field: str) -> str:
    """``field`` without the apostrophe of ``escape_formula``."""
    return field[1:] if field[:1] == "'" and field[1:].startswith(_FIRST) else field
