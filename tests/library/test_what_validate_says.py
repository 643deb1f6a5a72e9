"""What validate says of a table."""

from lettermill.stages.validate import table_lines


def test_reasons_are_counted_and_some_rows_named() -> None:
    unusable = [(f"r{number}", "invalid_url", "ftp://x/y") for number in range(7)] + [("", "empty_id", "t.csv line 9")]
    notes = [(number, "a stray quote was taken out") for number in range(2, 9)]
    assert list(table_lines(20, 4, unusable, notes)) == [
        "      20 rows, of which 12 can be worked on; batches: 4",
        "      -7 invalid_url (the image's address is neither http(s) nor a path)",
        *(f"           r{number}: ftp://x/y" for number in range(5)),
        "      -1 empty_id (the id is empty)",
        "           t.csv line 9",
        "       7 notes on what was repaired or taken for granted",
        *(f"           line {number}: a stray quote was taken out" for number in range(2, 7)),
        "           and 2 more",
    ]
