"""What validate says of a table."""

from lettermill.records.schemas import CorrectionOutcome, RejectedRow, TableNote
from lettermill.stages.validate import correction_lines, table_lines


def test_reasons_are_counted_and_some_rows_named() -> None:
    unusable = [RejectedRow(f"r{number}", "invalid_url", "ftp://x/y") for number in range(7)]
    unusable.append(RejectedRow("", "empty_id", "t.csv line 9"))
    notes = [TableNote(number, "a stray quote was removed") for number in range(2, 9)]
    assert list(table_lines(20, 4, unusable, notes)) == [
        "      20 rows, 12 of them usable; batches: 4",
        "      -7 invalid_url (the image is neither an http(s) URL nor a path)",
        *(f"           r{number}: ftp://x/y" for number in range(5)),
        "      -1 empty_id (the row has no id)",
        "           t.csv line 9",
        "       7 notes on repairs and assumptions",
        *(f"           line {number}: a stray quote was removed" for number in range(2, 7)),
        "           and 2 more",
    ]


def test_corrections_are_counted_and_those_that_go_wrong_named() -> None:
    lines = [
        CorrectionOutcome(2, "r", "0", "A", "", "accept", "", "", ""),
        CorrectionOutcome(3, "r", "1", "B", "", "reject", "", "", ""),
        CorrectionOutcome(4, "s", "", "", "", "exclude", "", "applied", ""),
        CorrectionOutcome(5, "s", "0", "A", "", "accept", "", "unneeded", "its row is excluded"),
        CorrectionOutcome(6, "t", "", "", "", "exclud", "", "malformed", "column action: 'exclud' is none"),
    ]
    assert list(correction_lines(lines)) == [
        "       5 lines: 2 accept, 1 exclude, 1 reject",
        "       2 are for letters: the rule cut checks whether they fit",
        "       1 applied",
        "       1 unneeded (not needed)",
        "           line 5: its row is excluded",
        "       1 malformed (cannot be read)",
        "           line 6: column action: 'exclud' is none",
    ]
    assert list(correction_lines([])) == ["       0 lines"]
