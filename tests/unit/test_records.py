"""Tables between stages come back as they were written, or say that they are broken."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Delivered, Matched

text = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"))
matched = st.builds(
    Matched, text, st.none() | st.integers(0), text, *[st.none() | st.integers(0)] * 4,
    st.none() | st.floats(0, 1), text, text, text, text,
)  # fmt: skip


@given(st.lists(matched, max_size=5))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[Matched]) -> None:
    path = tmp_path_factory.mktemp("records") / "matched.csv"
    write_records(path, Matched, rows)
    assert read_records(path, Matched) == rows


@pytest.mark.parametrize("keep", [0, 10, -1, -3, -20])
def test_a_truncated_table_is_never_taken_for_whole(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "matched.csv"
    write_records(path, Matched, [Matched("a", 0, "A", 1, 2, 3, 4, 0.5, "", "histogram", "", 'said "no"')])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CorruptedFileError, match=r"matched.csv, line \d: .*Delete it and run again"):
        read_records(path, Matched)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_writer(path) as file:
        file.write(b"half of the new")
        _ = 1 / 0
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_metadata_has_the_columns_that_were_promised() -> None:
    promised = "file_name,label,row_id,position,x,y,width,height,confidence,method,split"
    assert ",".join(Delivered._fields) == promised
