"""Slips in a table cost their own line at most: what has one reading is repaired, with a note, the rest is reported."""

from pathlib import Path

import pytest

from tables import HEADER, account, cells, lines_of, read, rows_of

BEFORE, AFTER = "1,http://h/1.jpg,ANA", "9,http://h/9.jpg,EVA"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.csv"


def rows(path: Path, *lines: str, header: str = HEADER) -> tuple[dict[str, str], list[str], list[tuple[int, str]]]:
    """(id -> text, places that are malformed, notes) of a table with ``lines`` between two good ones."""
    content = header + "\n".join([BEFORE, *lines, AFTER])
    table = cells(path, content)
    account(table, lines_of(content))
    found = {row[0]: row[2] for row in rows_of(table)}
    assert found.pop("1") == "ANA" and found.pop("9") == "EVA"
    return found, [line for line, _ in table.malformed], [tuple(note) for note in table.notes]


STRAY = "a stray quote was removed"


@pytest.mark.parametrize(
    ("line", "row_id", "text"),
    [
        ('2,http://h/2.jpg,"BOB', "2", "BOB"),
        ('2,"http://h/2.jpg,BOB', "2", "BOB"),
        ('"2,http://h/2.jpg,BOB', "2", "BOB"),
        ('"2","http://h/2.jpg","BOB', "2", "BOB"),
        ('2,scans/2.PNG,"BO"B', "2", "BOB"),
        ('2,http://h/2.jpg,""BOB""', "2", "BOB"),
        ('2,http://h/2.jpg,"J. "LE GROS" D"', "2", "J. LE GROS D"),
        ('2,http://h/2.jpg,"BOB,,', "2", "BOB"),
    ],
)
def test_a_stray_quote(path: Path, line: str, row_id: str, text: str) -> None:
    assert rows(path, line) == ({row_id: text}, [], [(3, STRAY)])


def test_a_quote_inside_a_cell_is_part_of_it(path: Path) -> None:
    assert rows(path, '2,http://h/2.jpg,5" B"') == ({"2": '5" B"'}, [], [])


def test_a_stray_pair_of_quotes_swallows_no_rows(path: Path) -> None:
    """The table is valid CSV, and its second row would reach to the fourth."""
    lines = ['2,http://h/2.jpg,"BOB', "3,http://h/3.jpg,CLÉO", '4,http://h/4.jpg,DAN"']
    assert rows(path, *lines) == ({"2": "BOB", "3": "CLÉO", "4": 'DAN"'}, [], [(3, STRAY)])
    assert rows(path, lines[0], lines[2]) == ({"2": "BOB", "4": 'DAN"'}, [], [(3, STRAY)])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("slip", ["", '8,x,"'])
def test_line_breaks_in_quotes(path: Path, newline: str, slip: str) -> None:
    content = newline.join(
        [HEADER.strip(), '"2\na",http://h/2.jpg,BOB', '3,http://h/3.jpg,"CL', "", '""É,O"', AFTER, slip]
    )
    table = cells(path, content)
    account(table, lines_of(content))
    assert rows_of(table)[0][0] == "2\na"
    assert rows_of(table)[1][2] == f'CL{newline}{newline}"É,O'
    assert list(table.lines) == [2, 4, 7] and table.last_lines == {2: 3, 4: 6}
    assert [line for line, _ in table.malformed] == [8] * bool(slip)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["2,http://h/2.jpg,BO", "B,first"], "BO\nB"),
        (["2,http://h/2.jpg,", "BOB,first"], "\nBOB"),
        (["2,http://h/2.jpg", ",BOB,first"], "BOB"),
        (["2,http://h/2.jpg,B", "O", "B,first"], "B\nO\nB"),
    ],
)
def test_rows_split_over_lines(path: Path, lines: list[str], text: str) -> None:
    header = "id,image,text,kind\n"
    content = header + "\n".join([f"{BEFORE},first", *lines, f"{AFTER},first"])
    table = cells(path, content)
    account(table, lines_of(content))
    assert [cell.strip() for cell in rows_of(table)[1]] == ["2", "http://h/2.jpg", text.strip(), "first"]
    assert table.last_lines == {3: 2 + len(lines)}
    note = f"lines 3 to {2 + len(lines)} were joined: a cell has a line break that is not in quotes"
    assert [tuple(note) for note in table.notes] == [(3, note)]


def test_a_break_in_the_last_cell(path: Path) -> None:
    note = "lines 3 to 5 were joined: a cell has a line break that is not in quotes"
    assert rows(path, "2,http://h/2.jpg,BO", "B", "AND") == ({"2": "BO\nB\nAND"}, [], [(3, note)])


@pytest.mark.parametrize(
    "rest",
    [
        ["# second part"],
        ["", "ROB"],
        ["c.jpg", ""],
        ['"ROB"'],
        ["ROB", "", "8,x"],
        ["ROB;x"],
        ["12"],
        ["ROB", "x,http://h/8.jpg,B"],
    ],
)
def test_what_may_be_no_rest_of_a_cell_is_reported(path: Path, rest: list[str]) -> None:
    found, _, notes = rows(path, "2,http://h/2.jpg,BOB", *rest)
    assert found["2"] == "BOB"
    assert "fewer fields" in notes[0][1]
    content = f"{HEADER}{BEFORE}\nROB\n"  # a remark at the end
    assert [row.detail for row in read(path, content).rejected] == ["words.csv line 3: fill in column image"]


@pytest.mark.parametrize(
    "lines",
    [
        ['2,http://h/2.jpg,"BO', "B,first"],  # a quote, and a break that it does not close over
        ["2,http://h/2", ".jpg,BOB,first"],  # a break in the URL
        ["2,http://h/2.jpg,BO", "", "B,first"],
        ["2,http://h/2.jpg,BO", "B,first,9"],
    ],
)
def test_pieces_with_no_reading_or_several_stay_apart(path: Path, lines: list[str]) -> None:
    header = "id,image,text,kind\n"
    content = header + "\n".join([f"{BEFORE},first", *lines, f"{AFTER},first"])
    table = cells(path, content)
    account(table, lines_of(content))
    assert [rows_of(table)[0][0], rows_of(table)[-1][0]] == ["1", "9"] and not table.last_lines
    table = read(path, content)
    assert table.size == len(list(filter(None, lines))) + 2
    reported = [row.detail for row in table.rejected]
    assert all("words.csv line" in detail for detail in reported)
    assert {"1", "9"} <= set(table.rows)


def test_short_rows_are_not_joined_with_rows(path: Path) -> None:
    header = "id,image,text,kind,more\n"
    found, malformed, notes = rows(path, "2,http://h/2.jpg,BOB", "3,http://h/3.jpg", "4,scans/4.png,DAN", header=header)
    assert (found, malformed) == ({"2": "BOB", "3": "", "4": "DAN"}, [])
    what = "fewer fields than the header: the missing ones are read as empty"
    assert notes == [(2, f"5 lines (2, 3, 4, 5, 6): {what}")]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_row_with_another_separator(path: Path, separator: str) -> None:
    line = "2,http://h/2.jpg,BOB".replace(",", separator)
    assert rows(path, line) == ({"2": "BOB"}, [], [(3, f"separated by {separator!r}, unlike the header")])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('2,http://h/2.jpg,BOB,"x', "a quote is not closed, or is inside a cell"),
        ('2,nothing like an image,"BOB', "a quote is not closed, or is inside a cell"),
        ('2,"http://h/a,b.jpg","BOB', "a quote is not closed, or is inside a cell"),
        ("2,http://h/2.jpg,B,O,B", "expected 3 fields, found 5"),
        ("2,http://h/2.jpg,B\0B", "a NUL byte: delete it"),
    ],
)
def test_what_has_no_reading_or_several_is_reported(path: Path, line: str, message: str) -> None:
    assert rows(path, line)[:2] == ({}, [3])
    assert f"words.csv line 3: {message}" in read(path, f"{HEADER}{BEFORE}\n{line}\n{AFTER}").rejected[0].detail


def test_an_unclosed_quote_at_the_end_costs_its_line(path: Path) -> None:
    content = f'{HEADER}{BEFORE}\n2,x,"B'
    table = cells(path, content)
    assert [row[0] for row in rows_of(table)] == ["1"] and [line for line, _ in table.malformed] == [3]


def test_a_table_of_strays_only_is_gone_through_once(path: Path) -> None:
    """Each line closes a quote and opens another, so that every one of them could go on to the end."""
    count = 20_000
    content = HEADER + 'a","b\n' * count
    table = cells(path, content)
    account(table, lines_of(content))
    assert len(table.malformed) + len(rows_of(table)) == count
