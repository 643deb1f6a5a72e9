"""Formulas: a spreadsheet takes what begins like one for a formula, so such a field is written after an apostrophe."""

_FIRST = tuple("=+-@'\t\r")


def escape_formula(field: str) -> str:
    """``field`` as it is written."""
    return f"'{field}" if field.startswith(_FIRST) else field


def unescape_formula(field: str) -> str:
    """What was written as ``field``."""
    return field[1:] if field[:1] == "'" and field[1:].startswith(_FIRST) else field
