"""Whatever is given as a table ends as rows, reported lines, or a clear error, and every line is accounted for."""

import csv
import encodings.aliases
import gzip
import io
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lettermill.base.errors import InputError
from lettermill.base.reasons import REASONS
from lettermill.plan.rows import validate_rows
from lettermill.table.content import TEXT, read_content
from lettermill.table.encoding import is_encoding, to_text
from lettermill.table.layout import Columns
from lettermill.table.read import read_raw_table
from tables import COLUMNS, HEADER, LATIN, account, rows_of

EXAMPLES = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
MARKS = [b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"]
CODECS = sorted(filter(is_encoding, set(encodings.aliases.aliases.values())))

some_columns = st.sampled_from([COLUMNS, Columns(None, "image", "text"), Columns("text", "id", "image")])


def check(path: Path, data: bytes, columns: Columns = COLUMNS, encoding: str = "auto") -> list[list[str]] | None:
    """Read a table with this content and account for all of it; its rows, None if there is an error to be shown."""
    path.write_bytes(data)
    try:
        raw = read_raw_table(path, columns, encoding)
    except InputError as error:
        assert path.name in str(error)
        return None
    good, rejected, _ = validate_rows(path.name, raw, columns, LATIN, ["EMPTY"])
    assert len(good) + len(rejected) == len(rows_of(raw)) + len(raw.malformed)
    assert {row.reason for row in rejected} <= set(REASONS["table"])
    assert sum(row.reason == "malformed_line" for row in rejected) >= len(raw.malformed)
    kind, content = read_content(path)
    if kind == TEXT:
        content = to_text(path, content, encoding).data
        lines = [line.decode() for line in content.splitlines()]
        account(raw, lines)
        assert all(1 <= note.line <= len(lines) and note.note for note in raw.notes)
    return rows_of(raw) if rows_of(raw) or raw.malformed else None


@EXAMPLES
@given(st.binary(max_size=200), st.sampled_from(["", HEADER, f"\ufeff{HEADER}"]), some_columns)
def test_any_bytes(tmp_path: Path, data: bytes, start: str, columns: Columns) -> None:
    check(tmp_path / "words.csv", start.encode() + data, columns)
    check(tmp_path / "words.csv", gzip.compress(start.encode() + data), columns)


@EXAMPLES
@given(st.sampled_from(MARKS), st.binary())
def test_any_bytes_after_the_mark_of_a_kind(tmp_path: Path, mark: bytes, data: bytes) -> None:
    check(tmp_path / "words.csv", mark + data)


@EXAMPLES
@given(st.sampled_from(CODECS), st.binary(max_size=60), st.text(max_size=20))
def test_any_bytes_in_any_encoding(tmp_path: Path, encoding: str, data: bytes, text: str) -> None:
    lines = f"{HEADER}1,http://h/1.jpg,{text}\n".encode(encoding, errors="ignore")
    check(tmp_path / "words.csv", lines + data, encoding=encoding)


PIECES = [*'a1,;|\t"\r\n é\0/.\u2028\x85\ufeff', '""', '"\n', '",', '\n"', "\r\n", "http://h/1.jpg", "b.PNG"]
pieces = st.lists(st.sampled_from([*PIECES, "1,http://h/1.jpg,ANA\n", '"2","c.jpg","BOB"\n'])).map("".join)
HEADERS = [HEADER, HEADER.replace(",", ";"), "id\timage\ttext\r", '"id","image","text","x"\n']


@EXAMPLES
@given(pieces, st.sampled_from(HEADERS))
def test_any_text_under_a_header(tmp_path: Path, text: str, header: str) -> None:
    assert check(tmp_path / "words.csv", (header + text).encode()) is not None or not text.replace('"', "").strip()


@EXAMPLES
@given(pieces, st.lists(st.sampled_from(["id", "image", "text", *PIECES]), max_size=9).map("".join), some_columns)
def test_any_text_under_any_header(tmp_path: Path, text: str, header: str, columns: Columns) -> None:
    check(tmp_path / "words.csv", (header + text).encode(), columns)


cell = st.text(st.sampled_from("ABÉ漢 ,;'\t-"), max_size=8) | st.sampled_from(["NULL", '5" B', "J.\nB", "A\r\n\r\nB"])
image = st.sampled_from(["http://h/{}.jpg", "https://h/a,b/{}", "scans/{}.tif"])
good_rows = st.lists(st.tuples(image, cell), min_size=1)
Mangled = tuple[list[list[str]], list[bytes], Counter[int], str]


@st.composite
def mangled(draw: st.DrawFn) -> Mangled:
    """Good rows, and as they are written, some with slips: (rows, lines, index -> slips, separator)."""
    separator = draw(st.sampled_from([",", ";", "\t"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    rows, written = [], []
    for number, (pattern, text) in enumerate(draw(good_rows)):
        rows.append([str(number), pattern.format(number), text])
        file = io.StringIO()
        csv.writer(file, delimiter=separator, quoting=quoting).writerow(rows[-1])
        written.append(file.getvalue().removesuffix("\r\n").encode())
    touched: Counter[int] = Counter()
    for place, at, slip in draw(st.lists(st.tuples(st.integers(0), st.integers(0), st.integers(0, 8)), max_size=6)):
        index = place % len(rows)
        touched[index] += 1
        line = written[index]
        cut = at % (len(line) + 1)
        before, after = line[:cut], line[cut:]
        if slip == 8 and index + 1 < len(rows):
            touched[index + 1] += 1
            written[index], written[index + 1] = b"", line + written[index + 1]
        else:
            other = {";": ","}.get(separator, ";").encode()
            written[index] = [
                before + b'"' + after, line.replace(b'"', b"", 1), before + b"\n" + after, before + after[1:],
                line.replace(separator.encode(), other), before + b"\xff" + after[1:], before + b"\0" + after,
                before + separator.encode() + after, line,
            ][slip]  # fmt: skip
    return rows, written, touched, separator


@EXAMPLES
@given(mangled(), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_slips_cost_no_other_row(tmp_path: Path, table: Mangled, newline: bytes) -> None:
    rows, written, touched, separator = table
    data = newline.join([HEADER.strip().replace(",", separator).encode(), *written, b""])
    found = check(tmp_path / "words.csv", data)
    assert found is not None or len(touched) == len(rows)
    for index, row in enumerate(rows):
        if index not in touched:
            # A row that takes several lines may be torn where one just before it has a slip; where one just after
            # has two, a piece of that may look like the rest of its last cell.
            torn = ("\n" in row[2] and touched[index - 1]) or touched[index + 1] > 1
            assert row in found or torn, row
