"""Tables of corrections for tests."""

import csv
from collections.abc import Iterable
from pathlib import Path

from lettermill.corrections.correction import Correction
from lettermill.corrections.formula_escape import escape_formula

HEADER = ",".join(Correction._fields)


def letter(row_id: str, position: int, label: str, action: str, value: str = "", box: str = "") -> Correction:
    return Correction(row_id, str(position), label, box, action, value)


def row(row_id: str, action: str, value: str = "", label: str = "") -> Correction:
    return Correction(row_id, "", label, "", action, value)


def write(path: Path, lines: Iterable[Correction], separator: str = ",", mark: str = "", end: str = "\n") -> None:
    """The table as a program writes it. mark: what the file begins with."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(mark)
        writer = csv.writer(file, delimiter=separator, lineterminator=end)
        writer.writerow(Correction._fields)
        writer.writerows(map(escape_formula, line) for line in lines)
